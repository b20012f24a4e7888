"""What the spam score sees of a text."""

from time import perf_counter

import pytest

from tipline.text.traits import MAX_WORDS, told, traits


def test_words_are_folded_and_counted_once():
    assert traits("Ring RING rïng") == {"ring", "@size2"}


def test_numbers_are_known_by_their_length():
    assert traits("Call 09061701461 or 21") == {"call", "or", "21", "#6", "@size3"}


@pytest.mark.parametrize("link", ["see HTTPS://a.example", "see www.a.example"])
def test_a_link_is_a_trait(link):
    assert "@link" in traits(link)


def test_nothing_written_can_pass_for_another_trait():
    assert traits("@link #6 @size2 ' tips'") == {"link", "6", "size2", "tips", "@size3"}


@pytest.mark.parametrize(
    ("trait", "words"),
    [
        ("ring", "“ring”"),
        ("@link", "a link"),
        ("@size3", "fewer than 8 words"),
        ("#4", "a number of 4 digits"),
        ("#6", "a number of 6 or more digits"),
    ],
)
def test_a_trait_is_put_into_words(trait, words):
    assert told(trait) == words


HOSTILE = {
    "words": " ".join(f"a{number}" for number in range(5000)),
    "one word": "a" * 20_000,
    "one-letter words": "a " * 10_000,
    "marks": "a" + "\u0301" * 20_000,
    "ideographs": "".join(chr(0x4E00 + number) for number in range(20_000)),
    "expanding": "\ufdfa" * 20_000,
    "emoji": "😀" * 20_000,
    "beyond": "x" * 5_000_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_text_costs_little(text):
    traits(text)  # what characters become is worked out once
    begun = perf_counter()
    seen = traits(text)
    spent = perf_counter() - begun
    assert len(seen) <= MAX_WORDS + 2
    assert max(map(len, seen)) <= 60
    assert spent < 0.02
