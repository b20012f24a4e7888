"""Reduce text to words that both databases see alike.

SQLite's FTS5 (unicode61) and PostgreSQL's to_tsvector('simple', …) disagree about accents, letter
case, apostrophes and scripts without spaces. So we fold first and give both the same plain words
between single spaces: there is nothing left to disagree about.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable
from typing import TypeVar

from tipline.text.stop_words import STOP_WORDS

MAX_WORD_CHARACTERS = 60

# Scripts written without spaces: each character is a word, and a phrase search finds the sequence.
_UNSPACED = re.compile(
    "[\u0e01-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff]"
)
# Letters that Unicode does not take apart, but readers type without their mark.
_PLAIN = {
    "ł": "l", "ø": "o", "đ": "d", "ħ": "h", "ı": "i", "ŧ": "t", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d",
    "Ł": "L", "Ø": "O", "Đ": "D", "Ħ": "H", "Æ": "AE", "Œ": "OE", "Þ": "TH", "Ð": "D",
}  # fmt: skip
_WORD = re.compile(r"\w+")


class _Folding(dict[int, str]):
    """What each character becomes, worked out when it is first met."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        category = unicodedata.category(character)
        if category.startswith("M"):
            folded = ""
        elif category == "Nd":
            folded = str(unicodedata.decimal(character))
        elif category[0] not in "LN":
            folded = " "
        else:
            folded = _PLAIN.get(character, character)
            if _UNSPACED.match(character):
                folded = f" {folded} "
        if code < 0x10000:  # bounded: a hostile text cannot grow the table beyond this plane
            self[code] = folded
        return folded


_folding = _Folding()
# Most texts hold no more than this, and are folded as bytes in less than half the time.
_ASCII = bytes(ord(_folding[ord(chr(code).lower())]) if code < 128 else 0 for code in range(256))
_MARKS = "’‘“”–—…"  # what else such texts hold: as little a part of a word as ASCII's own
Word = TypeVar("Word", str, bytes)


def fold(text: str) -> str:
    """Return the words of `text`, in lower case and without accents, between single spaces."""
    if not text.isascii():
        for mark in _MARKS:
            text = text.replace(mark, " ")
    if text.isascii():
        return b" ".join(_cut(text.encode("ascii").translate(_ASCII).split())).decode("ascii")
    text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    text = unicodedata.normalize("NFC", text.translate(_folding))  # puts Korean syllables together again
    return " ".join(_cut(text.split()))


def _cut(found: list[Word]) -> list[Word]:
    """Cut words that are too long; nearly always there is none."""
    if not found or len(max(found, key=len)) <= MAX_WORD_CHARACTERS:
        return found
    return [word[:MAX_WORD_CHARACTERS] for word in found]


def unaccent(text: str) -> str:
    """Take the accents off `text` and keep its letter case."""
    marked = unicodedata.normalize("NFKD", text)
    return "".join(_PLAIN.get(letter, letter) for letter in marked if not unicodedata.combining(letter))


def words(text: str) -> list[str]:
    """List the folded words of `text` in their order."""
    return fold(text).split()


def content_words(text: str) -> set[str]:
    """Return the folded words that carry meaning: no stop words, no single Latin letters."""
    return {
        word for word in words(text) if word not in STOP_WORDS and not (len(word) == 1 and word.isascii())
    }


def excerpt(text: str, words: Collection[str], width: int) -> list[tuple[str, bool]]:
    """Cut the part of `text` that shows most of the folded `words`, in about `width` characters.

    Return pieces in order, each with whether it is a hit, so that a template can mark it. An ellipsis
    tells where text was left out.
    """
    text = " ".join(text.split())
    wanted = frozenset(words)
    hits = (
        [span for span in word_spans(text) if wanted & frozenset(fold(text[slice(*span)]).split())]
        if wanted
        else []
    )
    start, end = _window(text, hits, width)
    pieces: list[tuple[str, bool]] = [("… ", False)] if start else []
    for left, right in hits:
        if left >= start and right <= end:
            pieces += ((text[start:left], False), (text[left:right], True))
            start = right
    pieces += ((text[start:end], False), (" …" if end < len(text) else "", False))
    return [piece for piece in pieces if piece[0]]


def word_spans(text: str) -> Iterable[tuple[int, int]]:
    """Yield where words stand in `text`; in scripts without spaces each character is one."""
    for found in _WORD.finditer(text):
        start = found.start()
        for single in _UNSPACED.finditer(text, *found.span()):
            if start < single.start():
                yield start, single.start()
            yield single.span()
            start = single.end()
        if start < found.end():
            yield start, found.end()


def _window(text: str, hits: list[tuple[int, int]], width: int) -> tuple[int, int]:
    """Find the stretch of `text` with most hits in it, some words before the first of them."""
    if len(text) <= width:
        return 0, len(text)
    best, most, last = 0, 0, 0
    for first, (left, _) in enumerate(hits):
        last = max(last, first)
        while last < len(hits) and hits[last][1] - left <= width * 3 // 4:
            last += 1
        if last - first > most:
            best, most = left, last - first
    start = max(0, min(best - width // 4, len(text) - width))
    if start:
        space = text.find(" ", start, best)
        start = space + 1 if space >= 0 else start
    end = min(len(text), start + width)
    if end < len(text):
        space = text.rfind(" ", best + 1, end)
        end = space if space > 0 else end
    return start, end
