"""The query language of the queue: words, "phrases", -not, and a few fields, parsed without ever refusing.

What cannot be understood as a field is searched for as words: a person who types is never told off.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from tipline.models import Channel, Kind
from tipline.search.match import Phrase
from tipline.text.clean import clean_line
from tipline.text.tokens import words

MAX_CHARACTERS = 400
MAX_TERMS = 24

_TERM = re.compile(
    r'(-?)(?:(person|story|from|kind|has|before|after):)?("[^"]*"|“[^”]*”|„[^“”]*[“”]|\S+)', re.IGNORECASE
)
_QUOTES = '"“”„'


@dataclass(frozen=True)
class Query:
    """What somebody looks for. Phrases are folded words in order; one word is a phrase of one."""

    phrases: tuple[Phrase, ...] = ()
    excluded: tuple[Phrase, ...] = ()
    people: tuple[str, ...] = ()  # a slug or a part of a name
    stories: tuple[str, ...] = ()  # slugs
    channels: tuple[Channel, ...] = ()
    kinds: tuple[Kind, ...] = ()
    has_file: bool = False
    before: date | None = None
    after: date | None = None

    @property
    def is_empty(self) -> bool:
        return self == Query()


@dataclass
class _Reading:
    """A query while it is being read."""

    phrases: list[Phrase]
    excluded: list[Phrase]
    people: list[str]
    stories: list[str]
    channels: list[Channel]
    kinds: list[Kind]
    has_file: bool = False
    before: date | None = None
    after: date | None = None

    def take(self, name: str, value: str) -> bool:
        """Take a field; return False when its value means nothing."""
        match name:
            case "person":
                self.people.append(value)
            case "story":
                self.stories.append(value.lower())
            case "from" if value.lower() in set(Channel):
                self.channels.append(Channel(value.lower()))
            case "kind" if value.lower() in set(Kind):
                self.kinds.append(Kind(value.lower()))
            case "has" if value.lower() in {"file", "files"}:
                self.has_file = True
            case "before" | "after":
                return self._take_day(name, value)
            case _:
                return False
        return True

    def _take_day(self, name: str, value: str) -> bool:
        try:
            day = date.fromisoformat(value)
        except ValueError:
            return False
        setattr(self, name, day)
        return True


def parse(text: str) -> Query:
    """Understand what somebody typed; anything is a query, and nothing raises."""
    reading = _Reading([], [], [], [], [], [])
    for minus, name, value in _terms(clean_line(text[:MAX_CHARACTERS])):
        known = bool(name) and not minus and bool(words(value)) and reading.take(name, value)
        if not known and (phrase := tuple(words(f"{name} {value}"))):
            (reading.excluded if minus else reading.phrases).append(phrase)
    return Query(
        tuple(reading.phrases), tuple(reading.excluded), tuple(reading.people), tuple(reading.stories),
        tuple(reading.channels), tuple(reading.kinds), reading.has_file, reading.before, reading.after,
    )  # fmt: skip


def _terms(text: str) -> Iterator[tuple[str, str, str]]:
    found = _TERM.finditer(text)
    for _, term in zip(range(MAX_TERMS), found, strict=False):
        minus, name, value = term.groups()
        yield minus, (name or "").lower(), value.strip(_QUOTES).strip()
