"""Who may see which tips: a restricted or an escalated one is seen by those alone who are named for it.

Every list, search and page asks here; to everybody else such a tip is not there.
"""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select, text

from tipline.models import Tip, TipReader
from tipline.models.tip import HIDDEN


def seen_by(user_id: int | None) -> ColumnElement[bool]:
    """Return the condition on `tips` that somebody may see one; None is a machine, which is never named."""
    open_to_all = and_(Tip.restricted.is_(False), Tip.escalated_at.is_(None))
    if not user_id:
        return open_to_all
    named = exists().where(TipReader.tip_id == Tip.id, TipReader.user_id == user_id)
    return or_(open_to_all, named)


def hidden_from(user_id: int | None) -> Select[Any]:
    """Select the ids of the tips that somebody may not see: few, and by an index of their own."""
    hidden: Select[Any] = select(Tip.id).where(text(f"({HIDDEN})"))
    if not user_id:
        return hidden
    return hidden.where(Tip.id.not_in(select(TipReader.tip_id).where(TipReader.user_id == user_id)))
