"""The worker's duty to erase objects that no row knows; rows that are due go by the rules of keeping.

An object is there before its row, and goes after it, so a process that is killed leaves objects behind,
never a row that points at nothing.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice

from sqlalchemy import select
from sqlalchemy.orm import Session

from tipline.files.shelf import Shelf
from tipline.models import Attachment
from tipline.storage import Kept

# Nothing takes longer from its first part to its row; the times of objects are kept to the minute.
GRACE = timedelta(hours=6)
AT_A_TIME = 200


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
