"""The worker's duty to make clean copies: nothing that a tipster sent is shown before it was scrubbed.

Only files of tips that were sent are scrubbed, one at a time. A file is leased, so that of several workers
one does it; whose worker dies, by a file that brings it down, is tried again, but not for ever.
"""

import json
import logging
from datetime import datetime, timedelta
from typing import IO, cast

from sqlalchemy import or_, select, update

from tipline import clock
from tipline.errors import Unavailable
from tipline.files.shelf import Shelf, bound, file_key, name_of
from tipline.models import Attachment, AttachmentState
from tipline.scrub import clamav, run
from tipline.scrub.found import CannotScrub, WhySealed
from tipline.scrub.types import FileType
from tipline.storage import NoRoom, ObjectMissing, sealed
from tipline.storage.sealed import COPY, FileBroken

LEASE = timedelta(minutes=10)
MAX_ATTEMPTS = 3
ARRIVED = AttachmentState.ARRIVED
log = logging.getLogger("tipline.files")


def scrub_next(shelf: Shelf) -> int:
    """Scrub the file that waits longest; return how many were done.

    Raises:
        Unavailable, NoRoom: when storage or scanner are away; the file is tried again after its lease.
    """
    file = _lease(shelf, clock.now())
    if file is None:
        return 0
    if file.attempts > MAX_ATTEMPTS:
        _seal(shelf, file, WhySealed.DAMAGED)
        return 1
    try:
        _scrub(shelf, file)
    except CannotScrub as reason:
        _seal(shelf, file, reason.why)
    except (FileBroken, ObjectMissing):
        log.warning("file does not open", extra={"file": file.ref})
        _seal(shelf, file, WhySealed.DAMAGED)
    except (Unavailable, NoRoom):
        _give_back(shelf, file)
        raise
    return 1


def _lease(shelf: Shelf, now: datetime) -> Attachment | None:
    free = or_(Attachment.leased_until.is_(None), Attachment.leased_until < now)
    waiting = select(Attachment).where(Attachment.state == ARRIVED, Attachment.tip_id.is_not(None), free)
    with shelf.db.read() as session:
        file = session.scalars(waiting.order_by(Attachment.id).limit(1)).first()
    if file is None:
        return None
    unchanged = Attachment.id == file.id, Attachment.state == ARRIVED, free
    taken = (
        update(Attachment)
        .where(*unchanged)
        .values(leased_until=now + LEASE, attempts=Attachment.attempts + 1)
    )
    with shelf.db.write() as session:
        if not session.execute(taken.returning(Attachment.id)).all():
            return None
    file.attempts += 1
    return file


def _scrub(shelf: Shelf, file: Attachment) -> None:
    file_type = FileType.of(file.media_type)
    if file_type is None:
        raise CannotScrub(WhySealed.UNKNOWN)
    if shelf.settings.clamav_url:
        with shelf.original(file) as clear:
            clamav.scan(cast("IO[bytes]", clear), shelf.settings.clamav_url)
    with (
        shelf.original(file) as clear,
        run.scrub(cast("IO[bytes]", clear), file.size_bytes, file_type) as scrubbed,
    ):
        _keep(shelf, file, scrubbed)


def _keep(shelf: Shelf, file: Attachment, scrubbed: run.Scrubbed) -> None:
    """Seal the copy and say that it is there; one that nobody waits for any more is erased."""
    name, size_bytes = sealed.new_name(), scrubbed.size
    key = file_key(shelf.keyring, file)
    sealed.write(shelf.storage, name, key, scrubbed.copy, role=COPY, size_bytes=size_bytes)
    columns: dict[str, object] = {
        "state": AttachmentState.SCRUBBED,
        "scrubbed_key": name,
        "scrubbed_type": scrubbed.media_type,
        "scrubbed_bytes": size_bytes,
        "removed": [str(kind) for kind in scrubbed.removed],
        "leased_until": None,
    }
    if scrubbed.facts:
        columns |= _sealed_facts(shelf, file, scrubbed)
    kept = False
    try:
        kept = _settle(shelf, file, columns)
    finally:
        if not kept:
            sealed.erase(shelf.storage, name, sealed.parts_of(size_bytes))


def _sealed_facts(shelf: Shelf, file: Attachment, scrubbed: run.Scrubbed) -> dict[str, object]:
    """Seal the facts; a row has one key, so what else is sealed in it is sealed anew with them."""
    ring, name = shelf.keyring, name_of(shelf.keyring, file)
    return {
        "key_id": ring.current,
        "sealed_facts": ring.seal(json.dumps(scrubbed.facts).encode(), bound_to=bound("facts", file.ref)),
        "sealed_file_key": ring.seal(file_key(ring, file), bound_to=bound("file_key", file.ref)),
        "sealed_name": ring.seal(name.encode(), bound_to=bound("name", file.ref)) if name else None,
    }


def _seal(shelf: Shelf, file: Attachment, why: WhySealed) -> None:
    _settle(shelf, file, {"state": AttachmentState.SEALED, "why_sealed": str(why), "leased_until": None})


def _give_back(shelf: Shelf, file: Attachment) -> None:
    """Take back the attempt: it was not the file's fault."""
    _settle(shelf, file, {"attempts": file.attempts - 1})


def _settle(shelf: Shelf, file: Attachment, columns: dict[str, object]) -> bool:
    unchanged = Attachment.id == file.id, Attachment.state == ARRIVED, Attachment.attempts == file.attempts
    with shelf.db.write() as session:
        done = update(Attachment).where(*unchanged).values(columns).returning(Attachment.id)
        return bool(session.execute(done).all())
