"""Claims: who has a tip open. A claim warns others for two minutes; it never keeps anybody from acting.

It stands on the group, since a group is decided together. It is refreshed by what a person does, and it is
no fact for the audit trail.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from tipline.errors import NotFound
from tipline.models import Group, Tip, User

LASTS = timedelta(minutes=2)


@dataclass(frozen=True)
class ClaimShown:
    """Who else has a tip open ("" for nobody), and whether the one who looks has claimed it."""

    by: str
    mine: bool


def claim(session: Session, ref: str, *, by: User, now: datetime) -> bool:
    """Claim the group of the tip `ref`, or claim it for longer; return False where a colleague has it.

    Of two who open it at once, one has it: the UPDATE matches only what is free or one's own.

    Raises:
        NotFound: when there is no such tip.
    """
    free = or_(Group.claimed_until.is_(None), Group.claimed_until <= now, Group.claimed_by_id == by.id)
    taken = update(Group).where(Group.id == _group_id(session, ref), free)
    taken = taken.values(claimed_by_id=by.id, claimed_until=now + LASTS)
    done = session.execute(taken, execution_options={"synchronize_session": False})
    return bool(done.rowcount == 1)  # type: ignore[attr-defined]


def release(session: Session, ref: str, *, by: User) -> None:
    """Give up one's own claim; another's stays.

    Raises:
        NotFound: when there is no such tip.
    """
    mine = update(Group).where(Group.id == _group_id(session, ref), Group.claimed_by_id == by.id)
    free = mine.values(claimed_by_id=None, claimed_until=None)
    session.execute(free, execution_options={"synchronize_session": False})


def claim_of(session: Session, ref: str, *, viewer_id: int, now: datetime) -> ClaimShown:
    """Say who has the tip `ref` open."""
    columns = select(Group.claimed_by_id, Group.claimed_until, User.name)
    columns = columns.join(Tip, Tip.group_id == Group.id).outerjoin(User, User.id == Group.claimed_by_id)
    row = session.execute(columns.where(Tip.ref == ref)).one()
    return shown(row.claimed_by_id, row.name, row.claimed_until, viewer_id=viewer_id, now=now)


def shown(
    by_id: int | None, name: str | None, until: datetime | None, *, viewer_id: int, now: datetime
) -> ClaimShown:
    """Say what a claim is to whoever looks; one that ran out is none."""
    if by_id is None or until is None or until <= now:
        return ClaimShown("", mine=False)
    return ClaimShown("" if by_id == viewer_id else (name or ""), mine=by_id == viewer_id)


def _group_id(session: Session, ref: str) -> int:
    group_id = session.scalar(select(Tip.group_id).where(Tip.ref == ref, Tip.erased_at.is_(None)))
    if group_id is None:
        raise NotFound("There is no such tip; it may have been erased.")
    return group_id
