"""Read the lists of the queue, at the same cost whether there are a thousand tips or a million.

Ids first, by key from where the page begins; details after, for the rows of the page alone; counts from
the counters. The number of queries of a page is fixed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    String,
    case,
    cast,
    func,
    literal,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.orm import Session, aliased

from tipline.models import Counter, Desk, Group, State, Story, Tip, User
from tipline.models.group import LOT
from tipline.search.query import Asked, Asker, Field, Query, parse
from tipline.search.ranked import rank_tips, score_of
from tipline.search.seen import hidden_from
from tipline.search.tips import find_tips
from tipline.text.tokens import words
from tipline.triage.contact import of_sender
from tipline.triage.draw import Draw, candidates, mixed
from tipline.triage.listing import Listing, Position, Sort
from tipline.triage.watching import version_watched, watched

PAGE = 50
MEMBERS_SHOWN = 20  # of a group, beside the tip that speaks for it
HEAD_CHARACTERS = 600  # of a tip's text, for its row
ANYBODY = Asker()


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
    version: int
    claimed_by_id: int | None
    assignee: str | None
    members: str  # those that a decision on it covers: "REF:2,REF:1"; "" for none
    watched: tuple[str, ...] = ()  # the watched words that it says


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


def lines(session: Session, tip_ids: Sequence[int]) -> list[Line]:
    """Read what the rows of some tips need, in the order of `tip_ids`."""
    found = {line.tip_id: line for line in _lines(session, Tip.id.in_(tip_ids))} if tip_ids else {}
    return [found[tip_id] for tip_id in tip_ids if tip_id in found]


def line_of(session: Session, ref: str) -> Line | None:
    """Read what the row of one tip needs."""
    return next(iter(_lines(session, Tip.ref == ref)), None)


def counts(session: Session, user_id: int | None = None) -> dict[str, int]:
    """Return how many tips are in each state, without those that somebody may not see."""
    return {name: int(total) for name, total in session.execute(_totals(user_id))}


@lru_cache(maxsize=500)
def _totals(user_id: int | None) -> Select[Any]:
    hidden = hidden_from(user_id).with_only_columns(Tip.state, literal(-1, BigInteger))
    parts = union_all(select(Counter.name, Counter.value), hidden.where(Tip.erased_at.is_(None))).subquery()
    return select(parts.c.name, func.sum(parts.c.value)).group_by(parts.c.name)


def _lines(session: Session, condition: ColumnElement[bool]) -> list[Line]:
    return [_line(session, *row) for row in session.execute(_columns().where(condition))]


@cache
def _columns() -> Select[Any]:
    """Return the statement of all rows: to build it costs more than to run it."""
    claimer, assignee, watch = aliased(User), aliased(User), version_watched()
    text = case((watch.is_(None), func.substr(Tip.body, 1, HEAD_CHARACTERS)), else_=Tip.body)
    return (
        select(
            Tip.id, Tip.ref, text, Tip.kind, Tip.how, Tip.state,
            Tip.received_at, Group.size, Group.pending, Group.earlier, claimer.name, Group.claimed_until,
            Story.headline, Tip.quarantined, Tip.version, Group.claimed_by_id,
            func.coalesce(assignee.name, Desk.name), _members(), watch,
        )
        .join(Group, Group.id == Tip.group_id)
        .outerjoin(claimer, claimer.id == Group.claimed_by_id)
        .outerjoin(assignee, assignee.id == Tip.assignee_id)
        .outerjoin(Desk, Desk.id == Tip.desk_id)
        .outerjoin(Story, Story.id == Tip.story_id)
    )  # fmt: skip


def _members() -> ColumnElement[str]:
    """Return the other members of a tip's group in its own state, the newest, as acts post them."""
    member = aliased(Tip)
    same = member.group_id == Tip.group_id, member.state == Tip.state, member.id != Tip.id
    newest = select(member.ref.concat(":").concat(cast(member.version, String)).label("seen"))
    newest = newest.where(*same, member.erased_at.is_(None)).order_by(member.id.desc()).limit(MEMBERS_SHOWN)
    shown = newest.correlate(Tip).subquery()
    return func.coalesce(select(func.aggregate_strings(shown.c.seen, ",")).scalar_subquery(), "")


def _line(session: Session, tip_id: int, ref: str, text: str, *rest: Any) -> Line:
    said = watched(session, rest[-1]).said_in(text)
    values: tuple[Any, ...] = (tip_id, ref, text[:HEAD_CHARACTERS], *rest[:-1], said)
    return Line(*values)


def _page(
    session: Session,
    listing: Listing,
    place: Position | None,
    limit: int,
    asker: Asker,
    draw: Draw | None = None,
) -> Page:
    if listing.is_of_tips:
        return _page_of_tips(session, listing, place, limit, asker)
    states = [listing.state] if listing.state else list(State)
    # Of all states, each one's best are read by its index and then merged: nothing sorts the whole table.
    parts = [_best(listing, state, place, limit + 1, asker).subquery() for state in states]
    merged = union_all(*(select(part) for part in parts)).subquery()
    best = _in_order(select(merged), merged.c.place, merged.c.id, listing).limit(limit + 1)
    if draw and listing.order is Sort.RANK and listing.state == State.PENDING:
        rows, drawn = _with_drawn(session, listing, best, draw, asker)
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
    session: Session, listing: Listing, best: Select[Any], draw: Draw, asker: Asker
) -> tuple[list[Any], list[Any]]:
    """Read the best and what is drawn from all the rest, in one query; each in its order."""
    some = candidates(_chosen(listing, State.PENDING, asker), draw.lot(listing.after)).add_columns(
        LOT.label("lot")
    )
    ranked, drawn = best.subquery(), some.subquery()
    both = union_all(select(ranked, literal(-1, BigInteger).label("lot")), select(drawn))
    rows = session.execute(both).all()
    by_rank = sorted((row for row in rows if row.lot < 0), key=lambda row: (row.place, row.id), reverse=True)
    return by_rank, sorted((row for row in rows if row.lot >= 0), key=lambda row: row.lot)


def _best(listing: Listing, state: State, place: Position | None, limit: int, asker: Asker) -> Select[Any]:
    sorted_by, chosen = _sorted_by(listing), _chosen(listing, state, asker)
    if place is not None:
        here = tuple_(sorted_by, Group.id)
        there = tuple_(literal(place.value, sorted_by.type), literal(place.id, Group.id.type))
        chosen = chosen.where(here > there if listing.order is Sort.OLDEST else here < there)
    best: Select[Any] = _in_order(chosen, sorted_by, Group.id, listing).limit(limit)
    return best


def _chosen(listing: Listing, state: State, asker: Asker) -> Select[Any]:
    chosen: Select[Any] = select(Group.id, Group.lead_id, _sorted_by(listing).label("place"))
    # A hidden tip is always alone in its group.
    chosen = chosen.where(Group.state == state, Group.lead_id.is_not(None))
    chosen = chosen.where(Group.lead_id.not_in(hidden_from(asker.user_id)))
    return chosen.where(Group.kind == listing.kind) if listing.kind else chosen


def _sorted_by(listing: Listing) -> Any:
    return Group.rank if listing.order is Sort.RANK else Group.newest_at


def _in_order(chosen: Any, sorted_by: Any, row_id: Any, listing: Listing) -> Any:
    if listing.order is Sort.OLDEST:
        return chosen.order_by(sorted_by, row_id)
    return chosen.order_by(sorted_by.desc(), row_id.desc())


def _page_of_tips(
    session: Session, listing: Listing, place: Position | None, limit: int, asker: Asker
) -> Page:
    """Find tips; of a group, a page shows the first one found."""
    query, also = query_of(listing, asker), conditions_of(listing)
    if listing.order is Sort.RANK:
        after = (float(place.value), place.id) if place and isinstance(place.value, float) else None
        best = rank_tips(session, query, after, limit, also, asker=asker)
        return Page(_one_of_each_group(session, best.ids), Position(*best.further) if best.further else None)
    found = find_tips(session, query, place.id if place else None, limit, also, asker=asker)
    further = Position(0.0, found.further) if found.further else None
    return Page(_one_of_each_group(session, found.ids), further)


def _one_of_each_group(session: Session, tip_ids: list[int]) -> list[int]:
    rows = session.execute(select(Tip.id, Tip.group_id).where(Tip.id.in_(tip_ids)))
    groups = {tip_id: group_id for tip_id, group_id in rows}  # noqa: C416 - dict() takes rows for a mapping
    shown: dict[int, int] = {}
    for tip_id in tip_ids:
        shown.setdefault(groups[tip_id], tip_id)
    return list(shown.values())


def query_of(listing: Listing, asker: Asker) -> Query:
    """Return what a list asks for: what was typed, within what the rest of its address says.

    A state that was typed takes the place of the queue's own, which nobody chose.
    """
    typed = parse(listing.q, asker)
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


def conditions_of(listing: Listing) -> list[ColumnElement[bool]]:
    """Return what a list asks for that no operator says."""
    conditions: list[ColumnElement[bool]] = []
    if listing.sender:
        conditions.append(of_sender(listing.sender))
    if listing.quarantined:
        conditions.append(Tip.quarantined.is_(True))
    return conditions
