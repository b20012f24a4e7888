"""The receipt: six words that bring a tipster back.

The words are drawn from the EFF's large word list (7,776 words, so 77 bits), made by Joseph Bonneau for
the Electronic Frontier Foundation, published at eff.org/dice under Creative Commons Attribution 3.0 US
(CC BY 3.0); `eff_large_wordlist.txt` is that list without its dice numbers, otherwise unchanged.

They follow from the nonce of the form's token by a keyed HMAC, so the same token always yields the
same receipt. Only a keyed hash of the words is stored: a stolen database opens no receipt.

Why guessing is hopeless: there are 7,776 ** 6 = 2.2e23 receipts. Against a million tips, ten thousand
guesses a second, which is more than a newsroom's server answers, hit one in about 700,000 years on the
average. So the throttle (`limits`, rule "receipt") does not have to protect the words; it keeps a flood of
guesses from costing much, and counts wrong words alone. Whoever has the right ones gets in also from a
network where somebody else is guessing: the exits of Tor and of mobile networks are shared by thousands.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from tipline.intake.token import FormToken
from tipline.keys import Keyring

WORDS = 6
LIST_LENGTH = 7_776
LONGEST = 400  # characters that are looked at of what somebody typed
_NOT_A_LETTER = re.compile("[^a-z]+")


def words_of(keyring: Keyring, token: FormToken) -> list[str]:
    """Return the six words that belong to a form's token."""
    drawn = int.from_bytes(keyring.mac("receipt words", token.nonce, key_id=token.key_id))
    chosen = []
    for _ in range(WORDS):
        drawn, index = divmod(drawn, LIST_LENGTH)
        chosen.append(word_list()[index])
    return chosen


def letters(text: str) -> str:
    """Return the letters alone of a receipt as somebody typed it.

    Case, spaces, hyphens and punctuation are forgiven, even words that run together.
    """
    return _NOT_A_LETTER.sub("", unicodedata.normalize("NFKC", text[:LONGEST]).lower())


def lookup_hash(keyring: Keyring, words: Sequence[str], *, key_id: str) -> bytes:
    """Return what the database holds of a receipt."""
    return _hash(keyring, letters(" ".join(words)), key_id)


def possible_hashes(keyring: Keyring, typed: str) -> list[bytes]:
    """Return the hash of what somebody typed under every key of the ring, so that keys can be rotated."""
    only_letters = letters(typed)
    return [_hash(keyring, only_letters, key_id) for key_id in keyring.keys]


def is_receipt(text: str) -> bool:
    """Say whether some text is six words of the list, as we write a receipt, whether or not it exists."""
    words = text.split(" ")
    return len(words) == WORDS and set(words) <= _all_words()


@cache
def word_list() -> tuple[str, ...]:
    """Return the EFF's large word list, in its order."""
    text = Path(__file__).with_name("eff_large_wordlist.txt").read_text(encoding="ascii")
    return tuple(text.split())


@cache
def _all_words() -> frozenset[str]:
    return frozenset(word_list())


def _hash(keyring: Keyring, only_letters: str, key_id: str) -> bytes:
    return keyring.mac("receipt", only_letters.encode(), key_id=key_id)
