"""Put a tip on legal hold, and lift it: while it lasts, nothing of the tip is erased by anybody.

What its tipster wanted erased meanwhile is erased in the transaction that lifts it.
"""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tipline import audit
from tipline.errors import NotFound
from tipline.keeping.erase import erase_contact, erase_tip
from tipline.models import Tip, User
from tipline.triage.contact import reason_of


def hold(session: Session, ref: str, reason: str, *, by: User, now: datetime) -> None:
    """Put the tip `ref` on hold; one that is held already stays so.

    Raises:
        Invalid: without a reason.
    """
    why, tip = reason_of(reason), _tip(session, ref)
    if tip.legal_hold:
        return
    session.execute(update(Tip).where(Tip.id == tip.id).values(legal_hold=True))
    audit.record(session, "tip.held", subject=ref, by=by, at=now, why=why)


def lift(session: Session, ref: str, reason: str, *, by: User, now: datetime) -> bool:
    """Lift the hold on the tip `ref`, and erase what its tipster wanted erased; say whether the tip is left.

    Raises:
        Invalid: without a reason.
    """
    why, tip = reason_of(reason), _tip(session, ref)
    if not tip.legal_hold:
        return True
    wanted = tip.erasure_wanted
    session.execute(update(Tip).where(Tip.id == tip.id).values(legal_hold=False, erasure_wanted=None))
    audit.record(session, "tip.released", subject=ref, by=by, at=now, why=why)
    if wanted == "contact":
        erase_contact(session, tip, by=audit.READER, now=now)
    elif wanted:
        erase_tip(session, tip, by=audit.READER, now=now)
    return wanted in {None, "contact"}


def _tip(session: Session, ref: str) -> Tip:
    found = select(Tip).where(Tip.ref == ref, Tip.erased_at.is_(None)).with_for_update()
    tip = session.scalars(found).one_or_none()
    if tip is None:
        raise NotFound(f"There is no tip {ref}; it may have been erased.")
    return tip
