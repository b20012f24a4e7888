"""What the spam score sees of a text."""

from time import process_time

import pytest

from tipline.text.traits import MAX_HOSTS, MAX_WORDS, told, traits


def test_words_are_folded_and_counted_once():
    assert traits("Ring RING rïng") == {"ring", "@size2"}


def test_numbers_are_known_by_their_length():
    assert traits("Call 09061701461 or 21") == {"call", "or", "21", "#6", "@size3"}


@pytest.mark.parametrize(
    "link",
    ["HTTPS://A.example", "www.a.example", "http://www.a.example/claim/prize?x=1", "https://a.example:80"],
)
def test_a_link_is_one_trait_and_its_host_another(link):
    assert traits(f"see {link}") == {"see", "@link", "@hosta.example", "@size1"}


def test_nothing_written_can_pass_for_another_trait():
    assert traits("@link #6 @size2 ' tips'") == {"link", "6", "size2", "tips", "@size3"}


@pytest.mark.parametrize(
    ("trait", "words"),
    [
        ("ring", "“ring”"),
        ("@link", "a link"),
        ("@hosta.example", "a link to a.example"),
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
    "links": "http://" * 3000,
    "hosts": " ".join(f"http://h{number}" for number in range(2000)),
}


ORDINARY = "She came on the mail boat with two suitcases, and left by train at ten. " * 280


def cost(text):
    """The CPU that a text takes: the least of some, because others work on this machine too."""
    spent = []
    for _ in range(5):
        begun = process_time()
        traits(text)
        spent.append(process_time() - begun)
    return min(spent)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_text_costs_little_more_than_an_ordinary_one(text):
    seen = traits(text)
    assert len(seen) <= MAX_WORDS + MAX_HOSTS + 2
    assert max(map(len, seen)) <= 60
    assert cost(text) < 20 * cost(ORDINARY)
