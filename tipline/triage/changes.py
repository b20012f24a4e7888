"""What an open screen asks every few seconds: has anything changed, and what came in since it was shown.

Every act writes an event in its own transaction, so the newest events are the version of the newsroom: no
row has to be raised by all, and two web processes see each other through the database. On PostgreSQL events
become visible out of order; the last few are therefore counted, and a mark keeps the gaps among them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    Select,
    String,
    Table,
    bindparam,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy import (
    cast as as_type,
)
from sqlalchemy.orm import Session

from tipline.models import Event, Group, Tip, User
from tipline.models.base import UTCDateTime
from tipline.prepared import Prepared
from tipline.search.groups import find_groups
from tipline.search.query import Asker, Field
from tipline.search.seen import seen_by
from tipline.triage.listing import Listing
from tipline.triage.queries import conditions_of, query_of

WINDOW = 64  # transactions that may be open at once while a later one is committed already
MOST = 100  # of more arrivals than this, a screen shows the list anew
MEMBERS = 50
COMES = ("tip.received", "tip.logged", "tip.replied", "tip.woke", "tip.reopened", "tip.undone")
CHANGES_HANDS = ("tip.assigned", "tip.unassigned", "tip.assign_undone")
_EVENTS = cast(Table, Event.__table__)
_GROUPS = cast(Table, Group.__table__)


@dataclass(frozen=True)
class Mark:
    """What a screen has seen: all events up to `last` but those in `holes`, which were not visible yet."""

    last: int = 0
    holes: tuple[int, ...] = ()

    def __str__(self) -> str:
        bits = sum(1 << (self.last - hole) for hole in self.holes)
        return f"{self.last}.{bits:x}"

    @classmethod
    def of(cls, text: str) -> "Mark | None":
        """Read a mark; None where there is none."""
        number, _, bits = text.partition(".")
        if not (number.isascii() and number.isdigit() and len(number) <= 18 and len(bits) <= WINDOW // 4 + 1):
            return None
        try:
            holes = int(bits or "0", 16)
        except ValueError:
            return None
        last = int(number)
        return cls(last, tuple(last - step for step in range(WINDOW) if holes >> step & 1))


@dataclass(frozen=True)
class Arrivals:
    """Tips that speak for the groups that came, newest first; `more` when there are too many to list."""

    tip_ids: list[int]
    more: bool


@dataclass(frozen=True)
class Claim:
    """Who has a tip open; `ref` is the tip that speaks for the group."""

    ref: str
    user_id: int
    name: str


NEWEST_EVENTS = select(Event.id).order_by(Event.id.desc()).limit(WINDOW)


def _text(number: ColumnElement[int]) -> ColumnElement[str]:
    return as_type(func.coalesce(number, 0), String)


def acts_seen() -> ScalarSelect[str]:
    """Return what is another text whenever an event came, also one that was not visible yet."""
    newest = select(func.max(_EVENTS.c.id)).scalar_subquery()
    # of a bound alone PostgreSQL would think that a third of all events are above it
    some = NEWEST_EVENTS.subquery()
    last = select(some.c.id).where(some.c.id > newest - WINDOW).subquery()
    acts = select(_text(func.max(last.c.id)) + literal("-") + _text(func.count())).select_from(last)
    return acts.scalar_subquery()


def version() -> Select[tuple[str]]:
    """Select the version of the newsroom, a text, at the instant bound as `now`."""
    held = select(
        _text(func.count()) + literal("-") + _text(func.sum(_GROUPS.c.id * _GROUPS.c.claimed_by_id))
    )
    held = held.where(_GROUPS.c.claimed_until > bindparam("now", type_=UTCDateTime()))
    return select(acts_seen() + literal("-") + held.scalar_subquery())


_VERSION = Prepared(version())


def version_of(session: Session, now: datetime) -> str:
    """Return what is another text whenever anybody did anything, or opened or left a tip."""
    version: str = _VERSION.run(session, {"now": now})
    return version


def mark_now(session: Session) -> Mark:
    """Return the mark of a screen that is shown now."""
    return mark_of(session.scalars(NEWEST_EVENTS).all())


def mark_of(newest: Sequence[int]) -> Mark:
    """Return the mark of a screen for which these are the newest events, newest first."""
    if not newest:
        return Mark()
    last, seen = newest[0], set(newest)
    return Mark(last, tuple(each for each in range(last, max(0, last - WINDOW), -1) if each not in seen))


def arrivals(session: Session, listing: Listing, mark: Mark, *, asker: Asker) -> Arrivals:
    """Return what came into a list, or back into it, since `mark`; what the asker did is not news to them."""
    refs = subjects_since(session, mark, asker.user_id, _kinds(listing, asker))
    if not refs:
        return Arrivals([], more=False)
    came = select(Tip.id).where(Tip.ref.in_(refs), Tip.erased_at.is_(None), seen_by(asker.user_id))
    if listing.is_of_tips:
        conditions = [*conditions_of(listing, asker), Tip.id.in_(came)]
        found = find_groups(session, query_of(listing, asker), None, MOST, conditions, asker=asker).ids
    else:
        leads = select(Group.lead_id).join(Tip, Tip.group_id == Group.id).where(Tip.id.in_(came))
        leads = leads.where(Group.state == listing.state) if listing.state else leads
        leads = leads.where(Tip.state == listing.state) if listing.state else leads
        leads = leads.where(Group.kind == listing.kind) if listing.kind else leads
        rows = session.scalars(leads.order_by(Tip.received_at.desc(), Tip.id.desc()))
        found = list(dict.fromkeys(lead for lead in rows if lead is not None))
    return Arrivals(found[:MOST], more=len(refs) > MOST or len(found) > MOST)


def _kinds(listing: Listing, asker: Asker) -> Sequence[str]:
    """Return the events by which a tip comes into a list: into one by assignee also by changing hands."""
    asked = listing.is_of_tips and query_of(listing, asker).values(Field.ASSIGNEE)
    return (*COMES, *CHANGES_HANDS) if asked else COMES


def claims(session: Session, now: datetime, user_id: int | None = None) -> list[Claim]:
    """Return who has which tip open, of those that somebody may see."""
    open_ones = (
        select(Tip.ref, User.id, User.name)
        .select_from(Group)
        .join(Tip, Tip.id == Group.lead_id)
        .join(User, User.id == Group.claimed_by_id)
        .where(Group.claimed_until > now, seen_by(user_id))
    )
    return [Claim(*row) for row in session.execute(open_ones)]


def members_of(session: Session, tip_ids: Sequence[int]) -> dict[int, list[str]]:
    """Return the refs of the newest tips of each group, by the tip that speaks for it."""
    rows = session.execute(
        select(Group.lead_id, Tip.ref)
        .join(Tip, Tip.group_id == Group.id)
        .where(Group.lead_id.in_(tip_ids))
        .order_by(Tip.id.desc())
        .limit(MEMBERS * MOST)
    )
    members: dict[int, list[str]] = {}
    for lead, ref in rows:
        members.setdefault(lead or 0, []).append(ref)
    return members


def subjects_since(
    session: Session,
    mark: Mark,
    user_id: int | None,
    kinds: Sequence[str],
    most: int = MOST,
) -> list[str]:
    """Return the tips of the newest events of some kinds, one more than `most` at most.

    What `user_id` did is left out.
    """
    unseen = or_(Event.id > mark.last, Event.id.in_(mark.holes)) if mark.holes else Event.id > mark.last
    events = (
        select(Event.subject)
        .where(Event.id > mark.last - WINDOW, unseen, Event.kind.in_(kinds))
        .where(or_(Event.actor_id.is_(None), Event.actor_id != user_id))
        .order_by(Event.id.desc())
        .limit(2 * most)
    )
    refs = dict.fromkeys(ref for ref in session.scalars(events) if ref)
    return list(refs)[: most + 1]
