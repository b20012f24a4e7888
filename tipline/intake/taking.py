"""How a file gets into the storage: whole, from a form's body, or in parts that a script sends.

Bytes come first and their row after, so a row never speaks of bytes that are not there. Who is killed
between the two leaves objects without a row; the worker sweeps them.

A file in parts is begun first, by a word without bytes; parts are only added to a file that was begun. So a
part that was flying while its file was removed finds nothing to be added to, and a file that was begun and
got no part is none: no page shows it, no tip waits for it or takes it.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import IO, cast

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tipline import clock
from tipline.errors import Invalid
from tipline.files.shelf import Shelf, bound, file_key
from tipline.intake.staging import ARRIVING, FILES, Stage, make_room
from tipline.models import Attachment, AttachmentState, new_ref
from tipline.scrub.types import FileType, detect
from tipline.storage import NoRoom, sealed
from tipline.storage.sealed import ORIGINAL, PART_BYTES, FileBroken
from tipline.text.clean import clean_line

LONGEST_NAME = 200
STEP_BYTES = 256 * 1024


class NotTaken(Invalid):
    """Such a file is not taken, or there is nothing in it; `why` is "type" or "empty"."""


class BrokenUpload(Invalid):
    """A part does not fit to what has arrived of its file."""


@dataclass(frozen=True)
class Part:
    """A part of a file as a script sends it."""

    upload: str  # the script's name for the file
    name: str
    size_bytes: int  # of the whole file
    offset: int
    content: bytes


@dataclass(frozen=True)
class Progress:
    """How much of a file is here."""

    ref: str
    received: int
    done: bool
    media_type: str = ""


def clean_name(name: str | None) -> str:
    """Return a file's name without the folders some browsers put before it."""
    return clean_line((name or "").replace("\\", "/").rpartition("/")[2])[:LONGEST_NAME]


def require_room(shelf: Shelf, size_bytes: int) -> None:
    """See that files may come at all.

    Raises:
        NoRoom: when the disk would hold less than the newsroom wants to keep free.
    """
    free = shelf.storage.free_bytes()
    if free is not None and free - size_bytes < shelf.settings.min_free_bytes:
        raise NoRoom("There is no room for files right now.")


def take_whole(shelf: Shelf, stage: Stage, clear: IO[bytes], name: str, *, now: datetime) -> None:
    """Store a file that came in one body; one that this form has already is not stored twice.

    Raises:
        NotTaken: when it is empty or of a kind that is not taken.
        TooManyFiles: when the form may not have it.
        NoRoom, StorageAway: when it cannot be stored; nothing of it is left then.
    """
    size_bytes = clear.seek(0, 2)
    media_type = _type_of(shelf, clear, size_bytes)
    upload = shelf.keyring.mac("upload", _digest(clear), key_id=stage.key_id)
    with shelf.db.write() as session:
        if _find(session, stage, upload) is not None:
            return
        make_room(session, shelf, stage, files=1, size_bytes=size_bytes)
    require_room(shelf, size_bytes)
    key, row = _new_row(shelf, stage, upload, name, now)
    row |= {"state": AttachmentState.ARRIVED, "media_type": media_type, "size_bytes": size_bytes}
    row |= {"parts": sealed.parts_of(size_bytes)}
    clear.seek(0)
    sealed.write(shelf.storage, str(row["original_key"]), key, clear, role=ORIGINAL, size_bytes=size_bytes)
    if not _insert(shelf, stage, row, size_bytes):
        sealed.erase(shelf.storage, str(row["original_key"]), int(str(row["parts"])))


def begin(shelf: Shelf, stage: Stage, part: Part, *, now: datetime) -> Progress:
    """Begin a script's file, or return how much of it is here; one that is here completely is finished.

    Args:
        part: without content.

    Raises:
        NotTaken: when it is empty or, complete, of a kind that is not taken; it is gone then.
        TooManyFiles, NoRoom: when the form may not have it, or there is no room.
    """
    with shelf.db.read() as session:
        row = _find(session, stage, upload_hash(shelf, stage, part.upload))
    return _finished(shelf, row or _begun(shelf, stage, part, now), part)


def take_part(shelf: Shelf, stage: Stage, part: Part) -> Progress:
    """Add a part to a script's file that was begun; one that is here already is not added twice.

    Raises:
        BrokenUpload: when the part begins or ends where none may, or its file was removed.
        NotTaken: with the last part, when it is a kind of file that is not taken; it is gone then.
        TooManyFiles, NoRoom, StorageAway: as for a whole file; what had arrived before stays.
    """
    with shelf.db.read() as session:
        row = _there(_find(session, stage, upload_hash(shelf, stage, part.upload)))
    if row.state == ARRIVING and part.offset == row.size_bytes:
        row = _append(shelf, stage, row, part)
    return _finished(shelf, row, part)


def _begun(shelf: Shelf, stage: Stage, part: Part, now: datetime) -> Attachment:
    if part.size_bytes < 1:
        raise NotTaken("This file is empty.", why="empty")
    require_room(shelf, part.size_bytes)
    upload = upload_hash(shelf, stage, part.upload)
    _key, row = _new_row(shelf, stage, upload, part.name, now)
    _insert(shelf, stage, row, part.size_bytes)
    with shelf.db.read() as session:
        return _there(_find(session, stage, upload))


def _finished(shelf: Shelf, row: Attachment, part: Part) -> Progress:
    complete = row.state == ARRIVING and row.size_bytes == part.size_bytes
    return _finish(shelf, row) if complete else _progress(row)


def _append(shelf: Shelf, stage: Stage, row: Attachment, part: Part) -> Attachment:
    end = part.offset + len(part.content)
    if part.offset % PART_BYTES or end > part.size_bytes or (end % PART_BYTES and end != part.size_bytes):
        raise BrokenUpload("This part does not fit to the rest of the file.")
    with shelf.db.write() as session:
        make_room(session, shelf, stage, files=0, size_bytes=len(part.content))
    require_room(shelf, len(part.content))
    key, first = file_key(shelf.keyring, row), part.offset // PART_BYTES
    for number in range(first, sealed.parts_of(end)):
        start = number * PART_BYTES - part.offset
        clear = part.content[start : start + PART_BYTES]
        last = part.offset + start + len(clear) == part.size_bytes
        shelf.storage.put(
            f"{row.original_key}{number}",
            sealed.seal_part(key, clear, role=ORIGINAL, number=number, last=last),
        )
    here = FILES.c.id == row.id, FILES.c.size_bytes == part.offset, FILES.c.state == ARRIVING
    try:
        with shelf.db.write() as session:
            make_room(session, shelf, stage, files=0, size_bytes=len(part.content))
            session.execute(update(FILES).where(*here).values(size_bytes=end, parts=sealed.parts_of(end)))
            # another copy of this part may have been faster, and someone may have removed the file
            return _reload(session, row.id)
    except BrokenUpload:
        sealed.erase(shelf.storage, row.original_key, sealed.parts_of(end))  # whoever removed it knew fewer
        raise


def _finish(shelf: Shelf, row: Attachment) -> Progress:
    try:
        with shelf.original(row) as clear:
            found = detect(cast("IO[bytes]", clear))
    except FileBroken as error:
        # whoever said another size before ends here: the last part was not sealed as the last one
        raise BrokenUpload("This file does not end where it was said to end.") from error
    if not _is_taken(shelf, found):
        with shelf.db.write() as session:
            session.execute(delete(FILES).where(FILES.c.id == row.id, FILES.c.stage_hash.is_not(None)))
        sealed.erase(shelf.storage, row.original_key, row.parts)
        raise NotTaken("This kind of file is not taken.", why="type")
    arrived = {"state": AttachmentState.ARRIVED, "media_type": found.media_type if found else ""}
    with shelf.db.write() as session:
        session.execute(update(FILES).where(FILES.c.id == row.id, FILES.c.state == ARRIVING).values(arrived))
        return _progress(_reload(session, row.id))


def _new_row(
    shelf: Shelf, stage: Stage, upload: bytes, name: str, now: datetime
) -> tuple[bytes, dict[str, object]]:
    """Draw a key, and make the row of a file of which nothing is here yet."""
    ref, key, keyring = new_ref(), sealed.new_key(), shelf.keyring
    shown = clean_name(name)
    return key, {
        "ref": ref,
        "stage_hash": stage.hash,
        "upload_hash": upload,
        "state": ARRIVING,
        "media_type": "",
        "size_bytes": 0,
        "parts": 0,
        "original_key": sealed.new_name(),
        "sealed_file_key": keyring.seal(key, bound_to=bound("file_key", ref)),
        "key_id": keyring.current,
        "sealed_name": keyring.seal(shown.encode(), bound_to=bound("name", ref)) if shown else None,
        "removed": [],
        "at": clock.to_minute(now),
    }


def _insert(shelf: Shelf, stage: Stage, row: dict[str, object], size_bytes: int) -> bool:
    """Write the row; return whether it is ours: a copy of the request may have been faster."""
    try:
        with shelf.db.write() as session:
            if _find(session, stage, row["upload_hash"]) is not None:  # type: ignore[arg-type]
                return False
            make_room(session, shelf, stage, files=1, size_bytes=size_bytes)
            session.execute(insert(FILES), row)
    except IntegrityError:
        return False
    except Exception:
        sealed.erase(shelf.storage, str(row["original_key"]), int(str(row["parts"])))
        raise
    return True


def _find(session: Session, stage: Stage, upload: bytes) -> Attachment | None:
    mine = Attachment.stage_hash == stage.hash, Attachment.upload_hash == upload
    return session.scalars(select(Attachment).where(*mine)).first()


def _reload(session: Session, row_id: int) -> Attachment:
    session.flush()
    return _there(session.scalars(select(Attachment).where(Attachment.id == row_id)).first())


def _there(row: Attachment | None) -> Attachment:
    if row is None:
        raise BrokenUpload("This file was removed while it arrived.")
    return row


def _progress(row: Attachment) -> Progress:
    return Progress(row.ref, row.size_bytes, row.state != ARRIVING, row.media_type)


def _type_of(shelf: Shelf, clear: IO[bytes], size_bytes: int) -> str:
    if not size_bytes:
        raise NotTaken("This file is empty.", why="empty")
    clear.seek(0)
    found = detect(clear)
    if found is None or not _is_taken(shelf, found):
        raise NotTaken("This kind of file is not taken.", why="type")
    return found.media_type


def _is_taken(shelf: Shelf, found: FileType | None) -> bool:
    return found is not None and found.name.lower() in shelf.settings.file_types


def upload_hash(shelf: Shelf, stage: Stage, upload: str) -> bytes:
    return shelf.keyring.mac("upload in parts", stage.hash, upload.encode(), key_id=stage.key_id)


def _digest(clear: IO[bytes]) -> bytes:
    clear.seek(0)
    digest = hashlib.sha256()
    while piece := clear.read(STEP_BYTES):
        digest.update(piece)
    return digest.digest()


__all__ = ["BrokenUpload", "NotTaken", "Part", "Progress", "begin", "take_part", "take_whole"]
