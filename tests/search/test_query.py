"""The query language: what is understood, and that nothing is refused."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from tipline.models import Channel, Kind
from tipline.search.query import MAX_TERMS, Query, parse


def test_words_phrases_and_exclusions_are_told_apart():
    assert parse('ring "Terminal Seven" -cello') == Query(
        phrases=(("ring",), ("terminal", "seven")), excluded=(("cello",),)
    )


def test_typographic_quotes_make_phrases_too():
    assert parse("“at the gate”").phrases == (("at", "the", "gate"),)


def test_fields_are_read():
    query = parse(
        'person:"Ida Marlowe" story:ring-lax from:phone kind:correction has:file'
        " before:2026-03-02 after:2026-02-01"
    )
    assert query == Query(
        people=("Ida Marlowe",), stories=("ring-lax",), channels=(Channel.PHONE,), kinds=(Kind.CORRECTION,),
        has_file=True, before=date(2026, 3, 2), after=date(2026, 2, 1),
    )  # fmt: skip


def test_a_field_that_means_nothing_is_searched_for_as_words():
    assert parse("kind:banana before:yesterday has:legs").phrases == (
        ("kind", "banana"),
        ("before", "yesterday"),
        ("has", "legs"),
    )


def test_an_excluded_field_excludes_its_words():
    assert parse("-person:Ida").excluded == (("person", "ida"),)


def test_an_open_quote_is_no_fault():
    assert parse('"half a phrase').phrases == (("half",), ("a",), ("phrase",))


def test_what_holds_no_word_asks_for_nothing():
    assert parse('  "" - -- ::: \x00 ’').is_empty


def test_a_word_of_a_script_without_spaces_is_a_phrase_of_its_characters():
    assert parse("東京").phrases == (("東", "京"),)


def test_a_long_query_is_cut():
    assert len(parse("w " * 100).phrases) == MAX_TERMS


@given(st.text())
def test_nothing_raises(text):
    parse(text)
