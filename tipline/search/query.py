"""The query language of the queue: words, "phrases", -not, and operators, parsed without ever refusing.

    ring "gate 7" -fake          all the words, the phrase, and not the last one
    person:ida  story:SLUG       under any of somebody's names; sent from a story's page or linked to it
    from:phone                   the way it came (`Channel`), or its sender: `anonymous`, `reachable`
    kind: state: tag: has:       `has:` takes file, link, contact, note, story
    assignee:me                  or `nobody`, `desks` (one's own), or a part of a colleague's or a desk's name
    before:2026-03-02 after:7d   days as the newsroom counts them; `after` includes its day

A minus before any of them turns it round. One operator given twice means either for what a tip has one of
(kind, state, from, assignee), else both. What cannot be understood is left out and said in `unclear`;
the rest still searches, and a word with a colon that is no operator of ours is searched for as it stands.

How far other scripts are found (`text.tokens` folds both what is searched and what is typed): Chinese,
Japanese, Thai, Lao, Khmer and Burmese by any stretch of characters, since each one is a word and what stands
together is a phrase. Arabic and Hebrew by whole words, whatever their vowel signs and the hamza of an alef; a
prefix that is written to its word (al-, wa-, ha-) makes another word, and so do ta marbuta and alef maqsura.
Korean by what stands between spaces, particles included. No word is brought back to its stem.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from enum import StrEnum
from functools import lru_cache

from tipline.models import Channel, Kind, State
from tipline.search.match import Phrase
from tipline.text.clean import clean_line
from tipline.text.tokens import words

MAX_CHARACTERS = 400
MAX_TERMS = 24
MAX_SHOWN = 40  # characters of what was not understood, in its sentence


class Field(StrEnum):
    """The operators."""

    PERSON = "person"
    STORY = "story"
    FROM = "from"
    KIND = "kind"
    STATE = "state"
    TAG = "tag"
    ASSIGNEE = "assignee"
    HAS = "has"
    BEFORE = "before"
    AFTER = "after"


class Sender(StrEnum):
    """What `from:` takes beside the channels."""

    ANONYMOUS = "anonymous"
    REACHABLE = "reachable"


class Has(StrEnum):
    FILE = "file"
    LINK = "link"
    CONTACT = "contact"
    NOTE = "note"
    STORY = "story"
    DANGER = "danger"  # it was escalated
    LIMITS = "limits"  # it is restricted to named colleagues


ME, NOBODY, MY_DESKS = "me", "nobody", "desks"
VALUES: dict[Field, tuple[str, ...]] = {
    Field.FROM: (*Channel, *Sender),
    Field.KIND: tuple(Kind),
    Field.STATE: tuple(State),
    Field.HAS: tuple(Has),
}
ALSO_CALLED = {
    "files": Has.FILE, "links": Has.LINK, "notes": Has.NOTE, "press": Kind.RELEASE, "mail": Channel.EMAIL,
    "web": Channel.FORM, "new": State.PENDING, "corrections": Kind.CORRECTION, "questions": Kind.QUESTION,
    "escalated": Has.DANGER, "restricted": Has.LIMITS,
}  # fmt: skip
_DAYS = {"d": 1, "w": 7, "m": 30, "y": 365}
_QUOTED = '"[^"]*"|“[^”]*”|„[^“”]*[“”]'
_TERM = re.compile(rf"(-?)(?:({'|'.join(Field)}):)?({_QUOTED}|\S+)", re.IGNORECASE)
_LIKE_A_FIELD = re.compile(r"([a-z]{2,20}):\S+", re.IGNORECASE)
_ADDRESS = frozenset({"http", "https", "mailto"})
_QUOTES = '"“”„'


@dataclass(frozen=True)
class Asker:
    """Who searches, where and when: what `me` and `yesterday` mean."""

    zone: tzinfo = UTC
    now: datetime | None = None
    user_id: int | None = None

    @property
    def today(self) -> date | None:
        return self.now.astimezone(self.zone).date() if self.now else None


@dataclass(frozen=True)
class Asked:
    """One operator with its value, checked: of an enumeration, a day (2026-03-02), or text."""

    field: Field
    value: str
    excluded: bool = False


@dataclass(frozen=True)
class Query:
    """What somebody looks for. Phrases are folded words in order; one word is a phrase of one."""

    phrases: tuple[Phrase, ...] = ()
    excluded: tuple[Phrase, ...] = ()
    asked: tuple[Asked, ...] = ()
    within: tuple[Asked, ...] = ()  # what the list is narrowed to besides; each is required
    unclear: tuple[str, ...] = ()  # sentences about what was left out

    @property
    def is_empty(self) -> bool:
        return not (self.phrases or self.excluded or self.asked or self.within)

    def narrowed(self, *within: Asked) -> "Query":
        """Return it, required to be within other filters too."""
        return replace(self, within=(*self.within, *within))

    def values(self, field: Field, *, excluded: bool = False) -> tuple[str, ...]:
        """List the values of an operator, in the order in which they were typed."""
        every = (*self.asked, *self.within)
        return tuple(each.value for each in every if each.field is field and each.excluded is excluded)


def parse(text: str, asker: Asker | None = None) -> Query:
    """Understand what somebody typed; anything is a query, and nothing raises."""
    return _parsed(text, asker.today if asker else None)


@lru_cache(maxsize=500)  # views are read with each page
def _parsed(text: str, today: date | None) -> Query:
    phrases: list[Phrase] = []
    excluded: list[Phrase] = []
    asked: list[Asked] = []
    unclear = list(_too_long(text))
    for minus, name, value in _terms(clean_line(text[:MAX_CHARACTERS])):
        if not name:
            unclear += _no_field(value)
            if phrase := tuple(words(value)):
                (excluded if minus else phrases).append(phrase)
            else:
                unclear.append(_no_word(minus + value))
        elif (taken := _taken(Field(name), value, today)) is not None:
            asked.append(Asked(Field(name), taken, bool(minus)))
        else:
            unclear.append(_why(Field(name), value))
    return Query(tuple(phrases), tuple(excluded), tuple(asked), unclear=tuple(dict.fromkeys(unclear)))


def _terms(text: str) -> Iterator[tuple[str, str, str]]:
    """Yield (minus, operator or "", value without its quotes)."""
    found = _TERM.finditer(text)
    for _, term in zip(range(MAX_TERMS), found, strict=False):
        minus, name, value = term.groups()
        if not name and value.endswith(":") and value[:-1].lower() in set(Field):
            name, value = value[:-1], ""
        yield minus, (name or "").lower(), value.strip(_QUOTES).strip()


def _too_long(text: str) -> Iterator[str]:
    if len(text) > MAX_CHARACTERS:
        yield f"A search reads {MAX_CHARACTERS} characters; what comes after was left out."
    elif len(_TERM.findall(clean_line(text))) > MAX_TERMS:
        yield f"A search reads {MAX_TERMS} words; what comes after was left out."
    if text[:MAX_CHARACTERS].count('"') % 2:
        yield "A quotation mark has no partner, so its words are searched for one by one."


def _no_field(value: str) -> Iterator[str]:
    found = _LIKE_A_FIELD.fullmatch(value)
    if found and found[1].lower() not in _ADDRESS:
        yield f"There is no “{found[1]}:”, so “{_short(value)}” is searched for as it stands."


def _no_word(value: str) -> str:
    if value.strip("-"):
        return f"“{_short(value)}” was left out: it holds no word."
    return "A minus or quotation marks round no word were left out."


def _taken(field: Field, value: str, today: date | None) -> str | None:
    """Return an operator's value as it is stored; None when it means nothing."""
    if field in VALUES:
        name = ALSO_CALLED.get(value.lower(), value.lower())
        return name if name in VALUES[field] else None
    if field in {Field.BEFORE, Field.AFTER}:
        return _day(value.lower(), today)
    if field in {Field.STORY, Field.TAG}:
        return value.lower() or None
    return value if words(value) else None


def _day(value: str, today: date | None) -> str | None:
    ways: tuple[Callable[[], date | None], ...] = (
        lambda: date.fromisoformat(value),
        lambda: date.fromisoformat(f"{value}-01"),
        lambda: date.fromisoformat(f"{value}-01-01"),
        lambda: _days_back(value, today),
    )
    for way in ways:
        try:
            day = way()
        except (ValueError, OverflowError):
            continue
        if day is not None:
            return day.isoformat()
    return None


def _days_back(value: str, today: date | None) -> date | None:
    """Read "today", "yesterday" and "7d"; None where nobody said which day it is."""
    if today is None:
        return None
    if value in {"today", "yesterday"}:
        return today - timedelta(days=value == "yesterday")
    return today - timedelta(days=int(value[:-1]) * _DAYS[value[-1]]) if value[-1:] in _DAYS else None


def _why(field: Field, value: str) -> str:
    shown = f"“{field}:{_short(value)}” was left out"
    if field in VALUES:
        return f"{shown}: {field}: takes {', '.join(VALUES[field][:-1])} or {VALUES[field][-1]}."
    if field in {Field.BEFORE, Field.AFTER}:
        return f"{shown}: {field}: takes a day (2026-03-02), a month (2026-03), yesterday, or days back (7d)."
    return f"{shown}: {'no word' if value else 'nothing'} stands after its colon."


def _short(value: str) -> str:
    return value if len(value) <= MAX_SHOWN else f"{value[:MAX_SHOWN]}…"
