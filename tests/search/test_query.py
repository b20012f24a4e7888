"""The query language: what is understood, and that nothing is refused."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tipline.search.query import MAX_TERMS, Asked, Asker, Field, Query, parse


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
    assert [(each.field, each.value) for each in query.asked] == [
        ("person", "Ida Marlowe"), ("story", "ring-lax"), ("from", "phone"), ("kind", "correction"),
        ("has", "file"), ("before", "2026-03-02"), ("after", "2026-02-01"),
    ]  # fmt: skip
    assert (query.phrases, query.unclear) == ((), ())


def test_what_cannot_be_understood_is_left_out_and_said():
    query = parse("ring kind:banana before:soon has:legs tag:")
    assert (query.phrases, query.asked) == ((("ring",),), ())
    assert query.unclear[0] == (
        "“kind:banana” was left out: kind: takes tip, correction, release or question."
    )
    assert len(query.unclear) == 4


def test_a_colon_that_is_no_operator_is_searched_for_as_it_stands():
    query = parse("prson:ida 10:30 https://lantern.example")
    assert query.phrases == (("prson", "ida"), ("10", "30"), ("https", "lantern", "example"))
    assert query.unclear == ("There is no “prson:”, so “prson:ida” is searched for as it stands.",)


def test_a_minus_turns_an_operator_round():
    query = parse("-person:Ida -kind:tip")
    assert query.asked == (Asked(Field.PERSON, "Ida", excluded=True), Asked(Field.KIND, "tip", excluded=True))
    assert query.values(Field.KIND) == ()
    assert query.values(Field.KIND, excluded=True) == ("tip",)


def test_days_are_counted_back_from_the_askers_own():
    late = Asker(ZoneInfo("America/Los_Angeles"), datetime(2026, 3, 2, 3, 0, tzinfo=UTC))
    days = {"today": "2026-03-01", "yesterday": "2026-02-28", "7d": "2026-02-22", "2w": "2026-02-15",
            "2026-02": "2026-02-01", "2025": "2025-01-01"}  # fmt: skip
    for typed, day in days.items():
        assert parse(f"after:{typed}", late).values(Field.AFTER) == (day,)
    assert parse("after:999999999y", late).asked == ()
    assert parse("after:yesterday").asked == ()  # nobody said which day it is


def test_the_words_of_people_are_taken_too():
    query = parse("from:mail kind:press has:files state:new")
    assert [each.value for each in query.asked] == ["email", "release", "file", "pending"]


def test_an_open_quote_is_no_fault_but_is_said():
    query = parse('"half a phrase')
    assert query.phrases == (("half",), ("a",), ("phrase",))
    assert query.unclear == ("A quotation mark has no partner, so its words are searched for one by one.",)


def test_what_holds_no_word_asks_for_nothing():
    assert parse('  "" - -- ::: \x00 ’').is_empty


@pytest.mark.parametrize("typed", ["😀", "%", "*", "_", "-😀", "“…”", '"&"'])
def test_what_holds_no_word_is_said(typed):
    query = parse(f"ring {typed}")
    assert query.phrases == (("ring",),)
    assert query.unclear == (f"“{typed.strip('“”')}” was left out: it holds no word.".replace('"', ""),)


@pytest.mark.parametrize("typed", ["-", "--", '""', '-""', "“ ”"])
def test_a_minus_or_quotation_marks_alone_are_said(typed):
    assert parse(typed).unclear == ("A minus or quotation marks round no word were left out.",)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("person:😀", "“person:😀” was left out: no word stands after its colon."),
        ("assignee:%", "“assignee:%” was left out: no word stands after its colon."),
        ("person:", "“person:” was left out: nothing stands after its colon."),
    ],
)
def test_an_operator_without_a_word_is_told_from_one_with_nothing(typed, said):
    assert parse(typed).unclear == (said,)


def test_a_word_of_a_script_without_spaces_is_a_phrase_of_its_characters():
    assert parse("東京").phrases == (("東", "京"),)


def test_a_long_query_is_cut():
    for text in ("w " * 100, "w" * 10_000 + " x", "kind:tip " * 500):
        query = parse(text)
        assert len(query.phrases) + len(query.asked) <= MAX_TERMS
        assert "what comes after was left out" in query.unclear[0]


@given(st.text())
def test_nothing_raises(text):
    parse(text)
