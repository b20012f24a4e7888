"""Assign a tip to a colleague, to oneself, to a desk, or to nobody."""

from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from tipline import audit
from tipline.errors import Invalid
from tipline.models import Desk, Handle, Handling, Tip, User
from tipline.search.seen import seen_by
from tipline.triage.decide import Outcome
from tipline.triage.handlings import NOTHING, holder_of, keep
from tipline.triage.moves import locked

DESK = "desk:"


def assign(session: Session, ref: str, to: str, *, by: User, now: datetime) -> Outcome:
    """Assign the tip `ref` to the colleague with an address, or to a desk ("desk:SLUG"); to nobody for "".

    It decides nothing, so the tip's version stays, and whoever assigns last has it.

    Raises:
        Invalid: when there is no such colleague or desk, or they may not see the tip.
    """
    [tip] = locked(session, [ref])
    colleague, desk = _meant(session, tip, to.strip().lower())
    user_id, desk_id = colleague.id if colleague else None, desk.id if desk else None
    if (tip.assignee_id, tip.desk_id) == (user_id, desk_id):
        return NOTHING
    before = {"assignee_id": tip.assignee_id, "desk": _slug(session, tip.desk_id)}
    _give(session, tip, user_id, desk_id)
    holder = holder_of(user_id, desk_id)
    kept = keep(session, Handle.ASSIGN, tip, holder=holder, before=before, by=by, now=now)
    whom = colleague or desk
    kind, facts = ("tip.assigned", {"to": whom.name}) if whom else ("tip.unassigned", {})
    audit.record(session, kind, subject=ref, by=by, at=now, batch=kept.batch, **facts)
    return kept


def assign_back(session: Session, tip: Tip, done: Handling, **_who: object) -> dict[str, object]:
    """Give a tip back to whoever had it; to nobody where they cannot have it any more."""
    colleague = session.get(User, done.before["assignee_id"] or 0)
    desk = session.scalars(select(Desk).where(Desk.slug == done.before["desk"])).first()
    if colleague and (colleague.disabled_at or not _may_see(session, tip, colleague)):
        colleague = None
    if desk and _is_hidden(tip):
        desk = None
    _give(session, tip, colleague.id if colleague else None, desk.id if desk else None)
    whom = colleague or desk
    return {"to": whom.name if whom else "nobody"}


def _give(session: Session, tip: Tip, user_id: int | None, desk_id: int | None) -> None:
    given = update(Tip).where(Tip.id == tip.id).values(assignee_id=user_id, desk_id=desk_id)
    session.execute(given, execution_options={"synchronize_session": False})


def _slug(session: Session, desk_id: int | None) -> str | None:
    # by its slug, since SQLite gives a deleted desk's id to the next one
    return session.scalar(select(Desk.slug).where(Desk.id == desk_id)) if desk_id else None


def _meant(session: Session, tip: Tip, to: str) -> tuple[User | None, Desk | None]:
    if to.startswith(DESK):
        return None, _desk(session, tip, to.removeprefix(DESK))
    return (_colleague(session, tip, to) if to else None), None


def _desk(session: Session, tip: Tip, slug: str) -> Desk:
    desk = session.scalars(select(Desk).where(Desk.slug == slug)).first()
    if desk is None:
        raise Invalid("There is no such desk; choose one from the list.")
    if _is_hidden(tip):
        raise Invalid("Only named colleagues may see this tip; assign it to one of them, not to a desk.")
    return desk


def _colleague(session: Session, tip: Tip, email: str) -> User:
    found = session.scalars(select(User).where(User.email == email)).first()
    if found is not None and found.id == tip.assignee_id:
        return found  # has it already, and may have left since
    if found is None or found.disabled_at is not None:
        raise Invalid("Nobody with that address works here; choose somebody from the list.")
    if not _may_see(session, tip, found):
        raise Invalid(f"{found.name} may not see this tip. Name them for it first.")
    return found


def _may_see(session: Session, tip: Tip, colleague: User) -> bool:
    seen = select(func.count()).select_from(Tip).where(Tip.id == tip.id, seen_by(colleague.id))
    return bool(session.scalar(seen))


def _is_hidden(tip: Tip) -> bool:
    return tip.restricted or tip.escalated_at is not None
