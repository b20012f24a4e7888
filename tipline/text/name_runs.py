"""Find the runs of capitalized words in a text that could be somebody's name.

Knows nothing about who is meant: `names` weighs and joins what is found here. Letter case is all it
goes by, so it finds nothing in scripts that have none.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from tipline.text.not_names import COMMON_WORDS, NEWS_WORDS, NOT_PEOPLE, reads_like_a_verb

MAX_WORDS = 5

_LETTER = r"[^\W\d_ʼ]"  # Unicode counts the apostrophe ʼ among the letters; here it joins them
_WORD = re.compile(
    r"(?:Dr|Mr|Mrs|Ms|St|Jr|Sr|Prof)\.(?=\s)"
    rf"|(?:{_LETTER}\.){{1,3}}(?=\s|{_LETTER})"
    rf"|{_LETTER}+(?:[’'ʼ‐‑-]{_LETTER}+)*"
)
_ENDING = re.compile(r"[’'ʼ](s|d|ll|m|re|ve|t)$", re.IGNORECASE)
_JOINTS = re.compile(r"[’'ʼ‐‑-]")
_SENTENCE_END = re.compile(r"[.!?…:“\"«„‘¿¡\[|•]")
_QUOTES = {"‘": "’", "“": "”", '"': '"', "'": "'", "«": "»", "„": "“", "‹": "›"}
_HONORIFICS = frozenset({"mr", "mrs", "ms", "dr", "prof"})
_NUMERALS = frozenset({"II", "III", "IV", "VI", "VII", "VIII"})
_PARTICLE_NAMES = """
af al av ben bin bint da dal de degli dei del della den der di do dos du el ibn la las le les lo los op
san ten ter van vom von vor zu zum zur
"""
_PARTICLES = frozenset(_PARTICLE_NAMES.split())
_ATTACHED = _PARTICLES | {"d", "l"}  # al-Assad, d’Artagnan


@dataclass(frozen=True, slots=True)
class Run:
    """Words that stand together; `doubtful` where something else than a name explains their capitals."""

    words: tuple[str, ...]
    doubtful: bool
    headline: bool


class _Word(NamedTuple):
    text: str
    start: int
    end: int
    ends_run: bool


def find_runs(text: str) -> Iterator[Run]:
    """Yield the runs of `text` in their order; each line is taken for a paragraph or a headline."""
    for line in text.splitlines():
        words = [_read_word(found) for found in _WORD.finditer(line)]
        headline = _is_headline(words)
        for group in _group(line, words, headline):
            first = words[group.start]
            opens = headline or _opens_sentence(line, words, group.start)
            kept = _trim([word.text for word in words[group.start : group.stop]], opens)
            if not kept or _is_quoted(line, first.start, words[group.stop - 1].end):
                continue
            after_the = group.start > 0 and words[group.start - 1].text.lower() == "the"
            if not (after_the and len(kept) > 1):
                yield Run(tuple(kept), doubtful=opens or after_the, headline=headline)


def _read_word(found: re.Match[str]) -> _Word:
    """Take a possessive or a contraction off the word; "Don’t" is no name at all."""
    text, (start, end) = found.group(), found.span()
    if text.isalpha() and text.isascii():  # most are, and asking that is quicker
        return _Word(text, start, end, False)
    ending = _ENDING.search(text)
    if ending is None:
        return _Word(text, start, end, False)
    stem = text[: ending.start()].lower() if ending.group(1).lower() == "t" else text[: ending.start()]
    return _Word(stem, start, end, True)


def _is_headline(words: list[_Word]) -> bool:
    """Tell whether the line Capitalizes Words Like This, and not just the names in it."""
    longer = [word.text for word in words if len(word.text) > 3]
    capitals = [word.text for word in words[1:] if len(word.text) > 1 and word.text[0].isupper()]
    return sum(text[0].isupper() for text in longer) > 0.75 * len(longer) and any(
        text.lower() in COMMON_WORDS or reads_like_a_verb(text) for text in capitals
    )


def _group(line: str, words: list[_Word], headline: bool) -> Iterator[range]:
    """Yield where names stand together, with the particles between them."""
    start = end = -1  # of the run being read: its first word, and the one after its last name
    for index, word in enumerate(words):
        particle = word.text in _PARTICLES
        fits = particle or _is_name(word.text, inside=True, headline=headline)
        if start >= 0 and not (fits and _are_joined(line, words[index - 1], word)):
            yield range(start, end)
            start = -1
        if start < 0 and _is_name(word.text, inside=False, headline=headline):
            start, end = index, index + 1
        elif start >= 0 and not particle:
            end = index + 1
    if start >= 0:
        yield range(start, end)


def _are_joined(line: str, left: _Word, right: _Word) -> bool:
    return not left.ends_run and not line[left.end : right.start].strip()


def _is_name(text: str, *, inside: bool, headline: bool) -> bool:
    """Tell whether a word could belong to a name; `inside`, after another that does."""
    if text.islower():
        return False
    lowered = text.lower()
    if text in {"I", "I."} or (headline and _is_of_headlines(lowered)):
        return False
    if len(text) == 1:
        return inside and text.isupper()
    if text.isupper() and "." not in text:
        return (inside and text in _NUMERALS) or (len(text) == 2 and text.endswith("J")) or "-" in text
    before, *after = _JOINTS.split(text)
    return before[0].isupper() or (before in _ATTACHED and bool(after) and after[0][0].isupper())


def _is_of_headlines(lowered: str) -> bool:
    return lowered in COMMON_WORDS or lowered in NOT_PEOPLE or reads_like_a_verb(lowered)


def _trim(words: list[str], opens: bool) -> list[str]:
    """Drop what precedes the name: "Dr.", "Ukrainian actor", and how the sentence happens to begin."""
    start, last = 0, len(words) - 1
    while start <= last and words[start].lower().rstrip(".") in _HONORIFICS:
        start += 1
    while start < last and words[start].lower() in NEWS_WORDS:
        start += 1
    while opens and start <= last and words[start].lower() in COMMON_WORDS:
        start += 1
    while start <= last and words[start] in _PARTICLES:
        start += 1
    kept = words[start : start + MAX_WORDS + 1]
    return kept if 0 < len(kept) <= MAX_WORDS and _could_be_somebody(kept) else []


def _could_be_somebody(words: list[str]) -> bool:
    telling = [word for word in words if len(word) > 1 and "." not in word]
    if not telling or (len(words) == 1 and reads_like_a_verb(words[0])):
        return False
    return not all(word.lower() in NOT_PEOPLE or word.lower() in COMMON_WORDS for word in telling)


def _opens_sentence(line: str, words: list[_Word], index: int) -> bool:
    return not index or _SENTENCE_END.search(line, words[index - 1].end, words[index].start) is not None


def _is_quoted(line: str, start: int, end: int) -> bool:
    """Tell whether quotation marks stand tightly round it, as round the name of a show."""
    return start > 0 and end < len(line) and _QUOTES.get(line[start - 1]) == line[end]
