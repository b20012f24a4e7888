"""Find names that we know in a text, however many we know.

An index of first words makes the cost depend on the text, not on the number of names.
"""

import re
from collections.abc import Hashable, Iterator, Mapping
from typing import Generic, TypeVar

from tipline.text.tokens import MAX_WORD_CHARACTERS, unaccent, words

T = TypeVar("T", bound=Hashable)

_WORD = re.compile(r"[^\W_]+(?:[\u0300-\u036f]+[^\W_]*)*")


class NameIndex(Generic[T]):
    """Known names, ready to be looked for in many texts.

    A name of one word is found in its own letter case only ("Rose" is a person, "rose" a flower), a
    longer one in any; accents and the marks between words ("Jean-Luc") never matter.
    """

    def __init__(self, names: Mapping[str, T]) -> None:
        self._by_first_word: dict[str, list[tuple[tuple[str, ...], str, T]]] = {}
        for name, meaning in names.items():
            if folded := tuple(words(name)):
                exact = unaccent(name.strip()) if len(folded) == 1 else ""
                self._by_first_word.setdefault(folded[0], []).append((folded, exact, meaning))
        for known in self._by_first_word.values():
            known.sort(key=lambda entry: -len(entry[0]))

    def find(self, text: str) -> list[T]:
        """List whom `text` names, each once, in the order of first mention; the longest name wins."""
        if not self._by_first_word:
            return []
        written = list(_words_as_written(text))
        folded = [word for word, _ in written]
        found: dict[T, None] = {}
        position = 0
        while position < len(written):
            length, meaning = 1, None
            for known, exact, value in self._by_first_word.get(folded[position], ()):
                here = tuple(folded[position : position + len(known)])
                if here == known and (not exact or exact == written[position][1]):
                    length, meaning = len(known), value
                    break
            if meaning is not None:
                found[meaning] = None
            position += length
        return list(found)


def find_names(text: str, names: Mapping[str, T]) -> list[T]:
    """List what the names in `text` stand for; for many texts, keep a `NameIndex`."""
    return NameIndex(names).find(text)


def _words_as_written(text: str) -> Iterator[tuple[str, str]]:
    """Yield each folded word with the word it came from, accents off but in its own letter case."""
    for found in _WORD.finditer(text):
        written = found.group()
        if written.isascii():  # as most are; folding and taking accents off would change nothing more
            yield written.lower()[:MAX_WORD_CHARACTERS], written
            continue
        folded = words(written)
        exact = unaccent(written) if len(folded) == 1 else ""
        for word in folded:
            yield word, exact
