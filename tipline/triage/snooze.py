"""Wake tips whose time has come: a duty of the worker."""

from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from tipline import audit
from tipline.models import Change, State, Tip
from tipline.triage.moves import Moves, locked

BATCH = 100


def wake(session: Session, now: datetime) -> int:
    """Bring up to `BATCH` snoozed tips that are due back into the queue; return how many."""
    refs: list[str] = list(session.scalars(_due(now).limit(BATCH)))
    if not refs:
        return 0
    moves = Moves(session, now, by_id=None)
    # Somebody may have decided one, or put it off again, before it was locked.
    tips = [tip for tip in locked(session, refs) if _is_due(tip, now)]
    for tip in sorted(tips, key=lambda tip: tip.id):
        version = moves.make(tip, Change(State.PENDING))
        audit.record(session, "tip.woke", subject=tip.ref, at=now, version=version)
    moves.settle()
    return len(tips)


def is_any_due(session: Session, now: datetime) -> bool:
    """Say whether `wake` would find something; costs no write transaction."""
    return session.scalar(_due(now).limit(1)) is not None


def _due(now: datetime) -> Select[str]:
    due = (Tip.state == State.SNOOZED, Tip.snoozed_until <= now)
    return select(Tip.ref).where(*due).order_by(Tip.snoozed_until, Tip.id)


def _is_due(tip: Tip, now: datetime) -> bool:
    return tip.state == State.SNOOZED and tip.snoozed_until is not None and tip.snoozed_until <= now
