"""Read what the statistics are made of, each read bounded however many tips there are.

Counts by time come from indexes. What needs each tip by itself (how soon it was decided, whether it was used)
is read of the newest `MOST_TIPS` of the period at most, as numbers, and put together here: medians are the
same on both databases that way. Tips that the one who looks may not see are in none of it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import pairwise
from statistics import median
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    case,
    cast,
    extract,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from tipline.models import Alias, Counter, Link, LinkState, Person, State, Story, Tip, Verdict
from tipline.search.seen import hidden_from
from tipline.text.tokens import fold

MOST_TIPS = 50_000
MOST_VERDICTS = 50_000
LONGEST_PAUSE_SECONDS = 300  # between two decisions of one sitting; whoever waits longer was away
# What one person decides within one second was decided together.
QUARTER = 900  # seconds: whatever the zone, its days begin with one


class By(StrEnum):
    """What the tips of a period are told apart by."""

    KIND = "kind"
    CHANNEL = "channel"
    STORY = "story"
    PERSON = "person"
    HOUR = "hour"


@dataclass(frozen=True)
class Sample:
    """One tip as the statistics see it; times in seconds since the epoch."""

    received: int
    key: object
    used: bool
    decided: int | None  # when it was decided first

    @property
    def waited(self) -> int | None:
        """How many seconds it waited for its first decision; times of readers are kept to the minute."""
        return None if self.decided is None else max(self.decided - self.received, 0)


@dataclass(frozen=True)
class Pace:
    """How the newsroom as a whole decides; nothing here tells one person from another."""

    decisions: int
    undone: int
    seconds: float | None  # the median between two decisions of one sitting


@dataclass(frozen=True)
class Period:
    """From `since` up to `until` (UTC), as `viewer_id` may see it."""

    since: datetime
    until: datetime
    viewer_id: int | None = None


def received_by_quarter(session: Session, period: Period) -> dict[int, int]:
    """Return how many tips came in each quarter of an hour, by its number since the epoch."""
    return _by_quarter(session, Tip.received_at, period)


def left_by_quarter(session: Session, period: Period) -> dict[int, int]:
    """Return how many of the tips that are decided left the queue in each quarter of an hour."""
    closed = [state for state in State if state is not State.PENDING]
    return _by_quarter(session, Tip.decided_at, period, Tip.state.in_(closed))


def waiting(session: Session, viewer_id: int | None = None) -> int:
    """Return how many tips that somebody may see wait for a decision now."""
    hidden = select(func.count()).where(Tip.id.in_(hidden_from(viewer_id)), Tip.erased_at.is_(None))
    unseen = hidden.where(Tip.state == State.PENDING).scalar_subquery()
    every = select(func.coalesce(func.sum(Counter.value), 0) - unseen).where(Counter.name == State.PENDING)
    return int(session.scalar(every) or 0)


def samples(session: Session, period: Period, by: By) -> list[Sample]:
    """Return the newest tips of a period, `MOST_TIPS` at most, each with what it is told apart by."""
    verdict = select(func.min(_seconds(Verdict.at))).where(
        Verdict.tip_id == Tip.id, Verdict.undone_at.is_(None)
    )
    linked = select(literal(1)).where(Link.tip_id == Tip.id, Link.state == LinkState.CONFIRMED).exists()
    used = case((or_(Tip.used_at.is_not(None), linked), 1), else_=0)
    columns: Select[Any] = select(_seconds(Tip.received_at), _key(by), used, verdict.scalar_subquery())
    seen = columns.where(*_within(Tip.received_at, period), Tip.id.not_in(hidden_from(period.viewer_id)))
    newest = seen.order_by(Tip.received_at.desc(), Tip.id.desc())
    return [Sample(at, key, bool(is_used), first) for at, key, is_used, first in
            session.execute(newest.limit(MOST_TIPS))]  # fmt: skip


def pace(session: Session, period: Period) -> Pace:
    """Return how fast decisions follow each other in the newsroom, and how many are taken back."""
    newest = select(Verdict.batch, Verdict.by_id, Verdict.at, Verdict.undone_at)
    newest = newest.where(*_within(Verdict.at, period)).order_by(Verdict.at.desc()).limit(MOST_VERDICTS)
    one = newest.subquery()
    undone = func.max(case((one.c.undone_at.is_not(None), 1), else_=0))
    acts = select(one.c.by_id, func.min(_seconds(one.c.at)), undone).group_by(one.c.batch, one.c.by_id)
    rows = sorted(tuple(row) for row in session.execute(acts))
    pauses = [
        after[1] - before[1]
        for before, after in pairwise(rows)
        if before[0] == after[0] and 0 < after[1] - before[1] <= LONGEST_PAUSE_SECONDS
    ]
    return Pace(len(rows), sum(row[2] for row in rows), median(pauses) if pauses else None)


def stories_named(session: Session, ids: Iterable[int]) -> dict[object, tuple[str, str]]:
    """Return slug and headline of stories, by id."""
    columns = select(Story.id, Story.slug, Story.headline).where(Story.id.in_(list(ids)))
    return {row.id: (row.slug, row.headline) for row in session.execute(columns)}


def people_named(session: Session, texts: Sequence[str]) -> dict[object, tuple[str, str]]:
    """Return slug and name of the people whom tipsters wrote their tips are about, by what they wrote."""
    folded = {text: fold(text) for text in texts}
    wanted = list(set(folded.values()))
    known: dict[str, tuple[str, str]] = {}
    by_alias = select(Alias.folded, Person.slug, Person.name).join(Person, Person.id == Alias.person_id)
    by_name = select(Person.folded, Person.slug, Person.name)
    for start in range(0, len(wanted), 500):
        some = wanted[start : start + 500]
        for query in (by_alias.where(Alias.folded.in_(some)), by_name.where(Person.folded.in_(some))):
            known |= {name: (slug, full) for name, slug, full in session.execute(query)}
    return {text: known[name] for text, name in folded.items() if name in known}


def _key(by: By) -> ColumnElement[Any]:
    return {
        By.KIND: Tip.kind,
        By.CHANNEL: Tip.channel,
        By.STORY: Tip.story_id,
        By.PERSON: Tip.about,
        By.HOUR: literal(0),  # the time says it
    }[by]  # type: ignore[return-value]


def _by_quarter(
    session: Session, column: Any, period: Period, *conditions: ColumnElement[bool]
) -> dict[int, int]:
    """Count tips by their quarters of an hour: all by an index alone, and those not seen taken off."""
    quarter = (_seconds(column) // literal(QUARTER, literal_execute=True)).label("quarter")
    counted = select(quarter, func.count()).where(*conditions, *_within(column, period)).group_by(quarter)
    hidden = counted.where(Tip.id.in_(hidden_from(period.viewer_id)))
    every, unseen = (dict(session.execute(each).all()) for each in (counted, hidden))
    left = {int(number): count - unseen.get(number, 0) for number, count in every.items()}
    return {number: count for number, count in left.items() if count}


def _within(column: InstrumentedAttribute[Any], period: Period) -> list[ColumnElement[bool]]:
    return [column >= period.since, column < period.until]


def _seconds(column: Any) -> ColumnElement[int]:
    return cast(extract("epoch", column), BigInteger)
