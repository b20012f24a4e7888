"""Which list of the queue somebody looks at, and where in it: all that the query string says."""

import base64
import binascii
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from enum import StrEnum
from urllib.parse import urlencode

from tipline.errors import NotFound
from tipline.models import Kind, State, parse_ref
from tipline.text.clean import clean_line
from tipline.web.sent import fields_in

QUEUE = "/newsroom/queue"
MAX_QUERY_CHARACTERS = 400
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


@dataclass(frozen=True)
class Listing:
    """A list of the queue. `state` is None for all states; `after` is the cursor of its page."""

    state: State | None = State.PENDING
    kind: Kind | None = None
    q: str = ""
    story: str = ""
    person: str = ""
    sender: str = ""  # the ref of a tip: those that its sender sent
    quarantined: bool = False  # only what was held back
    sort: Sort = Sort.RANK
    after: str = ""
    above: str = ""  # of a tip that was drawn into the list at random: the cursor of the row above it

    @classmethod
    def of(cls, values: dict[str, str]) -> "Listing":
        """Read a list from the values of a query string; what means nothing is left out."""
        state = values.get("state", "")
        return cls(
            state=None if state == "all" else State(state) if state in set(State) else State.PENDING,
            kind=Kind(values["kind"]) if values.get("kind") in set(Kind) else None,
            q=values.get("q", "").strip()[:MAX_QUERY_CHARACTERS],
            story=clean_line(values.get("story", "")[:200]),
            person=clean_line(values.get("person", "")[:200]),
            sender=_ref(values.get("sender", "")),
            quarantined=values.get("quarantined") == "1",
            sort=Sort(values["sort"]) if values.get("sort") in set(Sort) else Sort.RANK,
            after=values.get("after", "")[:200],
            above=values.get("above", "")[:200],
        )

    @classmethod
    def of_query_string(cls, text: str) -> "Listing":
        """Read a list from a query string."""
        return cls.of(dict(fields_in(text[:4000])))

    @property
    def is_of_tips(self) -> bool:
        """Whether it lists tips, newest first, instead of groups: a search finds tips."""
        return bool(self.q or self.story or self.person or self.sender or self.quarantined)

    @property
    def is_search(self) -> bool:
        """Whether somebody looks for something in it."""
        return bool(self.q or self.story or self.person or self.sender)

    @property
    def place(self) -> Position | None:
        """Where its page begins: after this."""
        if not self.after:
            return None
        return Position.decoded(self.after, Sort.RANK if self.is_of_tips else self.sort)

    def values(self) -> list[tuple[str, str]]:
        """Return what differs from the plain queue, as pairs for a query string or hidden fields."""
        plain = Listing()
        pairs = [(each.name, getattr(self, each.name)) for each in fields(self)]
        return [(name, _written(value)) for name, value in pairs if value != getattr(plain, name)]

    def query_string(self) -> str:
        return urlencode(self.values())

    def href(self, **more: str) -> str:
        """Return the address of the list; `more` are further values, such as tip=REF."""
        query = urlencode([*self.values(), *more.items()])
        return f"{QUEUE}?{query}" if query else QUEUE

    def at(self, place: Position | None) -> "Listing":
        """Return the page of the list that begins after `place`; its top for None."""
        return replace(self, after=place.encoded() if place else "", above="")

    def below(self, place: Position | None) -> "Listing":
        """Return the list for a row that was drawn into it below `place`; for an ordinary row with None."""
        return replace(self, above=place.encoded() if place else "")


def _written(value: object) -> str:
    if isinstance(value, bool):
        return "1"
    return "all" if value is None else str(value)
