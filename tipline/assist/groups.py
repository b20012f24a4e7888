"""Tips that say the same become one row of the queue, a moment after they came in.

A tip is joined to a group only while nobody has decided it and it stands alone; each keeps its own receipt,
sender and messages. What a person set apart stays apart, and what only some may see joins nothing. Reading
and comparing happen outside the write transaction, which then takes each step only if nothing changed
meanwhile.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import cast as as_type

from sqlalchemy import (
    Table,
    and_,
    bindparam,
    case,
    delete,
    select,
    text,
    update,
)
from sqlalchemy.orm import Session

from tipline.assist.alike import APART_OF, CANDIDATES, JOIN_AT, SEEN_BY_ALL, Text, fits, judged, likeliest
from tipline.at_once import Answers, AtOnce, ids_of, listed
from tipline.db import Database
from tipline.models import Group, State, Tip, Ungrouped, progress_made
from tipline.models.group import rank, size_score
from tipline.models.waiting import taking
from tipline.prepared import Asked, Prepared, dialect_of, many
from tipline.text.likeness import FEWEST_WORDS, bands, telling_words

_ALONE = Prepared(text("SELECT pg_advisory_xact_lock(hashtext('tipline groups'))"))
_BANDS_SQLITE = "INSERT INTO bands (value, tip_id) VALUES (?, ?)"
_BANDS_POSTGRES = (
    "INSERT INTO bands (value, tip_id) SELECT * FROM unnest(CAST(%s AS bigint[]), CAST(%s AS bigint[]))"
)
AT_ONCE = 10  # tips of one transaction, for whose time other writers wait


def group_tips(db: Database, limit: int = 50) -> int:
    """Find the groups of up to `limit` tips that came in, oldest first; return how many were looked at."""
    with db.read() as session:
        waiting = _waiting(session, limit)
        wishes = _wishes(session, waiting)
    settled = db.write_in_batches(waiting, AT_ONCE, lambda driver, some: _settle(driver, some, wishes))
    return sum(settled)


@dataclass(frozen=True)
class _Wish:
    """To which others a tip may be joined, most alike first."""

    likes: list[Text]
    # As many say the very same as are ever looked at, so that whoever looks for this tip finds them: of a
    # flood, its bands tell nothing new, and are most of what would be stored.
    heard: bool


def _settle(session: Asked, tips: Sequence[Text], wishes: Mapping[int, _Wish]) -> int:
    """Take tips as looked at, and join each to what it says the same as; return how many.

    What another worker has looked at since it was read, or somebody is erasing, is left to them.
    """
    alone_at_groups(session)
    wished = {tip.id: wishes[tip.id] for tip in tips if tip.id in wishes}
    named = listed(_named(wished))
    if wished:
        _lock_groups(session, named)
    mine = set(_TAKEN.column(session, {"tips": listed(tip.id for tip in tips)}))
    # asked once the groups are ours, for what was compared may be another by now
    found = _FOUND.ask(session, tips=named)
    joins = _joins({tip_id: wish.likes for tip_id, wish in wished.items() if tip_id in mine}, found)
    heard = {tip_id for moved in joins.moved.values() for tip_id in moved if wished[tip_id].heard}
    telling = [tip for tip in tips if tip.id in mine - heard]
    _store_bands(session, [(band, tip.id) for tip in telling for band in set(tip.bands)])
    _write(session, joins)
    if mine:
        progress_made(session)
    return len(mine)


def alone_at_groups(session: Asked) -> None:
    """Keep everybody else from moving tips between groups, until this transaction ends.

    Two could otherwise each move a tip into the other's group. On SQLite every writer is alone anyway.
    """
    if dialect_of(session).name == "postgresql":
        _ALONE.run(session, {})


def _lock_groups(session: Asked, tips: str) -> None:
    """Lock the groups of these tips, before any tip, as every act does."""
    if dialect_of(session).name == "postgresql":
        _LOCKED.column(session, {"tips": tips})


def _waiting(session: Session, limit: int) -> list[Text]:
    # what only some may see is looked at without its words, so that nothing finds it
    seen = case((and_(Tip.restricted.is_(False), Tip.escalated_at.is_(None)), Tip.body), else_="")
    rows = select(Tip.id, Tip.group_id, Tip.kind, Tip.quarantined, seen)
    oldest = rows.join(Ungrouped, Ungrouped.tip_id == Tip.id).order_by(Ungrouped.tip_id).limit(limit)
    texts, read = [], {}
    for tip_id, group_id, kind, quarantined, body in session.execute(oldest):
        if body not in read:  # of a flood many say the very same
            words = telling_words(body)
            read[body] = words, bands(words)
        texts.append(Text(tip_id, group_id, kind, quarantined, *read[body]))
    return texts


def _wishes(session: Session, waiting: Iterable[Text]) -> dict[int, _Wish]:
    """Return by its id what each tip wishes that may be joined to others."""
    among: dict[int, list[Text]] = defaultdict(list)  # by band, of tips whose bands are not stored yet
    stored: dict[frozenset[str], list[Text]] = {}
    wishes = {}
    for tip in waiting:
        if len(tip.words) >= FEWEST_WORDS:
            if tip.words not in stored:  # of a flood, one look-up serves many
                stored[tip.words] = likeliest(session, tip)
            fresh = {other.id: other for band in tip.bands for other in among[band]}
            close = judged(tip, [*fresh.values(), *stored[tip.words]], JOIN_AT)
            likes = [each.text for each in close if fits(tip, each.text)]
            if likes:
                same = [other for other in stored[tip.words] if fits(tip, other) and other.words == tip.words]
                wishes[tip.id] = _Wish(likes, heard=len(same) >= CANDIDATES)
        for band in tip.bands:
            # of a flood in one batch, the first speaks for all
            among[band] = [*among[band][:3], tip]
    return wishes


@dataclass
class _Home:
    """What stands on a group's row."""

    id: int
    size: int
    pending: int
    score: float
    state: str
    earlier: str | None
    newest_at: datetime
    lead_id: int | None

    def grow(self, tip_id: int, received_at: datetime) -> None:
        """Count one more pending member: a group that was decided comes back with it."""
        if not self.pending:
            self.lead_id, self.earlier = tip_id, self.state
        self.score += size_score(self.size + 1) - size_score(self.size)
        self.size += 1
        self.pending += 1
        self.state = State.PENDING
        self.newest_at = max(self.newest_at, received_at)


# What is asked and written while others wait, built and compiled once: to put it together anew, and to have
# an "IN" written out for each length of its list, takes longer than the database does.
_TIPS, _GROUPS = as_type(Table, Tip.__table__), as_type(Table, Group.__table__)
_GROWING = tuple(each.name for each in fields(_Home) if each.name != "id")
_GROUPS_OF_TIPS = select(_TIPS.c.group_id).where(_TIPS.c.id.in_(ids_of("tips")))
_LOCKED = Prepared(
    select(_GROUPS.c.id).where(_GROUPS.c.id.in_(_GROUPS_OF_TIPS)).order_by(_GROUPS.c.id).with_for_update()
)
_FOUND = AtOnce(
    homes=select(*(_GROUPS.c[each.name] for each in fields(_Home))).where(_GROUPS.c.id.in_(_GROUPS_OF_TIPS)),
    standing=select(Tip.id, Tip.group_id, Tip.state, Tip.received_at).where(
        Tip.id.in_(ids_of("tips")), *SEEN_BY_ALL
    ),
    apart=APART_OF,
)
_TAKEN = Prepared(taking(as_type(Table, Ungrouped.__table__)))
_COME = Prepared(update(_TIPS).where(_TIPS.c.id.in_(ids_of("tips"))).values(group_id=bindparam("goal")))
_GROWN = Prepared(
    update(_GROUPS)
    .where(_GROUPS.c.id == bindparam("home"))
    .values({name: bindparam(f"new_{name}") for name in (*_GROWING, "rank")} | {"scored_with": None})
)
_GONE = Prepared(delete(_GROUPS).where(_GROUPS.c.id.in_(ids_of("groups"))))


def _store_bands(session: Asked, rows: list[tuple[int, int]]) -> None:
    """Store rows of (band, tip id), by the drivers: twenty a tip are many for SQLAlchemy's way."""
    if not rows:
        return
    if dialect_of(session).name == "sqlite":
        many(session, _BANDS_SQLITE, rows)
    else:
        many(session, _BANDS_POSTGRES, [tuple([row[place] for row in rows] for place in (0, 1))])


@dataclass(frozen=True)
class _Joins:
    """What is to be written of tips that move into the groups of others."""

    homes: Mapping[int, _Home]
    moved: Mapping[int, list[int]]  # by the id of the group into which they come
    emptied: list[int]  # the groups that they left


def _joins(wished: Mapping[int, list[Text]], found: Answers) -> _Joins:
    """Find who moves where, leaving out what was touched since it was compared.

    All moves of a batch are thought through first, and written together: of a flood, each costs the database
    no statement of its own.
    """
    homes = {row.id: _Home(*row) for row in found["homes"]}
    standing = {row.id: row for row in found["standing"]}
    place = {tip_id: row.group_id for tip_id, row in standing.items()}
    apart = defaultdict(list)
    for row in found["apart"]:
        apart[row.mine].append(row)
    moved, emptied = defaultdict(list), []
    for tip_id, likes in wished.items():
        home = homes.get(place.get(tip_id, 0))
        if home is None or home.size != 1 or standing[tip_id].state != State.PENDING:
            continue
        barred = {home.id, *(place.get(other.id, other.group_id) for other in apart[tip_id])}
        goals = (place.get(like.id, 0) for like in likes)
        goal = next((goal for goal in goals if goal in homes and goal not in barred), None)
        if goal is not None:
            homes[goal].grow(tip_id, standing[tip_id].received_at)
            place[tip_id] = goal
            moved[goal].append(tip_id)
            emptied.append(home.id)
    return _Joins(homes, moved, emptied)


def _named(wished: Mapping[int, _Wish]) -> set[int]:
    return {tip_id for mine, wish in wished.items() for tip_id in (mine, *(like.id for like in wish.likes))}


def _write(session: Asked, joins: _Joins) -> None:
    """Write what `_joins` found."""
    for goal, tip_ids in joins.moved.items():
        _COME.run(session, {"tips": listed(tip_ids), "goal": goal})
        home = joins.homes[goal]
        grown = {f"new_{name}": getattr(home, name) for name in _GROWING}
        placed = {"home": goal, "new_rank": rank(home.score, home.newest_at)}
        _GROWN.run(session, grown | placed)
    if joins.emptied:
        _GONE.run(session, {"groups": listed(joins.emptied)})
