"""What both databases are asked, word for word."""

from hypothesis import given
from hypothesis import strategies as st

from tipline.search.match import fts5, fts5_any, tsquery, tsquery_any, tsvector
from tipline.text.tokens import words

RING, GATE, FAKE = ("ring",), ("gate", "7"), ("fake",)


def test_both_ask_for_the_same():
    required = [(RING,), (GATE, ("ida",))]
    assert fts5(required, [FAKE]) == '(("ring") AND ("gate 7" OR "ida")) NOT ("fake")'
    assert tsquery(required, [FAKE]) == "(('ring')) & (('gate' <-> '7') | ('ida')) & !('fake')"


def test_any_word_and_beginnings():
    assert fts5_any(["ring"], ["mak"]) == '"ring" OR "mak" *'
    assert tsquery_any(["ring"], ["mak"]) == "'ring' | 'mak':*"


def test_a_tsvector_counts_places_through_its_parts():
    assert tsvector((["a", "ring"], "A"), (["a"], "D")) == "'a':1A,3D 'ring':2A"


def test_a_tsvector_stays_within_postgresqls_bounds():
    many = tsvector((["a"] * 300 + [f"w{n}" for n in range(20_000)], ""))
    assert many.startswith("'a':1,2,3,") and "256" not in many.split(" ")[0]  # noqa: PT018
    assert many.endswith("'w19999':16383")


@given(st.text())
def test_a_folded_word_holds_nothing_that_either_could_take_for_syntax(text):
    assert all(word.isalnum() for word in words(text))
