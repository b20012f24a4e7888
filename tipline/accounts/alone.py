"""Hidden tips that one person alone can still see: when they leave, a colleague is named in their stead.

Of such a tip nobody else is told anything but that there is one more.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, delete, exists, insert, or_, select
from sqlalchemy.orm import Session

from tipline import audit
from tipline.models import Event, Tip, TipReader, User


def seen_only_by(user: User) -> ColumnElement[bool]:
    """Return the condition on `tips` that one is hidden from all who have access but `user`."""
    named = select(TipReader.tip_id).where(TipReader.user_id == user.id)
    others = exists().where(
        TipReader.tip_id == Tip.id,
        TipReader.user_id == User.id,
        User.id != user.id,
        User.disabled_at.is_(None),
    )
    hidden = or_(Tip.restricted.is_(True), Tip.escalated_at.is_not(None))
    return Tip.id.in_(named) & hidden & Tip.erased_at.is_(None) & ~others


def name_in_stead(
    session: Session, user: User, taker: User, *, most: int, by: User, now: datetime
) -> Sequence[str]:
    """Name `taker` for up to `most` tips that `user` alone can see; return which."""
    alone = select(Tip.id, Tip.ref).where(seen_only_by(user)).order_by(Tip.id).limit(most)
    tips = session.execute(alone).all()
    if not tips:
        return []
    rows = [{"tip_id": tip_id, "user_id": taker.id, "by_id": by.id, "at": now} for tip_id, _ in tips]
    session.execute(insert(TipReader), rows)
    for _, ref in tips:
        audit.record(session, "tip.named", subject=ref, by=by, at=now, to=taker.name)
    return sorted(ref for _, ref in tips)


def unname(session: Session, refs: Collection[str], act: Event, *, by: User, now: datetime) -> Sequence[str]:
    """Take back whom the event `act` named for tips, where nobody named them anew; return which tips."""
    tips = select(Tip.id).where(Tip.ref.in_(refs))
    this = TipReader.tip_id.in_(tips), TipReader.by_id == act.actor_id, TipReader.at == act.at
    gone = list(session.scalars(delete(TipReader).where(*this).returning(TipReader.tip_id)))
    left = session.scalars(select(Tip.ref).where(Tip.id.in_(gone)).order_by(Tip.ref)).all()
    for ref in left:
        audit.record(session, "tip.unnamed", subject=ref, by=by, at=now, to=act.data["to"])
    return left
