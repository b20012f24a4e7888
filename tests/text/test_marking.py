"""Words and phrases are found whole and marked, and nothing hostile gets through a mark."""

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape
from text.growth import growth

from tipline.text.linkify import paragraphs
from tipline.text.marking import Phrases, marks_of

NOBODY = Phrases(())


def marked(text, *phrases, names=()):
    """Return what is marked in a text, as it stands there."""
    return [(text[mark.start : mark.end], mark.kind) for mark in marks_of(text, Phrases(phrases), names)]


@pytest.mark.parametrize(
    ("phrase", "text", "found"),
    [
        ("ring", "A RING, a string, rings.", ["RING"]),
        ("gate 7", "At Gate  7 and gate-7, not gate 70.", ["Gate  7", "gate-7"]),
        ("cafe", "The Cafe\u0301, the CAFÉ.", ["Cafe\u0301", "CAFÉ"]),
        ("café", "a cafe", ["cafe"]),
        ("北京", "我在北京大学", ["北京"]),
        ("كتاب", "كِتَاب", ["كِتَاب"]),
        ("don't", "I don’t know", ["don’t"]),
        ("straße", "STRASSE", ["STRASSE"]),
        ("gate 7", "the gate\n7 of it", ["gate\n7"]),
    ],
)
def test_whole_words_are_found_whatever_their_case_and_accents(phrase, text, found):
    assert marked(text, phrase) == [(each, "watched") for each in found]


def test_the_longest_phrase_wins():
    assert marked("the gate 7 gate", "gate", "gate 7") == [("gate 7", "watched"), ("gate", "watched")]


def test_names_are_marked_beside_watched_words_and_give_way_to_them():
    text = "Ida Brandvold wore a ring; Rose saw it, a rose too."
    assert marked(text, "ring", "ida", names=["Ida Brandvold", "Rose"]) == [
        ("Ida", "watched"),
        ("ring", "watched"),
        ("Rose", "named"),
    ]
    assert marked(text, names=["Ida Brandvold"]) == [("Ida Brandvold", "named")]


def test_marks_stand_within_lines_and_links():
    text = "see https://a.example/ring?a=1&b=2 at gate\n7 <b>"
    html = paragraphs(text, marks_of(text, Phrases(["ring", "gate 7"]), ()))
    assert 'href="https://a.example/ring?a=1&amp;b=2"' in html
    assert '>https://a.example/<mark class="watched">ring</mark>?a=1&amp;b=2</a>' in html
    assert '<mark class="watched">gate</mark><br><mark class="watched">7</mark> &lt;b&gt;' in html


@given(
    st.text(alphabet="ab <>&\"'\n\r\u2028\u0301é/:.#7", max_size=80), st.lists(st.text("ab é7", max_size=5))
)
def test_a_marked_text_reads_as_the_text_without_marks(text, phrases):
    marks = marks_of(text, Phrases(phrases), ["ab a"])
    html = paragraphs(text, marks)
    bare = re.sub(r'</?mark( class="watched")?>|<span class="named">|</span>', "", html)
    assert bare == paragraphs(text)
    assert all(one.end <= other.start for one, other in pairwise(marks))


@given(st.text(max_size=200), st.text(max_size=20))
def test_what_is_said_is_what_is_marked(text, phrase):
    phrases = Phrases([phrase])
    assert bool(phrases.said_in(text)) == bool(phrases.marks_in(text, "watched"))


def test_a_phrase_that_is_markup_stays_text():
    text = "<script>alert(1)</script>"
    html = paragraphs(text, marks_of(text, Phrases(["<script>"]), ["alert"]))
    assert "<script" not in html
    assert f"{escape('<')}<mark" in html


@pytest.mark.thorough
def test_marking_is_linear():
    phrases = Phrases([f"a {number}" for number in range(199)] + ["a b"])

    def mark(text):
        paragraphs(text, marks_of(text, phrases, ["B A"]))

    mark("a b " * 100)
    assert growth(mark, "a b ", 20_000, times=8) < 3 * 8
