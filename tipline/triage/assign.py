"""Assign a tip to a colleague, to oneself, to a desk, or to nobody."""

from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from tipline import audit
from tipline.errors import Invalid
from tipline.models import Desk, Tip, User
from tipline.search.seen import seen_by
from tipline.triage.moves import locked

DESK = "desk:"


def assign(session: Session, ref: str, to: str, *, by: User, now: datetime) -> None:
    """Assign the tip `ref` to the colleague with an address, or to a desk ("desk:SLUG"); to nobody for "".

    It decides nothing, so the tip's version stays, and whoever assigns last has it.

    Raises:
        Invalid: when there is no such colleague or desk, or they may not see the tip.
    """
    [tip] = locked(session, [ref])
    colleague, desk = _meant(session, tip, to.strip().lower())
    assigned = {"assignee_id": colleague.id if colleague else None, "desk_id": desk.id if desk else None}
    if (tip.assignee_id, tip.desk_id) == tuple(assigned.values()):
        return
    session.execute(update(Tip).where(Tip.id == tip.id).values(**assigned))
    whom = colleague or desk
    kind, facts = ("tip.assigned", {"to": whom.name}) if whom else ("tip.unassigned", {})
    audit.record(session, kind, subject=ref, by=by, at=now, **facts)


def _meant(session: Session, tip: Tip, to: str) -> tuple[User | None, Desk | None]:
    if to.startswith(DESK):
        return None, _desk(session, tip, to.removeprefix(DESK))
    return (_colleague(session, tip, to) if to else None), None


def _desk(session: Session, tip: Tip, slug: str) -> Desk:
    desk = session.scalars(select(Desk).where(Desk.slug == slug)).first()
    if desk is None:
        raise Invalid("There is no such desk; choose one from the list.")
    if tip.restricted or tip.escalated_at is not None:
        raise Invalid("Only named colleagues may see this tip; assign it to one of them, not to a desk.")
    return desk


def _colleague(session: Session, tip: Tip, email: str) -> User:
    found = session.scalars(select(User).where(User.email == email, User.disabled_at.is_(None))).first()
    if found is None:
        raise Invalid("Nobody with that address works here; choose somebody from the list.")
    seen = select(func.count()).select_from(Tip).where(Tip.id == tip.id, seen_by(found.id))
    if not session.scalar(seen):
        raise Invalid(f"{found.name} may not see this tip. Name them for it first.")
    return found
