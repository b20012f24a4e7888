"""Read the lists of the queue, at the same cost whether there are a thousand tips or a million.

Ids first, by key from where the page begins; details after, for the rows of the page alone; counts from
the counters. The number of queries of a page is fixed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, func, literal, select, tuple_, union_all
from sqlalchemy.orm import Session, aliased

from tipline.models import Counter, Group, State, Story, Tip, User
from tipline.models.group import LOT
from tipline.search.query import Query, parse
from tipline.search.tips import find_tips
from tipline.text.tokens import words
from tipline.triage.contact import of_sender
from tipline.triage.draw import Draw, candidates, mixed
from tipline.triage.listing import Listing, Position, Sort

PAGE = 50
HEAD_CHARACTERS = 600  # of a tip's text, for its row


@dataclass(frozen=True)
class Page:
    """Tips of a list in order; each speaks for its group. `further` begins the next page."""

    tip_ids: list[int]
    further: Position | None
    drawn: Mapping[int, Position] = field(default_factory=dict)  # those shown at random: the row above each


@dataclass(frozen=True)
class Line:
    """What a row of the list is made of."""

    tip_id: int
    ref: str
    text: str
    kind: str
    how: str | None
    state: str
    received_at: datetime
    group_size: int
    group_pending: int
    earlier: str | None  # how the group was decided before something new came
    claimed_by: str | None
    claimed_until: datetime | None
    story: str | None
    quarantined: bool


def page_of(session: Session, listing: Listing, limit: int = PAGE, draw: Draw | None = None) -> Page:
    """Return a page of a list, beginning where `listing.after` says.

    Args:
        draw: mixes some tips from further down into the list of the best, at random.
    """
    return _page(session, listing, listing.place, limit, draw)


def next_after(session: Session, listing: Listing, place: Position | None, *, but: str) -> str | None:
    """Return the ref of the tip that follows `place` in a list, or of the first one when none follows.

    A tip that was just decided (`but`) is not offered again.
    """
    for start in (place, None) if listing.state == State.PENDING else (place,):
        for line in lines(session, _page(session, listing, start, 2).tip_ids):
            if line.ref != but:
                return line.ref
    return None


def place_of(session: Session, listing: Listing, ref: str) -> Position | None:
    """Return where a tip's row stands in a list, whether or not the list shows it; None for no such tip.

    One that was drawn into it stands below the row that the list names.
    """
    if listing.above and (above := Position.decoded(listing.above, listing.sort)):
        return above
    columns = select(Tip.id, Group.rank, Group.newest_at, Group.id).join(Group, Group.id == Tip.group_id)
    row = session.execute(columns.where(Tip.ref == ref)).first()
    if row is None:
        return None
    tip_id, rank, newest_at, group_id = row
    if listing.is_of_tips:
        return Position(0.0, tip_id)
    return Position(rank if listing.sort is Sort.RANK else newest_at, group_id)


def lines(session: Session, tip_ids: Sequence[int]) -> list[Line]:
    """Read what the rows of some tips need, in the order of `tip_ids`."""
    found = {line.tip_id: line for line in _lines(session, Tip.id.in_(tip_ids))} if tip_ids else {}
    return [found[tip_id] for tip_id in tip_ids if tip_id in found]


def line_of(session: Session, ref: str) -> Line | None:
    """Read what the row of one tip needs."""
    return next(iter(_lines(session, Tip.ref == ref)), None)


def counts(session: Session) -> dict[str, int]:
    """Return how many tips are in each state."""
    totals = select(Counter.name, func.sum(Counter.value)).group_by(Counter.name)
    return {name: int(total) for name, total in session.execute(totals)}


def _lines(session: Session, condition: ColumnElement[bool]) -> list[Line]:
    claimer = aliased(User)
    columns = (
        select(
            Tip.id, Tip.ref, func.substr(Tip.body, 1, HEAD_CHARACTERS), Tip.kind, Tip.how, Tip.state,
            Tip.received_at, Group.size, Group.pending, Group.earlier, claimer.name, Group.claimed_until,
            Story.headline, Tip.quarantined,
        )
        .join(Group, Group.id == Tip.group_id)
        .outerjoin(claimer, claimer.id == Group.claimed_by_id)
        .outerjoin(Story, Story.id == Tip.story_id)
    )  # fmt: skip
    return [Line(*row) for row in session.execute(columns.where(condition))]


def _page(
    session: Session, listing: Listing, place: Position | None, limit: int, draw: Draw | None = None
) -> Page:
    if listing.is_of_tips:
        return _page_of_tips(session, listing, place, limit)
    states = [listing.state] if listing.state else list(State)
    # Of all states, each one's best are read by its index and then merged: nothing sorts the whole table.
    parts = [_best(listing, state, place, limit + 1).subquery() for state in states]
    merged = union_all(*(select(part) for part in parts)).subquery()
    best = _in_order(select(merged), merged.c.place, merged.c.id, listing).limit(limit + 1)
    if draw and listing.sort is Sort.RANK and listing.state == State.PENDING:
        rows, drawn = _with_drawn(session, listing, best, draw)
    else:
        rows, drawn = list(session.execute(best)), []
    if len(rows) <= limit:
        return Page([row.lead_id for row in rows], None)
    rows, last = rows[:limit], rows[limit - 1]
    below = [row for row in drawn if (row.place, row.id) < (last.place, last.id)]
    shown = mixed(rows, below)
    above = {row.lead_id: Position(over.place, over.id) for row, over in shown if over is not None}
    return Page([row.lead_id for row, _ in shown], Position(last.place, last.id), above)


def _with_drawn(
    session: Session, listing: Listing, best: Select[Any], draw: Draw
) -> tuple[list[Any], list[Any]]:
    """Read the best and what is drawn from all the rest, in one query; each in its order."""
    some = candidates(_chosen(listing, State.PENDING), draw.lot(listing.after)).add_columns(LOT.label("lot"))
    ranked, drawn = best.subquery(), some.subquery()
    both = union_all(select(ranked, literal(-1, BigInteger).label("lot")), select(drawn))
    rows = session.execute(both).all()
    by_rank = sorted((row for row in rows if row.lot < 0), key=lambda row: (row.place, row.id), reverse=True)
    return by_rank, sorted((row for row in rows if row.lot >= 0), key=lambda row: row.lot)


def _best(listing: Listing, state: State, place: Position | None, limit: int) -> Select[Any]:
    sorted_by, chosen = _sorted_by(listing), _chosen(listing, state)
    if place is not None:
        here = tuple_(sorted_by, Group.id)
        there = tuple_(literal(place.value, sorted_by.type), literal(place.id, Group.id.type))
        chosen = chosen.where(here > there if listing.sort is Sort.OLDEST else here < there)
    best: Select[Any] = _in_order(chosen, sorted_by, Group.id, listing).limit(limit)
    return best


def _chosen(listing: Listing, state: State) -> Select[Any]:
    chosen: Select[Any] = select(Group.id, Group.lead_id, _sorted_by(listing).label("place"))
    chosen = chosen.where(Group.state == state, Group.lead_id.is_not(None))
    return chosen.where(Group.kind == listing.kind) if listing.kind else chosen


def _sorted_by(listing: Listing) -> Any:
    return Group.rank if listing.sort is Sort.RANK else Group.newest_at


def _in_order(chosen: Any, sorted_by: Any, row_id: Any, listing: Listing) -> Any:
    if listing.sort is Sort.OLDEST:
        return chosen.order_by(sorted_by, row_id)
    return chosen.order_by(sorted_by.desc(), row_id.desc())


def _page_of_tips(session: Session, listing: Listing, place: Position | None, limit: int) -> Page:
    """Find tips, newest first; of a group, a page shows the newest one found."""
    found = find_tips(session, _query(listing), place.id if place else None, limit, _conditions(listing))
    rows = session.execute(select(Tip.id, Tip.group_id).where(Tip.id.in_(found.ids)))
    groups = {tip_id: group_id for tip_id, group_id in rows}  # noqa: C416 - dict() takes rows for a mapping
    shown: dict[int, int] = {}
    for tip_id in found.ids:
        shown.setdefault(groups[tip_id], tip_id)
    return Page(list(shown.values()), Position(0.0, found.further) if found.further else None)


def _query(listing: Listing) -> Query:
    query = parse(listing.q)
    people = (*query.people, listing.person) if words(listing.person) else query.people
    stories = (*query.stories, listing.story) if listing.story else query.stories
    return Query(**{**vars(query), "people": people, "stories": stories})


def _conditions(listing: Listing) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if listing.state:
        conditions.append(Tip.state == listing.state)
    if listing.kind:
        conditions.append(Tip.kind == listing.kind)
    if listing.sender:
        conditions.append(of_sender(listing.sender))
    if listing.quarantined:
        conditions.append(Tip.quarantined.is_(True))
    return conditions
