"""The worker's duty to erase: files that nobody sent within a day, and objects that no row knows.

An object is there before its row, and goes after it, so a process that is killed leaves objects behind,
never a row that points at nothing.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from tipline.files.shelf import Shelf
from tipline.models import Attachment
from tipline.storage import Kept, sealed

STAGED_FOR = timedelta(days=1)
# Nothing takes longer from its first part to its row; the times of objects are kept to the minute.
GRACE = timedelta(hours=6)
AT_A_TIME = 200


def erase_stale(shelf: Shelf, *, now: datetime) -> int:
    """Erase the files of forms that were not sent within a day; return how many."""
    old = Attachment.stage_hash.is_not(None), Attachment.at < now - STAGED_FOR
    chosen = select(Attachment.id).where(*old).order_by(Attachment.id).limit(AT_A_TIME)
    gone = delete(Attachment).where(Attachment.id.in_(chosen), Attachment.stage_hash.is_not(None))
    with shelf.db.write() as session:
        rows = session.execute(gone.returning(Attachment.original_key, Attachment.parts)).all()
    for row in rows:
        sealed.erase(shelf.storage, row.original_key, row.parts)
    return len(rows)


def sweep(shelf: Shelf, *, now: datetime) -> int:
    """Erase objects that belong to no row, and are old enough to stay without one; return how many."""
    erased = 0
    for objects in _batches(kept for kept in shelf.storage.list() if kept.at < now - GRACE):
        with shelf.db.read() as session:
            known = _known(session, {_file_of(kept.key) for kept in objects})
        for kept in objects:
            if _file_of(kept.key) not in known:
                shelf.storage.delete(kept.key)
                erased += 1
    return erased


def _batches(objects: Iterable[Kept]) -> Iterator[list[Kept]]:
    rest = iter(objects)
    while batch := list(islice(rest, AT_A_TIME)):
        yield batch


def _known(session: Session, names: set[str]) -> set[str]:
    originals = select(Attachment.original_key).where(Attachment.original_key.in_(names))
    copies = select(Attachment.scrubbed_key).where(Attachment.scrubbed_key.in_(names))
    return {*session.scalars(originals), *(name for name in session.scalars(copies) if name)}


def _file_of(key: str) -> str:
    """Return the name of the file that an object is a part of."""
    return key.rpartition("-")[0] + "-"
