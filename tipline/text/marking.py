"""Find words and phrases in a text, and where they stand, so that a page can mark them.

Whole words only, whatever their letter case and accents. The cost depends on the text, not on how many
phrases there are: an index of first words says at each word whether one may begin there.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from markupsafe import Markup, escape

from tipline.text.tokens import unaccent, word_spans, words

PLANE = 0x10000  # all scripts of today are in the first
_MARKED = {
    "watched": Markup('<mark class="watched">{}</mark>'),
    "named": Markup('<span class="named">{}</span>'),
}


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch of a text, and what it is marked as: "watched" or "named"."""

    start: int
    end: int
    kind: str


class Phrases:
    """Words and phrases, ready to be looked for in many texts."""

    def __init__(self, phrases: Iterable[str]) -> None:
        self._by_first_word: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for phrase in phrases:
            if folded := tuple(words(phrase)):
                self._by_first_word.setdefault(folded[0], []).append((folded, phrase))
        for known in self._by_first_word.values():
            known.sort(key=lambda entry: -len(entry[0]))

    def __bool__(self) -> bool:
        return bool(self._by_first_word)

    def said_in(self, text: str) -> tuple[str, ...]:
        """List the phrases that `text` says, each once, in the order of first mention."""
        if not self._by_first_word:
            return ()
        return tuple(dict.fromkeys(phrase for phrase, _at, _length in self._found(words(text))))

    def marks_in(self, text: str, kind: str) -> list[Mark]:
        """Return where `text` says a phrase, in order; none overlaps another."""
        if not self.said_in(text):  # placing each word costs more than looking for all
            return []
        placed = list(_placed(text))
        found = self._found([word for word, _start, _end in placed])
        return [Mark(placed[at][1], placed[at + length - 1][2], kind) for _phrase, at, length in found]

    def _found(self, written: Sequence[str]) -> Iterator[tuple[str, int, int]]:
        """Yield each phrase with the place of its first word and how many words it has; the longest wins."""
        position = 0
        while position < len(written):
            length = 1
            for known, phrase in self._by_first_word.get(written[position], ()):
                if tuple(written[position : position + len(known)]) == known:
                    length = len(known)
                    yield phrase, position, length
                    break
            position += length


def marks_of(text: str, watched: Phrases, names: Iterable[str]) -> list[Mark]:
    """Return what is marked in a text: watched words, and names that do not overlap them.

    A name of one word counts in its own letter case only, as in `text.matching`.
    """
    marks, names = watched.marks_in(text, "watched"), list(names)
    starts = [mark.start for mark in marks]
    alone = {unaccent(name) for name in names if len(words(name)) == 1}
    also: list[Mark] = []
    for name in Phrases(names).marks_in(text, "named"):
        said, before = text[name.start : name.end], bisect_right(starts, name.start)
        free = before == 0 or marks[before - 1].end <= name.start
        free = free and (before == len(starts) or starts[before] >= name.end)
        if free and (len(words(said)) > 1 or unaccent(said) in alone):
            also.append(name)
    return sorted([*marks, *also], key=lambda mark: mark.start)


class Marked:
    """A text with its marks: any stretch of it, escaped, with what is marked in that stretch."""

    def __init__(self, text: str, marks: Sequence[Mark] = ()) -> None:
        self._text, self._marks = text, marks
        self._ends = [mark.end for mark in marks]

    def shown(self, start: int, end: int) -> Markup:
        """Return the stretch of the text from `start` to `end`; a mark that reaches beyond it is cut."""
        pieces: list[Markup] = []
        number = bisect_right(self._ends, start)
        while number < len(self._marks) and self._marks[number].start < end:
            mark = self._marks[number]
            first, last = max(mark.start, start), min(mark.end, end)
            pieces += (escape(self._text[start:first]), _MARKED[mark.kind].format(self._text[first:last]))
            start, number = last, number + 1
        return Markup("").join((*pieces, escape(self._text[start:end])))


def _placed(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield each folded word of `text` with where it stands; words that one sign folds into stand there."""
    for found in _written().finditer(text):
        start, end = found.span()
        if len(words(found.group())) == 1:
            yield words(found.group())[0], start, end
            continue
        for left, right in word_spans(text[start:end]):
            for word in words(text[start + left : start + right]):
                yield word, start + left, start + right


@cache
def _written() -> re.Pattern[str]:
    """Return the pattern of a word: letters and digits, and the signs between them that folding drops."""
    signs = [code for code in range(PLANE) if unicodedata.category(chr(code))[0] == "M"]
    ranges: list[list[int]] = []
    for code in signs:
        if ranges and ranges[-1][1] == code - 1:
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    dropped = "".join(f"{re.escape(chr(first))}-{re.escape(chr(last))}" for first, last in ranges)
    return re.compile(rf"[^\W_]+(?:[{dropped}]+[^\W_]*)*")
