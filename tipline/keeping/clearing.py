"""Clear what erasing left behind: objects in the storage, words in the index, pages in the log, receipts.

Each can be done twice, and a row goes only when its work is done: a process that is killed in between
leaves the rest to the next one.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from tipline.db import Database
from tipline.models import Leftover, LeftoverKind, Receipt
from tipline.search.index import merge

# A million tips make an index whose merging takes a minute of work, so it is not done for each erased tip.
WORDS_WITHIN = timedelta(hours=23)
RECEIPTS_FOR = timedelta(days=1)  # no form can be sent that is older
MERGED_PAGES = 50  # of the index, in one transaction
OBJECTS = 100


class Listed(Protocol):
    @property
    def key(self) -> str: ...


class Objects(Protocol):
    """What a storage of files can do, as far as erasing goes; deleting what is gone is no fault."""

    def list(self, prefix: str) -> Iterable[Listed]: ...

    def delete(self, key: str) -> None: ...


def clear(
    db: Database, storage: Objects | None, *, now: datetime, words_within: timedelta = WORDS_WITHIN
) -> int:
    """Clear what is left; return how many leftovers are gone.

    Args:
        storage: where files are; None leaves their objects for another time.
        words_within: words may stay in the index for as long as this after they were erased.
    """
    cleared = clear_objects(db, storage) if storage is not None else 0
    return cleared + clear_receipts(db, now) + clear_words(db, now, words_within) + clear_pages(db)


def clear_objects(db: Database, storage: Objects) -> int:
    """Delete the objects of erased files, outside of any transaction."""
    cleared = 0
    while True:
        with db.read() as session:
            found = select(Leftover).where(Leftover.kind == LeftoverKind.OBJECTS).order_by(Leftover.id)
            rows = session.scalars(found.limit(OBJECTS)).all()
        if not rows:
            return cleared
        for row in rows:
            for key in [each.key for each in storage.list(row.key)]:
                storage.delete(key)
        with db.write() as session:
            session.execute(delete(Leftover).where(Leftover.id.in_([row.id for row in rows])))
        cleared += len(rows)


def clear_receipts(db: Database, now: datetime) -> int:
    """Forget the receipts of erased tips whose forms can be sent no more."""
    over = Receipt.erased_at <= now - RECEIPTS_FOR
    with db.read() as session:
        if session.scalar(select(Receipt.id).where(over).limit(1)) is None:
            return 0
    with db.write() as session:
        done = session.execute(delete(Receipt).where(over))
    return int(done.rowcount)  # type: ignore[attr-defined]


def clear_words(db: Database, now: datetime, within: timedelta) -> int:
    """Merge the search index, in small transactions, when words that were erased stand in it for too long."""
    with db.read() as session:
        newest, oldest_at = _left(session, LeftoverKind.WORDS)
    if newest is None or oldest_at is None or oldest_at > now - within:
        return 0
    merge(db, MERGED_PAGES)
    with db.write() as session:
        # The pages that merging freed are in the log.
        session.execute(insert(Leftover), {"kind": LeftoverKind.PAGES, "key": "", "at": now})
        return _forget(session, LeftoverKind.WORDS, newest)


def clear_pages(db: Database) -> int:
    """Empty the write-ahead log, unless a reader needs it just now; then the next time does it."""
    with db.read() as session:
        newest, _ = _left(session, LeftoverKind.PAGES)
    if newest is None or not db.empty_log():
        return 0
    with db.write() as session:
        return _forget(session, LeftoverKind.PAGES, newest)


def _left(session: Session, kind: LeftoverKind) -> tuple[int | None, datetime | None]:
    newest = select(func.max(Leftover.id), func.min(Leftover.at)).where(Leftover.kind == kind)
    row = session.execute(newest).one()
    return row[0], row[1]


def _forget(session: Session, kind: LeftoverKind, newest: int) -> int:
    done = session.execute(delete(Leftover).where(Leftover.kind == kind, Leftover.id <= newest))
    return int(done.rowcount)  # type: ignore[attr-defined]
