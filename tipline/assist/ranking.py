"""Keep the score of a group: a moment after something came in or changed.

A group says how many lessons were known when it was scored, nothing when its members changed since. So the
worker finds by one index what is new, and what was scored long before the words now known: at a fourth
more lessons each time, which a group that waits meets a few times, not at each decision.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple, cast

from sqlalchemy import Table, bindparam, func, select, update
from sqlalchemy.orm import Session

from tipline.assist.facts import facts_of
from tipline.assist.score import parts, total
from tipline.assist.spam import lessons_learned
from tipline.db import Database
from tipline.models import Group, State, Tip, Ungrouped
from tipline.prepared import Driver, Prepared

GROWTH = 1.25  # of the lessons, before what waits is scored anew
FEW_LESSONS = 10  # more, at least
AT_ONCE = 50  # groups of one transaction, for whose time other writers wait
NO_GROUP = 2**62  # above the ids of all
GROUPS = cast(Table, Group.__table__)


class _Due(NamedTuple):
    """A group whose score is due, as it was read."""

    id: int
    size: int
    pending: int
    score: float
    rank: float


_KEEP = Prepared(
    update(GROUPS)
    .where(*(GROUPS.c[name] == bindparam(f"read_{name}") for name in _Due._fields))
    .values(score=bindparam("new_score"), rank=bindparam("new_rank"), scored_with=bindparam("lessons"))
    .returning(GROUPS.c.id)
)


@dataclass(frozen=True)
class Scored:
    """A group as it was read, and its new score."""

    group: _Due
    score: float


def score_groups(db: Database, limit: int = 50) -> int:
    """Score up to `limit` groups of the queue for which it is due; return how many were.

    Reading and judging happen outside the write transaction; a group that changed meanwhile stays due.
    """
    with db.read() as session:
        lessons = lessons_learned(session)
        due = _due(session, lessons, limit)
        found = facts_of(session, [group.id for group in due])
    scored = [Scored(group, total(parts(found[group.id]))) for group in due if group.id in found]

    def keep(driver: Driver, some: Sequence[Scored]) -> int:
        return sum(_keep(driver, each, lessons) for each in some)

    return sum(db.write_in_batches(scored, AT_ONCE, keep))


def _due(session: Session, lessons: int, limit: int) -> list[_Due]:
    new, older = _waiting(limit)
    due = new.rows(session, {})
    outdated = (lessons - FEW_LESSONS) / GROWTH
    if len(due) < limit and outdated > 0:
        due += older.rows(session, {"outdated": outdated})[: limit - len(due)]
    return sorted(_Due(*row) for row in due)


@lru_cache
def _waiting(limit: int) -> tuple[Prepared, Prepared]:
    """Select groups of the queue that are not scored, and those that were with fewer lessons than some."""
    # A tip whose likes nobody has looked for may be in another group in a moment: of a flood, most are.
    # Groups are as old as their tips, so those from the oldest such tip on wait, however many they are.
    newcomers = select(Tip.group_id).join(Ungrouped, Ungrouped.tip_id == Tip.id)
    oldest = newcomers.order_by(Ungrouped.tip_id).limit(1).scalar_subquery()
    waiting = select(*(GROUPS.c[name] for name in _Due._fields)).where(
        Group.state == State.PENDING, Group.lead_id.is_not(None), Group.id < func.coalesce(oldest, NO_GROUP)
    )
    new = waiting.where(Group.scored_with.is_(None)).order_by(Group.id)
    older = waiting.where(Group.scored_with < bindparam("outdated")).order_by(Group.scored_with)
    return Prepared(new.limit(limit)), Prepared(older.limit(limit))


def _keep(driver: Driver, scored: Scored, lessons: int) -> bool:
    """Store a score, unless the group is another by now; its place moves by the difference alone."""
    group = scored.group
    as_read = {f"read_{name}": value for name, value in group._asdict().items()}
    place = round(group.rank - group.score + scored.score, 6)
    new = {"new_score": scored.score, "new_rank": place, "lessons": lessons}
    return _KEEP.run(driver, as_read | new) is not None
