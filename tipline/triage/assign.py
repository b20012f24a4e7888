"""Assign a tip to a colleague, to oneself, or to nobody."""

from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from tipline import audit
from tipline.errors import Invalid
from tipline.models import Tip, User
from tipline.search.seen import seen_by
from tipline.triage.moves import locked


def assign(session: Session, ref: str, email: str, *, by: User, now: datetime) -> None:
    """Assign the tip `ref` to the colleague with an address; to nobody for "".

    It decides nothing, so the tip's version stays, and whoever assigns last has it.

    Raises:
        Invalid: when nobody with that address works here, or may not see the tip.
    """
    [tip] = locked(session, [ref])
    colleague = _colleague(session, tip, email.strip().lower()) if email.strip() else None
    assignee_id = colleague.id if colleague else None
    if tip.assignee_id == assignee_id:
        return
    session.execute(update(Tip).where(Tip.id == tip.id).values(assignee_id=assignee_id))
    kind, facts = ("tip.assigned", {"to": colleague.name}) if colleague else ("tip.unassigned", {})
    audit.record(session, kind, subject=ref, by=by, at=now, **facts)


def _colleague(session: Session, tip: Tip, email: str) -> User:
    found = session.scalars(select(User).where(User.email == email, User.disabled_at.is_(None))).first()
    if found is None:
        raise Invalid("Nobody with that address works here; choose somebody from the list.")
    seen = select(func.count()).select_from(Tip).where(Tip.id == tip.id, seen_by(found.id))
    if not session.scalar(seen):
        raise Invalid(f"{found.name} may not see this tip. Name them for it first.")
    return found
