"""What may be wrong with six words that open nothing, said from the public word list alone.

No receipt is asked for here, so that nobody learns from an answer which receipts exist: the same words
get the same answer in every newsroom.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from string import ascii_lowercase

from tipline.intake.receipt import LONGEST, WORDS, letters, word_list

LONGEST_WORD = 10  # letters; the longest of the list have nine
MOST_SUGGESTED = 3


@dataclass(frozen=True)
class Slip:
    """A word that is on no receipt, and the listed words that one slip of the hand makes of it."""

    word: str
    meant: tuple[str, ...]


@dataclass(frozen=True)
class Spelling:
    """What can be told of what somebody typed."""

    count: int  # how many words it is
    slips: tuple[Slip, ...]
    corrected: str = ""  # six words of the list, where each slip has one way out only; else ""


def spelling_of(typed: str) -> Spelling:
    """Look at what somebody typed; words may be set apart by hyphens, as some people write them down."""
    words = _apart(typed)
    slips = tuple(Slip(word, _meant(word)) for word in words if letters(word) not in _listed())
    if len(words) != WORDS or not slips or any(len(slip.meant) != 1 for slip in slips):
        return Spelling(len(words), slips)
    better = {slip.word: slip.meant[0] for slip in slips}
    return Spelling(len(words), slips, " ".join(better.get(word, word) for word in words))


def _apart(typed: str) -> list[str]:
    words = _with_letters(r"[^\s,;.]+", typed)
    if len(words) == WORDS:
        return words
    # four of the list's words have a hyphen inside, so hyphens part words only where spaces do not
    finer = _with_letters(r"[^\s,;.\-‐‑–—_]+", typed)
    return finer if len(finer) == WORDS else words


def _with_letters(a_word: str, typed: str) -> list[str]:
    """Find words; the numbers and dashes of a list are none, since they open nothing and bar nothing."""
    found = re.findall(a_word, typed[:LONGEST].lower())
    return [word for word in found if any(map(str.isalpha, word))]


def _meant(word: str) -> tuple[str, ...]:
    typed, listed = letters(word), _listed()
    if not 2 <= len(typed) <= LONGEST_WORD:
        return ()
    return tuple(
        sorted({listed[other] for other in _one_slip_from(typed) if other in listed})[:MOST_SUGGESTED]
    )


def _one_slip_from(word: str) -> Iterator[str]:
    """Yield what one letter more, less, other, or two exchanged make of a word (about 54 for each letter)."""
    for place in range(len(word) + 1):
        before, after = word[:place], word[place:]
        if after:
            yield before + after[1:]
        if len(after) > 1:
            yield before + after[1] + after[0] + after[2:]
        for letter in ascii_lowercase:
            yield before + letter + after
            if after:
                yield before + letter + after[1:]


@cache
def _listed() -> dict[str, str]:
    """Return the list's words by their letters."""
    return {letters(word): word for word in word_list()}
