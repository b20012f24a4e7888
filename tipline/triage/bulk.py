"""Decide many tips of a list together: those that are as they were seen; the rest is left and named.

A row that speaks for several brings the members that it stood for, as a single decision does; whoever says
the same later brings the group back.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tipline.errors import Invalid, InvalidTransition
from tipline.models import Tip, User
from tipline.search.seen import seen_by
from tipline.triage.decide import Choice, carry_out, stands
from tipline.triage.moves import locked


@dataclass(frozen=True)
class Bulk:
    """What became of many tips: the batch that undoes it, how many it holds, and which had changed."""

    batch: str
    done: int
    changed: tuple[str, ...]  # refs


def decide_many(
    session: Session, choice: Choice, versions: Mapping[str, int], *, by: User, now: datetime
) -> Bulk:
    """Decide each tip of `versions` that is still as it was seen; one that stands so already is no change.

    Raises:
        Invalid: when no tip is named, or a decline lacks its reason; nothing is decided then.
    """
    if not versions:
        raise Invalid("Tick the tips that you decide.")
    here = Tip.ref.in_(versions), Tip.erased_at.is_(None), seen_by(by.id)
    there = set(session.scalars(select(Tip.ref).where(*here)))
    tips = locked(session, [ref for ref in versions if ref in there]) if there else []
    waiting = [tip for tip in tips if not stands(tip, choice, versions[tip.ref])]
    fit = [tip for tip in waiting if tip.version == versions[tip.ref] and _is_open(tip, choice, now)]
    left = {tip.ref for tip in waiting} - {tip.ref for tip in fit}
    changed = tuple(ref for ref in versions if ref in left or ref not in there)
    if not fit:
        return Bulk("", 0, changed)
    outcome = carry_out(session, choice, fit, by=by, now=now)
    return Bulk(outcome.batch, outcome.count, changed)


def _is_open(tip: Tip, choice: Choice, now: datetime) -> bool:
    try:
        choice.on(tip, now)
    except InvalidTransition:
        return False
    return True
