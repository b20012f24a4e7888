"""Printed pieces: once for the same values, without the words of a request, as many as there is room for."""

from datetime import timedelta

import pytest
from builders import NOON
from jinja2 import DictLoader, Environment

from tipline.memory import UNUSED
from tipline.web.kept import KEY_BYTES, Pieces

PAGE = (
    "{% macro greeting(name, token) %}<p>{{ name }}{% if token %} {{ token() }}{% endif %}</p>{% endmacro %}"
)


@pytest.fixture
def printing():
    """A function: print a greeting; and the names that had to be printed."""
    made = []

    def greet(pieces, name, *, key="name", now=NOON, gaps=None):
        def values():
            made.append(name)
            return {"name": name}

        key = name if key == "name" else key
        return pieces.printed("page.html", "greeting", key, values, now=now, gaps=gaps or {})

    greet.made = made
    return greet


def pieces_of(most_bytes=1024 * 1024):
    return Pieces(Environment(loader=DictLoader({"page.html": PAGE}), autoescape=True), most_bytes)


def test_the_same_is_printed_once_and_escaped(printing):
    pieces = pieces_of()
    assert [str(printing(pieces, name)) for name in ("<Ana>", "Bo", "<Ana>")] == [
        "<p>&lt;Ana&gt;</p>", "<p>Bo</p>", "<p>&lt;Ana&gt;</p>",
    ]  # fmt: skip
    assert printing.made == ["<Ana>", "Bo"]


def test_a_gap_is_filled_anew_each_time_and_its_word_is_not_kept(printing):
    pieces = pieces_of()
    first, second = (printing(pieces, "Ana", gaps={"token": lambda word=word: word}) for word in ("<1>", "2"))
    assert (first, second) == ("<p>Ana &lt;1&gt;</p>", "<p>Ana 2</p>")
    assert printing.made == ["Ana"]
    assert not any(word in kept for kept in pieces for word in (first, second))


def test_without_a_key_nothing_is_kept(printing):
    pieces = pieces_of()
    for word in "12":
        gaps = {"token": lambda word=word: word}
        assert printing(pieces, "Ana", key=None, gaps=gaps) == f"<p>Ana {word}</p>"
    assert list(pieces) == []


def test_the_longest_unused_go_where_there_is_no_room(printing):
    pieces = pieces_of(4 * KEY_BYTES)
    for name in ("Ana", "Bo", "Ana", "Cy", "Di"):
        printing(pieces, name)
    assert list(pieces) == ["<p>Ana</p>", "<p>Cy</p>", "<p>Di</p>"]


def test_what_nobody_looks_at_any_more_goes(printing):
    pieces = pieces_of()
    printing(pieces, "Ana")
    printing(pieces, "Bo")
    printing(pieces, "Ana", now=NOON + UNUSED)
    printing(pieces, "Cy", now=NOON + UNUSED + timedelta(seconds=1))
    assert list(pieces) == ["<p>Ana</p>", "<p>Cy</p>"]
