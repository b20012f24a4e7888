"""Tips that say the same become one row of the queue, a moment after they came in.

A tip is joined to a group only while nobody has decided it and it stands alone; each keeps its own receipt,
sender and messages. What a person set apart stays apart, and what only some may see joins nothing. Reading
and comparing happen outside the write transaction, which then takes each step only if nothing changed
meanwhile.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import and_, case, delete, select, text, update
from sqlalchemy.orm import Session

from tipline import clock
from tipline.assist.alike import JOIN_AT, SEEN_BY_ALL, Text, apart_of, fits, judged, likeliest
from tipline.db import Database
from tipline.models import Group, State, Tip
from tipline.models.group import rank, size_score
from tipline.text.likeness import FEWEST_WORDS, bands, telling_words

_BANDS_POSTGRES = (
    "INSERT INTO bands (value, tip_id) SELECT * FROM unnest(CAST(%s AS bigint[]), CAST(%s AS bigint[]))"
)
AT_ONCE = 25  # tips of one transaction, for whose time other writers wait


def group_tips(db: Database, now: datetime, limit: int = 50) -> int:
    """Find the groups of up to `limit` tips that came in, oldest first; return how many were looked at."""
    with db.read() as session:
        waiting = _waiting(session, limit)
        wishes = _wishes(session, waiting)
    for start in range(0, len(waiting), AT_ONCE):
        if start:
            db.give_way()
        with db.write_batch() as session:
            alone_at_groups(session)
            _settle(session, waiting[start : start + AT_ONCE], wishes, now)
    return len(waiting)


def _settle(session: Session, tips: list[Text], wishes: Mapping[int, list[Text]], now: datetime) -> None:
    """Mark tips as looked at, and join each to what it says the same as."""
    wished = {tip.id: wishes[tip.id] for tip in tips if tip.id in wishes}
    groups = _held(session, _named(wished)) if wished else {}
    here = _keep_bands(session, tips, now)
    if groups:
        _join(session, {tip_id: likes for tip_id, likes in wished.items() if tip_id in here}, groups)


def alone_at_groups(session: Session) -> None:
    """Keep everybody else from moving tips between groups, until this transaction ends.

    Two could otherwise each move a tip into the other's group. On SQLite every writer is alone anyway.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(hashtext('tipline groups'))"))


def _waiting(session: Session, limit: int) -> list[Text]:
    # what only some may see is looked at without its words, so that nothing finds it
    seen = case((and_(Tip.restricted.is_(False), Tip.escalated_at.is_(None)), Tip.body), else_="")
    rows = select(Tip.id, Tip.group_id, Tip.kind, Tip.quarantined, seen).where(Tip.grouped_at.is_(None))
    texts, read = [], {}
    for tip_id, group_id, kind, quarantined, body in session.execute(rows.order_by(Tip.id).limit(limit)):
        if body not in read:  # of a flood many say the very same
            words = telling_words(body)
            read[body] = words, bands(words)
        texts.append(Text(tip_id, group_id, kind, quarantined, *read[body]))
    return texts


def _wishes(session: Session, waiting: Iterable[Text]) -> dict[int, list[Text]]:
    """Return by its id which tip may be joined to which others, most alike first."""
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
                wishes[tip.id] = likes
        for band in tip.bands:
            # of a flood in one batch, the first speaks for all
            among[band] = [*among[band][:3], tip]
    return wishes


def _held(session: Session, tip_ids: Collection[int]) -> dict[int, Group]:
    """Lock the groups of some tips, before any tip, as every act does; return them by their ids."""
    theirs = select(Tip.group_id).where(Tip.id.in_(tip_ids))
    chosen = select(Group).where(Group.id.in_(theirs)).order_by(Group.id).with_for_update()
    return {group.id: group for group in session.scalars(chosen)}


def _keep_bands(session: Session, waiting: list[Text], now: datetime) -> set[int]:
    """Mark the tips as looked at and store their bands; return those that nobody else had taken."""
    mark = update(Tip).where(Tip.id.in_([tip.id for tip in waiting]), Tip.grouped_at.is_(None))
    options = {"synchronize_session": False}
    taken = session.execute(
        mark.values(grouped_at=clock.to_minute(now)).returning(Tip.id), execution_options=options
    )
    mine = set(taken.scalars())
    rows = [(band, tip.id) for tip in waiting if tip.id in mine for band in set(tip.bands)]
    if rows:
        _store_bands(session, rows)
    return mine


def _store_bands(session: Session, rows: list[tuple[int, int]]) -> None:
    """Store rows of (band, tip id), by the drivers: twenty a tip are many for SQLAlchemy's way."""
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("INSERT INTO bands (value, tip_id) VALUES (?, ?)", rows)
    else:
        columns = [[row[place] for row in rows] for place in (0, 1)]
        connection.exec_driver_sql(_BANDS_POSTGRES, tuple(columns))


def _join(session: Session, wished: Mapping[int, list[Text]], groups: Mapping[int, Group]) -> None:
    """Move tips into the groups of others, unless either was touched since they were compared.

    All moves of a batch are thought through first, and written together: of a flood, each costs the database
    no statement of its own.
    """
    standing = _standing(session, _named(wished))
    place = {tip_id: row.group_id for tip_id, row in standing.items()}
    apart = apart_of(session, wished)
    moved, emptied = defaultdict(list), []
    for tip_id, likes in wished.items():
        home = groups.get(place.get(tip_id, 0))
        if home is None or home.size != 1 or standing[tip_id].state != State.PENDING:
            continue
        barred = {home.id, *(place.get(other.id, other.group_id) for other in apart.get(tip_id, ()))}
        goals = (place.get(like.id, 0) for like in likes)
        goal = next((goal for goal in goals if goal in groups and goal not in barred), None)
        if goal is not None:
            _grow(groups[goal], tip_id, standing[tip_id].received_at)
            place[tip_id] = goal
            moved[goal].append(tip_id)
            emptied.append(home.id)
    _move(session, moved, emptied)


def _named(wished: Mapping[int, list[Text]]) -> set[int]:
    return {tip_id for mine, likes in wished.items() for tip_id in (mine, *(like.id for like in likes))}


def _standing(session: Session, tip_ids: Collection[int]) -> dict[int, Any]:
    """Return of each tip its group, its state and when it was received; not of what was hidden meanwhile."""
    asked = select(Tip.id, Tip.group_id, Tip.state, Tip.received_at).where(Tip.id.in_(tip_ids), *SEEN_BY_ALL)
    return {row.id: row for row in session.execute(asked)}


def _move(session: Session, moved: Mapping[int, list[int]], emptied: list[int]) -> None:
    """Write what `_join` thought through.

    Args:
        moved: by the id of a group, the tips that come into it.
        emptied: the groups that those left.
    """
    options = {"synchronize_session": False}
    for goal, tip_ids in moved.items():
        come = update(Tip).where(Tip.id.in_(tip_ids)).values(group_id=goal)
        session.execute(come, execution_options=options)
    if emptied:
        session.flush()
        session.execute(delete(Group).where(Group.id.in_(emptied)), execution_options=options)


def _grow(group: Group, tip_id: int, received_at: datetime) -> None:
    """Count one more pending member: a group that was decided comes back with it."""
    if not group.pending:
        group.lead_id, group.earlier = tip_id, group.state
    group.score += size_score(group.size + 1) - size_score(group.size)
    group.size += 1
    group.pending += 1
    group.state = State.PENDING
    group.newest_at = max(group.newest_at, received_at)
    group.rank, group.scored_with = rank(group.score, group.newest_at), None
