"""Read the lists of the queue, at the same cost whether there are a thousand tips or a million.

Ids first, by key from where the page begins; details after, for the rows of the page alone; counts from
the counters. The number of queries of a page is fixed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    TextClause,
    bindparam,
    func,
    literal,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.orm import Session

from tipline.at_once import Answers, AtOnce
from tipline.models import Counter, Group, Kind, State, Tip
from tipline.models.tip import RARE_KIND
from tipline.search.groups import find_groups
from tipline.search.query import Asked, Asker, Field, Query, parse
from tipline.search.ranked import rank_tips, score_of
from tipline.search.seen import hidden_from_bound
from tipline.text.tokens import words
from tipline.triage.contact import of_sender
from tipline.triage.draw import Draw, candidates, mixed
from tipline.triage.lines import lines
from tipline.triage.listing import Listing, Position, Sort

PAGE = 50
ANYBODY = Asker()


@dataclass(frozen=True)
class Page:
    """Tips of a list in order; each speaks for its group. `further` begins the next page."""

    tip_ids: list[int]
    further: Position | None
    drawn: Mapping[int, Position] = field(default_factory=dict)  # those shown at random: the row above each


def page_of(
    session: Session,
    listing: Listing,
    limit: int | None = None,
    *,
    asker: Asker = ANYBODY,
    draw: Draw | None = None,
) -> Page:
    """Return a page of a list, beginning where `listing.after` says.

    Args:
        limit: how many rows, for another number than a page of the queue has.
        draw: mixes some tips from further down into the list of the best, at random.
    """
    return _page(session, listing, listing.place, limit or PAGE, asker, draw)


def next_after(
    session: Session, listing: Listing, place: Position | None, *, but: str, asker: Asker = ANYBODY
) -> str | None:
    """Return the ref of the tip that follows `place` in a list, or of the first one when none follows.

    A tip that was just decided (`but`) is not offered again.
    """
    for start in (place, None) if listing.state == State.PENDING else (place,):
        for line in lines(session, _page(session, listing, start, 2, asker).tip_ids):
            if line.ref != but:
                return line.ref
    return None


def place_of(session: Session, listing: Listing, ref: str, *, asker: Asker = ANYBODY) -> Position | None:
    """Return where a tip's row stands in a list, whether or not the list shows it; None for no such tip.

    One that was drawn into it stands below the row that the list names.
    """
    if listing.above and (above := Position.decoded(listing.above, listing.order)):
        return above
    columns = select(Tip.id, Group.rank, Group.newest_at, Group.id).join(Group, Group.id == Tip.group_id)
    row = session.execute(columns.where(Tip.ref == ref)).first()
    if row is None:
        return None
    tip_id, rank, newest_at, group_id = row
    if listing.is_of_tips:
        ranked = listing.order is Sort.RANK
        return Position(score_of(session, query_of(listing, asker), tip_id) if ranked else 0.0, tip_id)
    return Position(rank if listing.order is Sort.RANK else newest_at, group_id)


def counts(session: Session, user_id: int | None = None) -> dict[str, int]:
    """Return how many tips are in each state, without those that somebody may not see."""
    return counts_in(session.execute(COUNTS, {"viewer": user_id or 0}))


def counts_in(rows: Iterable[Any]) -> dict[str, int]:
    return {name: int(total) for name, total in rows}


def _counts() -> Select[Any]:
    hidden = hidden_from_bound("viewer").with_only_columns(Tip.state, literal(-1, BigInteger))
    parts = union_all(select(Counter.name, Counter.value), hidden.where(Tip.erased_at.is_(None))).subquery()
    return select(parts.c.name, func.sum(parts.c.value).label("total")).group_by(parts.c.name)


COUNTS = _counts()


def _page(
    session: Session,
    listing: Listing,
    place: Position | None,
    limit: int,
    asker: Asker,
    draw: Draw | None = None,
) -> Page:
    if listing.is_of_tips:
        return page_of_tips(session, listing, place, limit, asker)
    shape = Shape.of(listing, place, limit, draw)
    return page_in(shape, _groups(shape).ask(session, **groups_bound(listing, place, draw, asker)))


@dataclass(frozen=True)
class Shape:
    """What the statement of a page of groups depends on; the rest is bound."""

    state: State | None
    kind: Kind | None
    order: Sort
    placed: bool  # it begins after a row
    drawn: bool
    limit: int

    @classmethod
    def of(cls, listing: Listing, place: Position | None, limit: int, draw: Draw | None) -> "Shape":
        best = listing.order is Sort.RANK and listing.state == State.PENDING
        return cls(listing.state, listing.kind, listing.order, place is not None, bool(draw and best), limit)


@lru_cache(maxsize=100)
def _groups(shape: Shape) -> AtOnce:
    return AtOnce(**groups_asked(shape))


def groups_asked(shape: Shape) -> dict[str, Select[Any]]:
    """Select the groups of a page, with some more for its draw."""
    states = [shape.state] if shape.state else list(State)
    # Of all states, each one's best are read by its index and then merged: nothing sorts the whole table.
    parts = [_best(shape, state).subquery() for state in states]
    merged = union_all(*(select(part) for part in parts)).subquery()
    asked = {"best": _in_order(select(merged), merged.c.place, merged.c.id, shape).limit(shape.limit + 1)}
    if shape.drawn:
        asked["drawn"] = candidates(_chosen(shape, State.PENDING), bindparam("lot", type_=BigInteger))
    return asked


def groups_bound(
    listing: Listing, place: Position | None, draw: Draw | None, asker: Asker
) -> dict[str, object]:
    """Return what `groups_asked` binds."""
    after = {"after_value": place.value, "after_id": place.id} if place else {}
    lot = {"lot": draw.lot(listing.after)} if draw else {}
    return {"viewer": asker.user_id or 0, **after, **lot}


def page_in(shape: Shape, answers: Answers) -> Page:
    """Make the page out of what `groups_asked` answered."""
    rows, drawn, limit = answers["best"], answers.get("drawn", []), shape.limit
    if len(rows) <= limit:
        return Page([row.lead_id for row in rows], None)
    rows, last = rows[:limit], rows[limit - 1]
    below = [row for row in drawn if (row.place, row.id) < (last.place, last.id)]
    shown = mixed(rows, below)
    above = {row.lead_id: Position(over.place, over.id) for row, over in shown if over is not None}
    return Page([row.lead_id for row, _ in shown], Position(last.place, last.id), above)


def _best(shape: Shape, state: State) -> Select[Any]:
    sorted_by, chosen = _sorted_by(shape), _chosen(shape, state)
    if shape.placed:
        here = tuple_(sorted_by, Group.id)
        there = tuple_(
            bindparam("after_value", type_=sorted_by.type), bindparam("after_id", type_=Group.id.type)
        )
        chosen = chosen.where(here > there if shape.order is Sort.OLDEST else here < there)
    best: Select[Any] = _in_order(chosen, sorted_by, Group.id, shape).limit(shape.limit + 1)
    return best


def _chosen(shape: Shape, state: State) -> Select[Any]:
    chosen: Select[Any] = select(Group.id, Group.lead_id, _sorted_by(shape).label("place"))
    # A hidden tip is always alone in its group.
    chosen = chosen.where(Group.state == state, Group.lead_id.is_not(None))
    chosen = chosen.where(Group.lead_id.not_in(hidden_from_bound("viewer")))
    return chosen.where(*of_kind(shape.kind)) if shape.kind else chosen


def of_kind(kind: Kind) -> list[ColumnElement[bool] | TextClause]:
    """Return the conditions on `groups` that they are of a kind."""
    return [Group.kind == kind, *([RARE_KIND] if kind is not Kind.TIP else ())]


def _sorted_by(shape: Shape) -> Any:
    return Group.rank if shape.order is Sort.RANK else Group.newest_at


def _in_order(chosen: Any, sorted_by: Any, row_id: Any, shape: Shape) -> Any:
    if shape.order is Sort.OLDEST:
        return chosen.order_by(sorted_by, row_id)
    return chosen.order_by(sorted_by.desc(), row_id.desc())


def page_of_tips(
    session: Session, listing: Listing, place: Position | None, limit: int, asker: Asker
) -> Page:
    """Find the tips of a page; each group is shown once, at its best or newest tip that was found."""
    query, also = query_of(listing, asker), conditions_of(listing, asker)
    if listing.order is Sort.RANK:
        after = (float(place.value), place.id) if place and isinstance(place.value, float) else None
        best = rank_tips(session, query, after, limit, also, asker=asker)
        return Page(best.ids, Position(*best.further) if best.further else None)
    found = find_groups(session, query, place.id if place else None, limit, also, asker=asker)
    return Page(found.ids, Position(0.0, found.further) if found.further else None)


def query_of(listing: Listing, asker: Asker) -> Query:
    """Return what a list asks for: what was typed, within what the rest of its address says.

    A state that was typed takes the place of the queue's own, which nobody chose.
    """
    return _query_of(listing, parse(listing.q, asker))


@lru_cache(maxsize=500)
def _query_of(listing: Listing, typed: Query) -> Query:
    plain = listing.state is State.PENDING and typed.values(Field.STATE)
    within = {
        Field.STATE: "" if plain else listing.state,
        Field.KIND: listing.kind,
        Field.STORY: listing.story,
        Field.PERSON: listing.person if words(listing.person) else "",
        Field.TAG: listing.tag,
        Field.ASSIGNEE: listing.assignee,
    }
    return typed.narrowed(*(Asked(name, value) for name, value in within.items() if value))


def conditions_of(listing: Listing, asker: Asker) -> list[ColumnElement[bool]]:
    """Return what a list asks for that no operator says."""
    conditions: list[ColumnElement[bool]] = []
    if listing.sender:
        conditions.append(of_sender(listing.sender, asker.user_id))
    if listing.quarantined:
        conditions.append(Tip.quarantined.is_(True))
    return conditions
