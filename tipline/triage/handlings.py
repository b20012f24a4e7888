"""Write down what staff do with a tip besides deciding it, with what stood before, so that it can be undone.

What raises the tip's version stands while that is its version, as a decision does. Tags and assigning raise
none: such an act stands while what it made is there and no later one about the same thing came over it.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, String, and_, case, cast, exists, insert, literal
from sqlalchemy.orm import Session, aliased

from tipline.models import Handle, Handling, Tag, Tip, User, new_ref
from tipline.triage.decide import Outcome

NOTHING = Outcome("", 0)  # it stood already


def keep(
    session: Session,
    act: Handle,
    tip: Tip,
    *,
    by: User,
    now: datetime,
    before: dict[str, Any],
    about: str = "",
    holder: str | None = None,
    version: int | None = None,
) -> Outcome:
    """Write down an act on `tip`; `before` is what `put_back` is given to take it back."""
    batch = new_ref()
    session.execute(
        insert(Handling),
        {
            "batch": batch, "tip_id": tip.id, "act": act, "about": about, "holder": holder,
            "before": before, "version": version, "by_id": by.id, "at": now,
        },
    )  # fmt: skip
    return Outcome(batch, 1)


def holder_of(assignee_id: int | None, desk_id: int | None) -> str:
    """Say who has a tip, as `handlings` keep it: "user:7", "desk:2", or "" for nobody."""
    return f"user:{assignee_id}" if assignee_id else f"desk:{desk_id}" if desk_id else ""


def stands() -> ColumnElement[bool]:
    """Return the condition on `handlings`, joined to `tips`, that nobody went on with what was done."""
    newer = aliased(Handling)
    overtaken = exists().where(
        newer.tip_id == Handling.tip_id,
        newer.about == Handling.about,
        newer.version.is_(None),
        newer.undone_at.is_(None),
        newer.id > Handling.id,
    )
    tagged = exists().where(Tag.tip_id == Handling.tip_id, Tag.name == Handling.about)
    there = case(
        (Handling.act == Handle.TAG, tagged),
        (Handling.act == Handle.UNTAG, ~tagged),
        else_=Handling.holder == _holder(),
    )
    return case(
        (Handling.version.is_not(None), Handling.version == Tip.version), else_=and_(~overtaken, there)
    )


def _holder() -> ColumnElement[str]:
    """Return what `holder_of` says of the row of `tips`."""
    return case(
        (Tip.assignee_id.is_not(None), literal("user:") + cast(Tip.assignee_id, String)),
        (Tip.desk_id.is_not(None), literal("desk:") + cast(Tip.desk_id, String)),
        else_="",
    )
