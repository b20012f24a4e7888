"""Who may see which tips: a restricted or an escalated one is seen by those alone who are named for it.

Every list, search and page asks here; to everybody else such a tip is not there, and neither is a draft that
was made of it, since it quotes its words.
"""

from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, and_, bindparam, exists, or_, select, text
from sqlalchemy.orm import aliased

from tipline.models import Draft, DraftTip, Tip, TipReader
from tipline.models.tip import HIDDEN


def seen_by(user_id: int | None) -> ColumnElement[bool]:
    """Return the condition on `tips` that somebody may see one; None is a machine, which is never named."""
    open_to_all = and_(Tip.restricted.is_(False), Tip.escalated_at.is_(None))
    return or_(open_to_all, _named(user_id)) if user_id else open_to_all


def seen_by_bound(name: str) -> ColumnElement[bool]:
    """Return the same condition for whose id is bound as `name` when the statement is run."""
    open_to_all = and_(Tip.restricted.is_(False), Tip.escalated_at.is_(None))
    return or_(open_to_all, _named(bindparam(name, type_=BigInteger)))


def _named(user_id: Any) -> ColumnElement[bool]:
    return exists().where(TipReader.tip_id == Tip.id, TipReader.user_id == user_id)


def hidden_from(user_id: int | None) -> Select[Any]:
    """Select the ids of the tips that somebody may not see: few, and by an index of their own."""
    return _hidden_unless_named(user_id) if user_id else select(Tip.id).where(text(f"({HIDDEN})"))


def hidden_from_bound(name: str) -> Select[Any]:
    """Select the same for whose id is bound as `name` when the statement is run."""
    return _hidden_unless_named(bindparam(name, type_=BigInteger))


def draft_seen_by(user_id: int) -> ColumnElement[bool]:
    """Return the condition on `drafts` that somebody may see one: all tips that it was made of."""
    return _made_of_none(hidden_from(user_id))


def draft_seen_by_bound(name: str) -> ColumnElement[bool]:
    """Return the same condition for whose id is bound as `name` when the statement is run."""
    return _made_of_none(hidden_from_bound(name))


def _made_of_none(hidden: Select[Any]) -> ColumnElement[bool]:
    # the hidden ones are few and the same for every draft, so they are looked up once
    made_of = aliased(DraftTip)
    return Draft.id.not_in(select(made_of.draft_id).where(made_of.tip_id.in_(hidden)))


def _hidden_unless_named(user_id: Any) -> Select[Any]:
    named = select(TipReader.tip_id).where(TipReader.user_id == user_id)
    return select(Tip.id).where(text(f"({HIDDEN})"), Tip.id.not_in(named))
