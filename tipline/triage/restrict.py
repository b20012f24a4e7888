"""Tips that only named staff see: restricted by an editor, or escalated as the marked way out of the queue.

To everybody else such a tip is not there. It leaves its group, so that no list shows it beside others, and
whoever is named may open it to all again. A notice about it never says what it holds.
"""

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from tipline import audit
from tipline.assist.groups import alone_at_groups
from tipline.config import Settings
from tipline.delivery.colleagues import tell
from tipline.errors import Conflict, Invalid
from tipline.keeping.groups import refresh_group
from tipline.models import Group, Permission, Tip, TipReader, User, show_ref
from tipline.models.user import PERMISSIONS
from tipline.triage.contact import reason_of
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
) -> None:
    """Let only those with these addresses, and `by`, see the tip `ref`; who is named already stays named.

    Raises:
        Invalid: without a reason, or when somebody named has no account in use.
        Stale: when the tip was changed since `version`.
    """
    why = reason_of(why)
    readers = {user.id: user for user in (*_named(session, emails), by)}
    tip = _seen_at(session, ref, version, now)
    _hide(session, tip, readers, by=by, now=now, restricted=True)
    names = sorted(user.name for user in readers.values())
    audit.record(session, "tip.restricted", subject=ref, by=by, at=now, why=why, named=names)


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


def reveal(session: Session, ref: str, why: str, *, version: int, by: User, now: datetime) -> None:
    """Let everybody see the tip `ref` again; only who is named for it gets here.

    Raises:
        Invalid: without a reason.
        Stale: when the tip was changed since `version`.
    """
    why, tip = reason_of(why), _seen_at(session, ref, version, now)
    if not tip.restricted and tip.escalated_at is None:
        return
    raise_version(session, tip, now, restricted=False, escalated_at=None)
    session.execute(delete(TipReader).where(TipReader.tip_id == tip.id))
    audit.record(session, "tip.revealed", subject=ref, by=by, at=now, why=why)


def _hide(
    session: Session, tip: Tip, readers: Collection[int], *, by: User, now: datetime, **columns: object
) -> None:
    group_id, size = tip.group_id, session.scalar(select(Group.size).where(Group.id == tip.group_id)) or 1
    if size > 1:
        columns["group_id"] = new_group(session, tip)
    raise_version(session, tip, now, **columns)
    if size > 1:
        for changed in (group_id, columns["group_id"]):
            refresh_group(session, changed)  # type: ignore[arg-type]
    known = set(session.scalars(select(TipReader.user_id).where(TipReader.tip_id == tip.id)))
    rows = [{"tip_id": tip.id, "user_id": each, "by_id": by.id, "at": now} for each in set(readers) - known]
    if rows:
        session.execute(insert(TipReader), rows)


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
