"""A copy of the database and the files in one file, made while the desk serves.

The keys are not in it, so that whoever finds a copy reads no contact and no file. The database is copied
first, in one snapshot that holds up no writer: a file that it names is there when the files are copied,
unless it was erased meanwhile, as it should be; one that came later belongs to nothing and is swept away.
"""

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from tipline import schema
from tipline.db import Database
from tipline.engines import sqlite_module
from tipline.errors import TiplineError
from tipline.keeping import archive
from tipline.setting_values import is_text
from tipline.storage import ObjectMissing, Storage
from tipline.storage.folder import sync_folder

Progress = Callable[[int], None]


class BackupFailed(TiplineError):
    title = "The backup could not be made"


@dataclass(frozen=True)
class BackedUp:
    """What a backup holds."""

    database: bool
    file_count: int


def back_up(
    db: Database, storage: Storage, file: Path, *, progress: Progress = lambda _parts: None
) -> BackedUp:
    """Copy a database on SQLite, and all of `storage`, into the new `file`.

    It is written in a folder beside it, which nobody else can read, and gets its name when it is whole.

    Raises:
        BackupFailed: when it cannot be written; nothing of it is left then.
    """
    if file.exists():
        raise BackupFailed(f"{file} exists; name a file that does not.")
    if not file.parent.is_dir():  # made by us, it would stand where a disk is to be mounted
        raise BackupFailed(f"There is no folder {file.parent}; make it first.")
    if not is_text(str(file.parent)):
        raise BackupFailed(f"The folder {file.parent} has a name that is not UTF-8; SQLite knows no other.")
    with _told(str(file)), tempfile.TemporaryDirectory(prefix=".backup.", dir=file.parent) as folder:
        draft = Path(folder) / "backup"
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
            made = write_backup(db, storage, stream, Path(folder), progress=progress)
            stream.flush()
            os.fsync(stream.fileno())
        if file.exists():
            raise BackupFailed(f"{file} came to exist meanwhile; no backup was made.")
        draft.rename(file)
        sync_folder(file.parent)
    return made


def stream_backup(
    db: Database,
    storage: Storage,
    stream: IO[bytes],
    beside: Path,
    *,
    progress: Progress = lambda _parts: None,
) -> BackedUp:
    """Copy what `back_up` does into `stream`; for as long as that takes, a copy of the database is `beside`.

    Raises:
        BackupFailed: when it cannot be written; what was written cannot be taken for a whole one.
    """
    with _told("The backup"), tempfile.TemporaryDirectory(prefix=".backup.", dir=beside) as folder:
        made = write_backup(db, storage, stream, Path(folder), progress=progress)
        stream.flush()
    return made


def write_backup(
    db: Database, storage: Storage, stream: IO[bytes], folder: Path, *, progress: Progress
) -> BackedUp:
    """Write a backup into `stream`; the empty `folder` is for what has to be a file meanwhile."""
    copy = folder / archive.DATABASE
    if db.path is not None:
        _copy_database(db.path, copy)
    at = None if db.path is None else _schema_of(copy)
    if db.path is not None and at is None:
        raise BackupFailed("There is no newsroom in the database yet; no backup was made.")
    with archive.writing(stream, archive.MadeBy.us(at)) as tar:
        if db.path is not None:
            with copy.open("rb") as content:
                tar.add_stream(archive.DATABASE, content, copy.stat().st_size)
            copy.unlink()
        count = _add_files(tar, storage, progress)
    return BackedUp(db.path is not None, count)


def _copy_database(path: Path, copy: Path) -> None:
    copy.touch(mode=0o600)
    source = sqlite_module().connect(path)
    try:
        source.execute("VACUUM INTO ?", (str(copy),))
    finally:
        source.close()


def _schema_of(copy: Path) -> str | None:
    """Return the schema of what was copied; the desk's own may have been changed since."""
    db = Database(f"sqlite:///{copy}")
    try:
        return schema.current(db)
    finally:
        db.dispose()


def _add_files(tar: archive.Writer, storage: Storage, progress: Progress) -> int:
    count = 0
    for kept in storage.list():
        if not archive.OBJECT_KEY.fullmatch(kept.key):
            continue  # half written, or none of ours
        try:
            content = storage.get(kept.key)
        except ObjectMissing:
            continue  # erased since it was listed
        tar.add(f"{archive.FILES}{kept.key}", content)
        count += 1
        progress(1)
    return count


@contextmanager
def _told(what: str) -> Iterator[None]:
    """Say in a sentence what the disk or SQLite says."""
    try:
        yield
    except (OSError, sqlite_module().Error) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise BackupFailed(f"{what} cannot be written ({why}); no backup was made.") from error
