"""What is new in one text against another."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from text.growth import growth

from tipline.text.differences import MAX_SHOWN_CHARACTERS, differences
from tipline.text.tokens import words

SAID = "Marisol left the hotel through the kitchen with her drummer carrying two coats and three hats."


def new_in(text, known=SAID):
    return [piece for piece, new in differences(known, text) if new]


@pytest.mark.parametrize(
    ("text", "new"),
    [
        (SAID, []),
        (SAID.upper(), []),
        (SAID.replace("her drummer", "their pilot"), ["their pilot"]),
        (SAID.replace("two coats and three", "three coats and two"), ["three", "two"]),
        (SAID.replace("left", "did not leave"), ["did not leave"]),
        (SAID + " My cousin was there.", ["My cousin was there"]),
        ("Marisol left the hotel", []),
        ("", []),
        ("¡Otra cosa!", ["Otra cosa"]),
    ],
)
def test_the_words_that_are_new_are_marked(text, new):
    assert new_in(text) == new


def test_a_passage_that_stands_elsewhere_is_not_new():
    one, two = "The drummer carried two heavy coats out.", "A photographer waited at the front door."
    assert new_in(f"{two} {one}", f"{one} {two}") == []


def test_a_few_words_around_show_where_it_stands():
    text = SAID.replace("kitchen", "garage")
    assert differences(SAID, text) == [
        ("… ", False), ("hotel through the ", False), ("garage", True), (" with her drummer", False),
        (" …", False),
    ]  # fmt: skip


def test_of_much_that_is_new_the_beginning_is_shown():
    pieces = differences(SAID, "One other word. " + SAID + " Nothing else here. " * 400)
    assert pieces[0] == ("One other word", True)
    assert pieces[-1] == (" …", False)
    assert sum(len(piece) for piece, _ in pieces) <= MAX_SHOWN_CHARACTERS + 2


@given(st.text(), st.text())
def test_what_is_shown_stands_in_the_text_in_its_order(known, text):
    plain, at = " ".join(text.split()), 0
    for piece, new in differences(known, text):
        if piece.strip() != "…" or new:
            at = plain.index(piece, at) + len(piece)


@example("_")
@given(st.text(min_size=1, max_size=80))
def test_no_text_differs_from_itself_and_all_of_it_from_nothing(text):
    assert differences(text, text) == []
    assert bool(differences("", text)) == bool(words(text))


@pytest.mark.thorough
def test_a_hostile_text_costs_no_more_than_its_length(monkeypatch):
    monkeypatch.setattr("tipline.text.differences.MAX_CHARACTERS", 10**9)
    assert growth(lambda text: differences(text, text[::-1]), "ab ba ", 120_000) < 8
