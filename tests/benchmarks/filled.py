"""Databases of a newsroom with any number of tips, as two years would leave them; kept in a folder if asked.

What the rows are, `invented.py` says; how they are stored, `bulk.py`. The rows are invented once and stored
in both databases, because inventing them takes longer than storing them.
"""

import contextlib
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bulk import Bulk, after, before
from invented import Newsroom, Rows
from postgres import Server
from search import Bar
from sqlalchemy import func, select

from tipline import clock, schema
from tipline.db import Database
from tipline.models import Counter, new_ref
from tipline.models.base import Base
from tipline.search.match import tsvector
from tipline.text.tokens import fold

CHUNK = 5_000
# Parents before their children.
ORDER = ("users", "people", "stories", "story_people", "views", "groups", "tips", "links", "verdicts",
         "events", "seals", "receipts", "contacts", "notes", "messages", "tags", "attachments",
         "counters", "lessons")  # fmt: skip


@contextlib.contextmanager
def databases(sizes: tuple[int, ...], kept: str, only: str = "") -> Iterator[dict[str, dict[int, Database]]]:
    """Give, for each kind of database there is, one of each size; filled when they are not yet.

    Args:
        kept: the folder in which they stay; "" for one that is gone afterwards.
        only: the kind, for one alone.
    """
    with contextlib.ExitStack() as stack:
        folder = Path(kept) if kept else Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.mkdir(parents=True, exist_ok=True)
        if not kept:
            folder.chmod(0o711)  # the server's user goes through it to its own
        urls: dict[str, dict[int, str]] = {}
        if only != "postgres":
            urls["sqlite"] = {size: f"sqlite:///{folder}/tips{size}.sqlite3" for size in sizes}
        server = None if only == "sqlite" else Server.start(durable=True, kept=folder / "postgres")
        if server is not None:
            stack.enter_context(server)
            urls["postgresql"] = {size: server.database(f"tips{size}") for size in sizes}
        elif only != "sqlite":
            print("PostgreSQL is missing; SQLite alone is measured.", file=sys.stderr)
        found = {kind: {size: Database(url) for size, url in each.items()} for kind, each in urls.items()}
        for size in sizes:
            fill([each[size] for each in found.values()], size)
        yield found
        for each in found.values():
            for db in each.values():
                db.dispose()


def fill(dbs: list[Database], size: int) -> None:
    """Fill those that are not filled yet."""
    for db in dbs:
        db.create()
        schema.upgrade(db)
    waiting = [db for db in dbs if not _is_filled(db)]
    if not waiting:
        return
    newsroom = Newsroom(size, clock.now())
    bar = Bar(f"{' and '.join(db.dialect for db in waiting)}: {size:,} tips", size)
    for db in waiting:
        before(db)
    _store(waiting, newsroom.house())
    for done, rows in enumerate(newsroom.chunks(CHUNK), 1):
        _store(waiting, rows)
        bar.at(min(done * CHUNK, size))
    for db in waiting:
        after(db)
        with Bulk(db) as bulk:
            bulk.run("DELETE FROM counters")
    _store(waiting, newsroom.counted())  # last, for they tell that all is there


def _is_filled(db: Database) -> bool:
    with db.read() as session:
        return bool(session.scalar(select(func.sum(Counter.value))))


def _store(dbs: list[Database], rows: Rows) -> None:
    for db in dbs:
        with Bulk(db) as bulk:
            for name in ORDER:
                if rows.get(name):
                    bulk.store(Base.metadata.tables[name], rows[name])
            if bands := rows.get("loose_bands"):
                bulk.put("loose_bands", ["value", "tip_id"], ((row["value"], row["tip_id"]) for row in bands))
            _index(bulk, rows)
            if rows.get("stories"):
                for table in ("catalogue", "progress"):
                    bulk.run(f"UPDATE {table} SET version = '{new_ref()}'")


def _index(bulk: Bulk, rows: Rows) -> None:
    """Put texts into the full-text tables as `tipline.search.index` does."""
    tips = [(row["id"], _text_of(row)) for row in rows.get("tips", ())]
    stories = [(row["id"], fold(row["headline"]), fold(row["body"])) for row in rows.get("stories", ())]
    if bulk.sqlite:
        bulk.put("tip_search", ["rowid", "words"], tips)
        bulk.put("story_search", ["rowid", "headline", "body"], stories)
        return
    bulk.put("tip_search", ["tip_id", "words"], ((each, tsvector((text.split(), ""))) for each, text in tips))
    said = ((each, tsvector((head.split(), "A"), (body.split(), "D"))) for each, head, body in stories)
    bulk.put("story_search", ["story_id", "words"], said)


def _text_of(tip: dict) -> str:
    return fold("\n".join(part for part in (tip["body"], tip["about"], tip["place"]) if part))
