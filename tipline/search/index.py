"""Feed the full-text tables, by explicit statements: `trusted_schema=OFF` allows no triggers.

Both databases get words that are folded already, so that they find the same. A tip's row is written
once, since a tip never changes its words, and removed when it is erased; a story's is replaced.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import cast

from sqlalchemy import Table, column, delete, insert, select, table, text
from sqlalchemy.orm import Session

from tipline.at_once import ids_of, listed
from tipline.db import Database
from tipline.models import Tip, Unindexed, progress_made
from tipline.models.waiting import taking
from tipline.prepared import Asked, Prepared, dialect_of, many
from tipline.search.match import is_sqlite, tsvector
from tipline.text.tokens import fold

AT_ONCE = 30  # tips of one transaction, for whose time other writers wait
MAX_CHARACTERS = 100_000  # a tsvector holds at most 1 MB
STORY_PAGES = 100  # of their index, merged in one transaction
_SEARCHED = (Tip.id, Tip.body, Tip.about, Tip.place)
_TAKEN = Prepared(taking(cast(Table, Unindexed.__table__)))
_STANDING = Prepared(select(*_SEARCHED).where(Tip.id.in_(ids_of("tips"))).order_by(Tip.id))
_TIP_SQLITE = "INSERT INTO tip_search(rowid, words) VALUES (?, ?)"
_TIP_POSTGRES = (
    "INSERT INTO tip_search(tip_id, words) VALUES (%s, CAST(%s AS tsvector))"
    " ON CONFLICT (tip_id) DO UPDATE SET words = EXCLUDED.words"
)
_STORY_SQLITE = text("INSERT INTO story_search(rowid, headline, body) VALUES (:id, :headline, :body)")
_STORY_POSTGRES = text(
    "INSERT INTO story_search(story_id, words) VALUES (:id, CAST(:words AS tsvector))"
    " ON CONFLICT (story_id) DO UPDATE SET words = EXCLUDED.words"
)
# A contentless table takes a row out by the very words that went in; whoever changes `fold` indexes anew.
_REMOVE_TIP_SQLITE = text("INSERT INTO tip_search(tip_search, rowid, words) VALUES ('delete', :id, :words)")
_TIP_ROWS = table("tip_search", column("tip_id"))
_INDEXED = table("tip_search_docsize", column("id"))  # FTS5's own list of the rows that are in it
_MERGE = {
    "tip_search": text("INSERT INTO tip_search(tip_search, rank) VALUES ('merge', :pages)"),
    "story_search": text("INSERT INTO story_search(story_search, rank) VALUES ('merge', :pages)"),
}
_CHANGES = text("SELECT total_changes()")
_REMOVE_SQLITE = text("DELETE FROM story_search WHERE rowid = :id")
_REMOVE_POSTGRES = text("DELETE FROM story_search WHERE story_id = :id")


@dataclass(frozen=True)
class Entry:
    """A tip that is not indexed yet: what of it is searched, as it was read, and its folded words."""

    tip_id: int
    parts: tuple[str | None, ...]
    words: str


def index_waiting(db: Database, limit: int) -> int:
    """Index up to `limit` tips that are not indexed yet, oldest first; return how many were.

    Reading and folding happen outside the write transactions, for which others wait.
    """
    with db.read() as session:
        entries = _waiting(session, limit)
    return sum(db.write_in_batches(entries, AT_ONCE, _keep))


def index_tips(session: Session, limit: int = 50) -> int:
    """Do what `index_waiting` does, in a transaction that is under way; return how many were indexed."""
    return _keep(session, _waiting(session, limit))


def _waiting(session: Session, limit: int) -> list[Entry]:
    oldest = select(*_SEARCHED).join(Unindexed, Unindexed.tip_id == Tip.id).order_by(Unindexed.tip_id)
    rows = session.execute(oldest.limit(limit))
    return [Entry(tip_id, tuple(parts), _words_of(parts)) for tip_id, *parts in rows]


def _keep(session: Asked, entries: Sequence[Entry]) -> int:
    """Store entries; return of how many. What somebody else has indexed, or has in hand, is left out.

    What was corrected or erased since it was read is folded anew, from what stands there now.
    """
    if not entries:
        return 0
    folded, rows = {entry.tip_id: entry for entry in entries}, []
    taken = _TAKEN.column(session, {"tips": listed(folded)})
    for tip_id, *parts in _STANDING.rows(session, {"tips": listed(taken)}):
        entry = folded[tip_id]
        rows.append((tip_id, entry.words if entry.parts == tuple(parts) else _words_of(parts)))
    if rows:
        _store(session, rows)
        progress_made(session)
    return len(rows)


def _store(session: Asked, rows: list[tuple[int, str]]) -> None:
    if dialect_of(session).name == "sqlite":
        many(session, _TIP_SQLITE, rows)
    else:
        many(session, _TIP_POSTGRES, [(tip_id, tsvector((words.split(), ""))) for tip_id, words in rows])


def remove_tips(session: Session, tip_ids: Sequence[int]) -> bool:
    """Take tips out of the index, while their words still stand in their rows; say whether any was in it.

    The worker no longer finds them either, unless `index_anew` says so. On SQLite their words stay in older
    parts of the index, marked as deleted, until `sweep` is done.
    """
    # first, since it waits for a worker that has one in hand: that one's words are in the index then
    session.execute(delete(Unindexed).where(Unindexed.tip_id.in_(tip_ids)))
    if not is_sqlite(session):
        gone = _TIP_ROWS.delete().where(_TIP_ROWS.c.tip_id.in_(tip_ids)).returning(_TIP_ROWS.c.tip_id)
        return bool(session.execute(gone).all())
    # of the index itself, which is broken by taking out what is not in it
    indexed = select(_INDEXED.c.id).where(_INDEXED.c.id.in_(tip_ids))
    rows = session.execute(select(*_SEARCHED).where(Tip.id.in_(indexed))).all()
    if rows:
        entries = [{"id": tip_id, "words": _words_of(parts)} for tip_id, *parts in rows]
        session.execute(_REMOVE_TIP_SQLITE, entries)
    return bool(rows)


def index_anew(session: Session, tip_id: int) -> None:
    """Have the worker index a tip whose words are about to change; until then nothing finds it."""
    remove_tips(session, [tip_id])
    session.execute(insert(Unindexed), {"tip_id": tip_id})


def sweep(session: Session, pages: int, *, first: bool, table: str = "tip_search") -> bool:
    """Merge some of an index's parts, until they are one and deleted words are gone; say whether they are.

    In steps, because "optimize" would hold the database for as long as the index is large
    (sqlite.org/fts5.html, "The 'merge' Command": negative pages begin, and less than two changes end it).
    """
    if not is_sqlite(session):
        return True
    before = session.scalar(_CHANGES) or 0
    session.execute(_MERGE[table], {"pages": -pages if first else pages})
    return (session.scalar(_CHANGES) or 0) - before < 2


def merge(db: Database, pages: int, table: str = "tip_search") -> None:
    """Merge all of an index's parts, in small transactions that let others through."""
    done, first = False, True
    while not done:
        with db.write() as session:
            done = sweep(session, pages, first=first, table=table)
        db.give_way()
        first = False


def merge_stories(db: Database) -> int:
    """Merge the index of stories, of which a page that suggests stories asks sixty words.

    Each word is looked for in each part. Stories come seldom, so that it is affordable; tips come all day.
    """
    merge(db, STORY_PAGES, "story_search")
    return 0


def _words_of(parts: Iterable[str | None]) -> str:
    return fold("\n".join(part for part in parts if part))[:MAX_CHARACTERS]


def index_story(session: Session, story_id: int, headline: str, body: str) -> None:
    """Index a story, in place of what was indexed of it before."""
    headline, body = fold(headline), fold(body)[:MAX_CHARACTERS]
    if is_sqlite(session):
        remove_story(session, story_id)
        session.execute(_STORY_SQLITE, {"id": story_id, "headline": headline, "body": body})
    else:
        words = tsvector((headline.split(), "A"), (body.split(), "D"))
        session.execute(_STORY_POSTGRES, {"id": story_id, "words": words})


def remove_story(session: Session, story_id: int) -> None:
    """Take a story out of the index; one that is not there is no fault."""
    session.execute(_REMOVE_SQLITE if is_sqlite(session) else _REMOVE_POSTGRES, {"id": story_id})
