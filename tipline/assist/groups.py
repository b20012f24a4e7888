"""Tips that say the same become one row of the queue, a moment after they came in.

Alike tips are found by their MinHash bands and judged by the words they share. A tip is joined to a group
only while nobody has decided it and it stands alone; each keeps its own receipt, sender and messages. What
a person set apart stays apart, and what only some may see joins nothing. Reading and comparing happen
outside the write transaction, which then takes each step only if nothing changed meanwhile.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import and_, case, delete, insert, select, text, update
from sqlalchemy.orm import Session

from tipline import clock
from tipline.db import Database
from tipline.models import Apart, Band, Group, State, Tip
from tipline.models.group import rank, size_score
from tipline.text.likeness import BANDS, FEWEST_WORDS, bands, overlap, telling_words

# In a flood of ten thousand, one band holds all of them: the newest tell enough.
NEWEST_PER_BAND = 24
CANDIDATES = 4
# Different events shared at most 0.18 of their words among the demo's tips; a text of which a fifth of the
# words were changed still shares 0.58.
JOIN_AT = 0.35
SUGGEST_AT = 0.2
SHARED_BANDS = text(
    " UNION ALL ".join(
        f"SELECT * FROM (SELECT tip_id FROM bands WHERE value = :band{number}"  # noqa: S608 - numbers alone
        f" ORDER BY tip_id DESC LIMIT {NEWEST_PER_BAND}) AS of_{number}"
        for number in range(BANDS)
    )
)


@dataclass(frozen=True)
class Text:
    """A tip as it is compared."""

    id: int
    group_id: int
    kind: str
    quarantined: bool
    words: frozenset[str]
    bands: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Alike:
    """A tip that says about the same, and the share of words in common."""

    text: Text
    overlap: float


def group_tips(db: Database, now: datetime, limit: int = 50) -> int:
    """Find the groups of up to `limit` tips that came in, oldest first; return how many were looked at."""
    with db.read() as session:
        waiting = _waiting(session, limit)
        joins = _joins(session, waiting)
    if not waiting:
        return 0
    with db.write() as session:
        if db.dialect != "sqlite":
            # two workers could otherwise each move a tip into the other's group
            session.execute(text("SELECT pg_advisory_xact_lock(hashtext('tipline groups'))"))
        here = _keep_bands(session, waiting, now)
        for tip, like in joins:
            if tip.id in here:
                _join(session, tip, like)
    return len(waiting)


def alike(session: Session, tip: Text, *, among: Mapping[int, list[Text]] | None = None) -> list[Alike]:
    """List what says the same as `tip`, most alike first; at most one of each group.

    Args:
        among: tips whose bands are not stored yet, by band.
    """
    found = _stored(session, tip) if tip.bands else []
    fresh = {other.id: other for band in tip.bands for other in (among or {}).get(band, ())}
    judged = [Alike(other, overlap(tip.words, other.words)) for other in [*fresh.values(), *found]]
    best: dict[int, Alike] = {}
    for each in sorted(judged, key=lambda one: (-one.overlap, one.text.id)):
        if each.overlap >= SUGGEST_AT:
            best.setdefault(each.text.group_id, each)
    return list(best.values())


def _waiting(session: Session, limit: int) -> list[Text]:
    # what only some may see is looked at without its words, so that nothing finds it
    seen = case((and_(Tip.restricted.is_(False), Tip.escalated_at.is_(None)), Tip.body), else_="")
    rows = select(Tip.id, Tip.group_id, Tip.kind, Tip.quarantined, seen).where(Tip.grouped_at.is_(None))
    texts = []
    for tip_id, group_id, kind, quarantined, body in session.execute(rows.order_by(Tip.id).limit(limit)):
        words = telling_words(body)
        texts.append(Text(tip_id, group_id, kind, quarantined, words, bands(words)))
    return texts


def _joins(session: Session, waiting: Iterable[Text]) -> list[tuple[Text, Text]]:
    """List which tip goes to which older one."""
    among: dict[int, list[Text]] = defaultdict(list)
    joins = []
    for tip in waiting:
        if len(tip.words) >= FEWEST_WORDS:
            close = (each.text for each in alike(session, tip, among=among) if each.overlap >= JOIN_AT)
            like = next((other for other in close if _fits(tip, other)), None)
            if like is not None and not _set_apart(session, tip.id, like.id):
                joins.append((tip, like))
        for band in tip.bands:
            # of a flood in one batch, the first speaks for all
            among[band] = [*among[band][:3], tip]
    return joins


def _fits(tip: Text, other: Text) -> bool:
    # what was held back must not hide among what was not
    return tip.kind == other.kind and tip.quarantined == other.quarantined


def _stored(session: Session, tip: Text) -> list[Text]:
    values = {f"band{number}": value for number, value in enumerate(tip.bands)}
    shared: dict[int, int] = defaultdict(int)
    for (tip_id,) in session.execute(SHARED_BANDS, values):
        shared[tip_id] += 1
    shared.pop(tip.id, None)
    likeliest = sorted(shared, key=lambda tip_id: (-shared[tip_id], -tip_id))[:CANDIDATES]
    rows = select(Tip.id, Tip.group_id, Tip.kind, Tip.quarantined, Tip.body).where(
        Tip.id.in_(likeliest), Tip.restricted.is_(False), Tip.escalated_at.is_(None), Tip.erased_at.is_(None)
    )
    return [Text(*row[:4], telling_words(row.body)) for row in session.execute(rows)] if likeliest else []


def _set_apart(session: Session, one: int, other: int) -> bool:
    pair = Apart.tip_id == min(one, other), Apart.other_id == max(one, other)
    return session.scalar(select(Apart.tip_id).where(*pair)) is not None


def _keep_bands(session: Session, waiting: list[Text], now: datetime) -> set[int]:
    """Mark the tips as looked at and store their bands; return those that nobody else had taken."""
    mark = update(Tip).where(Tip.id.in_([tip.id for tip in waiting]), Tip.grouped_at.is_(None))
    options = {"synchronize_session": False}
    taken = session.execute(
        mark.values(grouped_at=clock.to_minute(now)).returning(Tip.id), execution_options=options
    )
    mine = set(taken.scalars())
    rows = [{"value": band, "tip_id": tip.id} for tip in waiting if tip.id in mine for band in set(tip.bands)]
    if rows:
        session.execute(insert(Band.__table__), rows)  # type: ignore[arg-type]
    return mine


def _join(session: Session, tip: Text, like: Text) -> None:
    """Move a tip into the group of another, unless either was touched since they were compared."""
    target_id = session.scalar(select(Tip.group_id).where(Tip.id == like.id))
    if target_id is None or target_id == tip.group_id:
        return
    both = select(Group).where(Group.id.in_((target_id, tip.group_id))).order_by(Group.id).with_for_update()
    groups = {group.id: group for group in session.scalars(both.execution_options(populate_existing=True))}
    target, home = groups.get(target_id), groups.get(tip.group_id)
    if target is None or home is None or home.size != 1:
        return
    untouched = Tip.id == tip.id, Tip.group_id == home.id, Tip.state == State.PENDING
    move = update(Tip).where(*untouched).values(group_id=target.id).returning(Tip.received_at)
    received_at = session.scalar(move, execution_options={"synchronize_session": False})
    if received_at is None:
        return
    _grow(target, tip.id, received_at)
    session.flush()
    session.execute(delete(Group).where(Group.id == home.id))


def _grow(group: Group, tip_id: int, received_at: datetime) -> None:
    """Count one more pending member: a group that was decided comes back with it."""
    if not group.pending:
        group.lead_id = tip_id
    group.score += size_score(group.size + 1) - size_score(group.size)
    group.size += 1
    group.pending += 1
    group.state = State.PENDING
    group.newest_at = max(group.newest_at, received_at)
    group.rank, group.scored_with = rank(group.score, group.newest_at), None
