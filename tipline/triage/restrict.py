"""Tips that only named staff see: restricted by an editor, or escalated as the marked way out of the queue.

To everybody else such a tip is not there. It leaves its group, so that no list shows it beside others, and
whoever is named may open it to all again. A notice about it never says what it holds.
"""

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from tipline import audit
from tipline.assist.alike import fits, set_apart_from
from tipline.assist.groups import alone_at_groups
from tipline.config import Settings
from tipline.delivery.colleagues import tell
from tipline.errors import Conflict, Invalid
from tipline.keeping.groups import let_speak, refresh_group
from tipline.models import Group, Handle, Handling, Permission, Tip, TipReader, User, show_ref
from tipline.models.user import PERMISSIONS
from tipline.triage.contact import reason_of
from tipline.triage.decide import Outcome
from tipline.triage.handlings import NOTHING, keep
from tipline.triage.moves import locked, raise_version, require
from tipline.triage.regroup import new_group

MAX_NAMED = 50
SUBJECT = "A tip was escalated"
TEXT = (
    "{by} escalated the tip {ref} at {site} ({danger}). Only you and few others can read it. "
    "Sign in to see it."
)


class Danger(StrEnum):
    """Why a tip leaves the queue by the marked way out."""

    THREAT = "threat"
    SELF_HARM = "self_harm"
    CHILD = "child"


DANGERS = {
    Danger.THREAT: "a threat to somebody",
    Danger.SELF_HARM: "somebody may harm themselves",
    Danger.CHILD: "a child may be abused",
}


def restrict(
    session: Session, ref: str, emails: Collection[str], why: str, *, version: int, by: User, now: datetime
) -> Outcome:
    """Let only those with these addresses, and `by`, see the tip `ref`; who is named already stays named.

    Raises:
        Invalid: without a reason, or when somebody named has no account in use.
        Stale: when the tip was changed since `version`.
    """
    why = reason_of(why)
    readers = {user.id: user for user in (*_named(session, emails), by)}
    tip = _seen_at(session, ref, version, now)
    before = _as_it_is(session, tip)
    made = _hide(session, tip, readers, by=by, now=now, restricted=True)
    kept = keep(session, Handle.RESTRICT, tip, before=before, version=made, by=by, now=now)
    facts = {"batch": kept.batch, "why": why, "named": sorted(user.name for user in readers.values())}
    audit.record(session, "tip.restricted", subject=ref, by=by, at=now, **facts)
    return kept


def escalate(
    session: Session, settings: Settings, ref: str, danger: str, *, version: int, by: User, now: datetime
) -> None:
    """Hide the tip `ref` from all but editors and administrators, and tell them; `by` stops seeing it too.

    Escalated already, it stays as it is. Who alone saw a restricted tip is asked to name others instead,
    because escalating it would show it to more people.

    Raises:
        Invalid: when `danger` is none.
        Conflict: when the tip is restricted.
        Stale: when the tip was changed since `version`.
    """
    if danger not in set(Danger):
        raise Invalid("Say what the danger is: to somebody, to themselves, or to a child.")
    tip = _seen_at(session, ref, version, now)
    if tip.restricted:
        raise Conflict("Only named colleagues see this tip already. Name those who have to know.")
    if tip.escalated_at is not None:
        return
    named = _who_handle_dangers(session)
    _hide(session, tip, {user.id: user for user in named}, by=by, now=now, escalated_at=now)
    words = DANGERS[Danger(danger)]
    audit.record(session, "tip.escalated", subject=ref, by=by, at=now, why=words)
    text = TEXT.format(by=by.name, ref=show_ref(ref), site=settings.site_name, danger=words)
    others = [user for user in named if user.id != by.id]
    tell(session, settings, others, f"escalated-{ref}-{version}", SUBJECT, text, path=_path(ref), now=now)


def reveal(session: Session, ref: str, why: str, *, version: int, by: User, now: datetime) -> Outcome:
    """Let everybody see the tip `ref` again; only who is named for it gets here.

    Raises:
        Invalid: without a reason.
        Stale: when the tip was changed since `version`.
    """
    why, tip = reason_of(why), _seen_at(session, ref, version, now)
    if not tip.restricted and tip.escalated_at is None:
        return NOTHING
    before = _as_it_is(session, tip)
    made = raise_version(session, tip, now, restricted=False, escalated_at=None)
    session.execute(delete(TipReader).where(TipReader.tip_id == tip.id))
    kept = keep(session, Handle.REVEAL, tip, before=before, version=made, by=by, now=now)
    audit.record(session, "tip.revealed", subject=ref, by=by, at=now, batch=kept.batch, why=why)
    return kept


def see_as_before(
    session: Session, tip: Tip, done: Handling, *, now: datetime, **_who: object
) -> dict[str, object]:
    """Take back that a tip was hidden, or that it was opened: those see it who saw it before.

    What is hidden no longer goes back to those who say the same, where it still fits there.
    """
    was = done.before
    hidden = was["restricted"] or was["escalated_at"]
    goal = _own_group(session, tip) if hidden else _group_beside(session, tip, was["beside"])
    columns = {"restricted": was["restricted"], "escalated_at": _instant(was["escalated_at"])}
    version = _move(session, tip, goal, now, **columns)
    if was.get("spoke") and not hidden:
        let_speak(session, tip.id)
    session.execute(delete(TipReader).where(TipReader.tip_id == tip.id))
    rows = [
        {"tip_id": tip.id, "user_id": user_id, "by_id": by_id, "at": _instant(at)}
        for user_id, by_id, at in was["readers"]
    ]
    if rows:
        session.execute(insert(TipReader), rows)
    return {"version": version, "hidden": bool(hidden)}


def _as_it_is(session: Session, tip: Tip) -> dict[str, Any]:
    """Return who sees a tip, and one of those that share its group, for which it may speak."""
    readers = select(TipReader.user_id, TipReader.by_id, TipReader.at).where(TipReader.tip_id == tip.id)
    beside = select(Tip.ref).where(Tip.group_id == tip.group_id, Tip.id != tip.id).order_by(Tip.id).limit(1)
    return {
        "restricted": tip.restricted,
        "escalated_at": tip.escalated_at.isoformat() if tip.escalated_at else None,
        "readers": [[user_id, by_id, at.isoformat()] for user_id, by_id, at in session.execute(readers)],
        "beside": session.scalar(beside),
        "spoke": session.scalar(select(Group.lead_id).where(Group.id == tip.group_id)) == tip.id,
    }


def _hide(
    session: Session, tip: Tip, readers: Collection[int], *, by: User, now: datetime, **columns: object
) -> int:
    """Hide a tip from all but `readers`; return its new version."""
    version = _move(session, tip, _own_group(session, tip), now, **columns)
    known = set(session.scalars(select(TipReader.user_id).where(TipReader.tip_id == tip.id)))
    rows = [{"tip_id": tip.id, "user_id": each, "by_id": by.id, "at": now} for each in set(readers) - known]
    if rows:
        session.execute(insert(TipReader), rows)
    return version


def _own_group(session: Session, tip: Tip) -> int:
    """Return the group that a tip has for itself: a new one, when others share its own."""
    size = session.scalar(select(Group.size).where(Group.id == tip.group_id)) or 1
    return new_group(session, tip) if size > 1 else tip.group_id


def _group_beside(session: Session, tip: Tip, ref: str | None) -> int:
    """Return the group of the tip `ref`, where `tip` may be in it; else its own."""
    shown = Tip.restricted.is_(False), Tip.escalated_at.is_(None), Tip.erased_at.is_(None)
    other = session.scalars(select(Tip).where(Tip.ref == ref, *shown)).first()
    if other is None or not fits(tip, other) or other.group_id in set_apart_from(session, tip.group_id):
        return tip.group_id
    return other.group_id


def _move(session: Session, tip: Tip, group_id: int, now: datetime, **columns: object) -> int:
    version = raise_version(session, tip, now, group_id=group_id, **columns)
    for changed in {tip.group_id, group_id} if group_id != tip.group_id else ():
        refresh_group(session, changed)
    return version


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _seen_at(session: Session, ref: str, version: int, now: datetime) -> Tip:
    alone_at_groups(session)
    [tip] = locked(session, [ref])
    require(session, [tip], {ref: version}, now)
    return tip


def _named(session: Session, emails: Collection[str]) -> list[User]:
    wanted = {email.strip().lower() for email in emails if email.strip()}
    if len(wanted) > MAX_NAMED:
        raise Invalid(f"Name {MAX_NAMED} colleagues at most.")
    users = select(User).where(User.email.in_(wanted), User.disabled_at.is_(None)).order_by(User.id)
    found = list(session.scalars(users)) if wanted else []
    if len(found) < len(wanted):
        raise Invalid("Somebody whom you named has no account in use.")
    return found


def _who_handle_dangers(session: Session) -> list[User]:
    roles = [role for role, may in PERMISSIONS.items() if Permission.OPEN_SEALED in may]
    users = select(User).where(User.role.in_(roles), User.disabled_at.is_(None)).order_by(User.id)
    found = list(session.scalars(users))
    if not found:
        raise Conflict("There is no editor and no administrator to whom this could go.")
    return found


def _path(ref: str) -> str:
    return f"/newsroom/tips/{ref}"
