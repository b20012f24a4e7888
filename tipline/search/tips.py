"""Find tips, newest first, at a cost that does not grow with their number.

The full text is walked in batches from the newest tip down, and what the other conditions leave is
kept. After `ROUNDS` batches the search stops and says where it can go on, so that a common word
together with a rare state never becomes a walk through a million tips.
PostgreSQL first walks the newest `WINDOW` ids by their key; a word that is so rare that it does not fill
the batch there is then looked up in its index (MATERIALIZED, else the planner may walk on by the key).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time

from sqlalchemy import ColumnElement, exists, or_, select, text
from sqlalchemy.orm import Session

from tipline.models import Alias, Attachment, Link, LinkState, Person, Story, Tip
from tipline.search.match import Alternatives, Phrase, fts5, is_sqlite, tip_has_not, tsquery
from tipline.search.query import Query
from tipline.text.tokens import fold, words

BATCH = 250
ROUNDS = 4
WINDOW = 20_000
NEWEST = 2**63 - 1
MAX_NAMES = 20

_SQLITE = text(
    "SELECT rowid FROM tip_search WHERE tip_search MATCH :match AND rowid < :before"
    " ORDER BY rowid DESC LIMIT :limit"
)
_WINDOW = text(
    "SELECT tip_id FROM tip_search WHERE tip_id >= :from AND tip_id < :before"
    " AND words @@ CAST(:match AS tsquery) ORDER BY tip_id DESC LIMIT :limit"
)
_RARE = text(
    "WITH found AS MATERIALIZED (SELECT tip_id FROM tip_search WHERE words @@ CAST(:match AS tsquery))"
    " SELECT tip_id FROM found WHERE tip_id < :before ORDER BY tip_id DESC LIMIT :limit"
)
_NEWEST_ID = text("SELECT coalesce(max(tip_id), 0) FROM tip_search")


@dataclass(frozen=True)
class Found:
    """Ids of tips, newest first; `further` is the `before_id` of the rest, None when there is no rest."""

    ids: list[int]
    further: int | None


def find_tips(
    session: Session,
    query: Query,
    before_id: int | None = None,
    limit: int = 50,
    also: Sequence[ColumnElement[bool]] = (),
) -> Found:
    """Find tips that `query` asks for and that meet the conditions on `tips` in `also`."""
    required: list[Alternatives] = [(phrase,) for phrase in query.phrases]
    required += [_names_of(session, person) for person in query.people]
    conditions = [Tip.erased_at.is_(None), *also, *_conditions(query)]
    before = NEWEST if before_id is None else before_id
    if required:
        return _walk(session, required, query.excluded, before, limit, conditions)
    if query.excluded:
        conditions.append(tip_has_not(session, query.excluded))
    newest = select(Tip.id).where(Tip.id < before, *conditions).order_by(Tip.id.desc())
    ids = list(session.scalars(newest.limit(limit + 1)))
    return Found(ids[:limit], ids[limit - 1] if len(ids) > limit else None)


def _walk(
    session: Session,
    required: list[Alternatives],
    excluded: tuple[Phrase, ...],
    before: int,
    limit: int,
    conditions: Sequence[ColumnElement[bool]],
) -> Found:
    kept: list[int] = []
    for _ in range(ROUNDS):
        batch = _matches(session, required, excluded, before)
        passing = (
            set(session.scalars(select(Tip.id).where(Tip.id.in_(batch), *conditions))) if batch else set()
        )
        kept += [tip_id for tip_id in batch if tip_id in passing]
        if len(kept) > limit:
            return Found(kept[:limit], kept[limit - 1])
        if len(batch) < BATCH:
            return Found(kept, None)
        before = batch[-1]
    return Found(kept, before)


def _matches(
    session: Session, required: list[Alternatives], excluded: tuple[Phrase, ...], before: int
) -> list[int]:
    if is_sqlite(session):
        match = fts5(required, excluded)
        return list(session.scalars(_SQLITE, {"match": match, "before": before, "limit": BATCH}))
    match = tsquery(required, excluded)
    newest = session.scalar(_NEWEST_ID) or 0
    before = min(before, newest + 1)
    start = max(before - WINDOW, 0)
    near = {"match": match, "from": start, "before": before, "limit": BATCH}
    found = list(session.scalars(_WINDOW, near))
    if len(found) < BATCH and start > 0:
        rare = {"match": match, "before": start, "limit": BATCH - len(found)}
        found += session.scalars(_RARE, rare)
    return found


def _names_of(session: Session, person: str) -> Alternatives:
    """Return the names somebody may have in a tip, or what was typed when nobody is known by it."""
    folded = fold(person)
    alias = select(Alias.person_id).where(Alias.folded.contains(folded))
    known = or_(Person.slug == person.lower(), Person.folded.contains(folded), Person.id.in_(alias))
    ids = select(Person.id).where(known).order_by(Person.id).limit(MAX_NAMES)
    of_people = select(Person.folded).where(Person.id.in_(ids))
    names = of_people.union(select(Alias.folded).where(Alias.person_id.in_(ids)))
    phrases = sorted({tuple(words(name)) for name in session.scalars(names)} - {()})
    return tuple(phrases[:MAX_NAMES]) or (tuple(folded.split()),)


def _conditions(query: Query) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [of_story(slug) for slug in query.stories]
    if query.channels:
        conditions.append(Tip.channel.in_(query.channels))
    if query.kinds:
        conditions.append(Tip.kind.in_(query.kinds))
    if query.has_file:
        conditions.append(exists().where(Attachment.tip_id == Tip.id))
    if query.before:
        conditions.append(Tip.received_at < datetime.combine(query.before, time(), UTC))
    if query.after:
        conditions.append(Tip.received_at >= datetime.combine(query.after, time(), UTC))
    return conditions


def of_story(slug: str) -> ColumnElement[bool]:
    """Return the condition on `tips` that a tip came from the page of a story or is linked to it."""
    story = select(Story.id).where(Story.slug == slug).scalar_subquery()
    linked = select(Link.tip_id).where(Link.story_id == story, Link.state == LinkState.CONFIRMED)
    return or_(Tip.story_id == story, Tip.id.in_(linked))
