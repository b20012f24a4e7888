"""Which list of the queue somebody looks at, and where in it: all that the query string says."""

import base64
import binascii
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from tipline.errors import NotFound
from tipline.models import Kind, State, parse_ref
from tipline.text.clean import clean_line
from tipline.web.sent import fields_in

QUEUE = "/newsroom/queue"
MAX_QUERY_CHARACTERS = 600  # more than a search reads, so that it can say so
MAX_ID = 2**63 - 1


class Sort(StrEnum):
    RANK = "rank"
    NEWEST = "newest"
    OLDEST = "oldest"


@dataclass(frozen=True)
class Position:
    """Where a row stands in its list: what it is sorted by, and its id. Tips are sorted by id alone."""

    value: float | datetime
    id: int

    def encoded(self) -> str:
        """Return an opaque cursor."""
        value = self.value.isoformat() if isinstance(self.value, datetime) else repr(self.value)
        return base64.urlsafe_b64encode(f"{value} {self.id}".encode()).decode().rstrip("=")

    @classmethod
    def decoded(cls, cursor: str, sort: Sort) -> "Position | None":
        """Read a cursor; None when it is none of ours for this order."""
        try:
            clear = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
            value, row_id = clear.split(" ")
            place = cls(float(value) if sort is Sort.RANK else _instant(value), int(row_id))
        except (ValueError, binascii.Error, UnicodeDecodeError, OverflowError):
            return None
        return place if 0 <= place.id <= MAX_ID and place.value == place.value else None


def _ref(text: str) -> str:
    try:
        return parse_ref(text) if text else ""
    except NotFound:
        return ""


def _instant(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    return (instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant).astimezone(UTC)


def _state(text: str) -> State | None:
    return None if text == "all" else State(text) if text in set(State) else State.PENDING


def _line(text: str) -> str:
    return clean_line(text[:200])


# How the value of each field is read; what means nothing reads as none.
_READ: dict[str, Callable[[str], Any]] = {
    "state": _state,
    "kind": lambda text: Kind(text) if text in set(Kind) else None,
    "q": lambda text: text.strip()[:MAX_QUERY_CHARACTERS],
    "story": _line,
    "person": _line,
    "tag": _line,
    "assignee": _line,
    "sender": _ref,
    "quarantined": lambda text: text == "1",
    "sort": lambda text: Sort(text) if text in set(Sort) else None,
    "after": lambda text: text[:200],
    "above": lambda text: text[:200],
    "focus": lambda text: text == "1",
}


@dataclass(frozen=True)
class Listing:
    """A list of the queue. `state` is None for all states; `after` is the cursor of its page."""

    state: State | None = State.PENDING
    kind: Kind | None = None
    q: str = ""
    story: str = ""
    person: str = ""
    tag: str = ""
    assignee: str = ""
    sender: str = ""  # the ref of a tip: those that its sender sent
    quarantined: bool = False  # only what was held back
    sort: Sort | None = None  # as asked for; see `order`
    after: str = ""
    above: str = ""  # of a tip that was drawn into the list at random: the cursor of the row above it
    focus: bool = field(default=False, compare=False)  # shown one tip at a time
    view: str = ""  # the slug of the saved view that it began with
    base: "Listing | None" = field(default=None, compare=False, repr=False)  # what that view holds

    @classmethod
    def of(cls, values: Mapping[str, str], base: "Listing | None" = None) -> "Listing":
        """Read a list from the values of a query string; what it does not say is as `base` has it."""
        read = {name: way(values[name]) for name, way in _READ.items() if name in values}
        return replace(base or cls(), **read)

    @classmethod
    def of_query_string(cls, text: str) -> "Listing":
        """Read a list from a query string."""
        values = dict(fields_in(text[:4000]))
        return replace(cls.of(values), view=_line(values.get("view", "")))

    @property
    def order(self) -> Sort:
        """What it is sorted by: groups by rank, tips newest first unless a ranking is asked for."""
        if self.is_of_tips:
            return Sort.RANK if self.sort is Sort.RANK and self.q else Sort.NEWEST
        return self.sort or Sort.RANK

    @property
    def is_of_tips(self) -> bool:
        """Whether it lists tips, newest first, instead of groups: a search finds tips."""
        return self.is_search or self.quarantined

    @property
    def is_search(self) -> bool:
        """Whether somebody looks for something in it."""
        return bool(self.q or self.story or self.person or self.tag or self.assignee or self.sender)

    @property
    def place(self) -> Position | None:
        """Where its page begins: after this."""
        if not self.after:
            return None
        return Position.decoded(self.after, Sort.RANK if self.is_of_tips else self.order)

    def values(self) -> list[tuple[str, str]]:
        """Return what differs from its view or the plain queue, for a query string or hidden fields."""
        return list(self._values)

    @cached_property
    def _values(self) -> tuple[tuple[str, str], ...]:
        # kept, since each row of a page writes the list's address
        plain = self.base or Listing()
        pairs = [(name, getattr(self, name)) for name in (*_READ, "view")]
        return tuple((name, _written(value)) for name, value in pairs if value != getattr(plain, name))

    @cached_property
    def _query(self) -> str:
        return urlencode(self._values)

    def query_string(self) -> str:
        """Return all that it holds, so that whoever reads it need not know its view."""
        return self._whole_query

    @cached_property
    def _whole_query(self) -> str:
        return self._query if self.base is None else urlencode(replace(self, base=None).values())

    def href(self, **more: str) -> str:
        """Return the address of the list; `more` are further values, such as tip=REF."""
        query = self._query
        if more:
            query = f"{query}&{urlencode(more)}" if query else urlencode(more)
        return f"{QUEUE}?{query}" if query else QUEUE

    def at(self, place: Position | None) -> "Listing":
        """Return the page of the list that begins after `place`; its top for None."""
        return replace(self, after=place.encoded() if place else "", above="")

    def below(self, place: Position | None) -> "Listing":
        """Return the list for a row that was drawn into it below `place`; for an ordinary row with None."""
        above = place.encoded() if place else ""
        return self if above == self.above else replace(self, above=above)


def _written(value: object) -> str:
    if isinstance(value, bool):
        return "1"
    return "all" if value is None else str(value)
