import hashlib

import pytest

from tipline.intake import receipt, token
from tipline.keys import Keyring


def words(keyring, now):
    return receipt.words_of(keyring, token.read(keyring, token.issue(keyring, now=now)))


def test_the_list_is_the_whole_large_list():
    listed = receipt.word_list()
    assert len(set(listed)) == len(listed) == receipt.LIST_LENGTH
    assert (listed[0], listed[-1]) == ("abacus", "zoom")
    digest = hashlib.sha256("\n".join(listed).encode()).hexdigest()
    assert digest == "abae49761b88f3f1ba31ef944bea1f61b795a3cd7e1cfb7d276ed45bf77967ba"


def test_only_two_words_of_the_list_have_the_same_letters():
    # yo-yo and yoyo: that costs less than a thousandth of a bit
    assert len({receipt.letters(word) for word in receipt.word_list()}) == receipt.LIST_LENGTH - 1


def test_one_token_always_gives_the_same_words(keyring, now):
    stamp = token.read(keyring, token.issue(keyring, now=now))
    assert receipt.words_of(keyring, stamp) == receipt.words_of(keyring, stamp)
    rotated = Keyring({"t2": b"2" * 32, **keyring.keys})
    assert receipt.words_of(rotated, stamp) == receipt.words_of(keyring, stamp)


@pytest.mark.thorough
def test_words_are_drawn_from_the_whole_list(keyring, now):
    drawn = {word for _ in range(400) for word in words(keyring, now)}
    assert len(drawn) > 1_900  # of 2,400 draws about 2,060 differ
    places = [receipt.word_list().index(word) for word in drawn]
    assert min(places) < 100
    assert max(places) > receipt.LIST_LENGTH - 100


def test_another_key_gives_other_words(keyring, now):
    stamp = token.FormToken("t1", now, b"n" * 16, "")
    assert receipt.words_of(Keyring({"t1": b"x" * 32}), stamp) != receipt.words_of(keyring, stamp)


def test_case_spaces_hyphens_and_punctuation_are_forgiven():
    wanted = receipt.letters("drop-down felt-tip abacus zoom yo-yo t-shirt")
    for typed in (
        "Drop-Down FELT-TIP abacus zoom Yo-Yo T-Shirt",
        "  drop down, felt tip; abacus. zoom yo yo tshirt!\n",
        "dropdown-felttip-abacus-zoom-yoyo-tshirt",
        "dropdownfelttipabacuszoomyoyotshirt",
        "1. drop-down 2. felt‑tip 3. abacus 4. zoom 5. yo‐yo 6. t—shirt",
        "ｄｒｏｐ－ｄｏｗｎ felt-tip abacus zoom yo-yo t-shirt",
    ):
        assert receipt.letters(typed) == wanted


def test_order_and_every_word_matter():
    assert receipt.letters("abacus zoom") != receipt.letters("zoom abacus")


def test_what_is_typed_is_hashed_under_every_key():
    ring = Keyring({"t2": b"2" * 32, "t1": b"1" * 32})
    hashes = receipt.possible_hashes(ring, "Abacus ZOOM")
    assert hashes == [receipt.lookup_hash(ring, ["abacus", "zoom"], key_id=key_id) for key_id in ("t2", "t1")]
