"""A copy of the database and the files, made while the desk serves, that is a home again with its keys.

The keys are not in it, so that whoever finds a copy reads no contact and no file. The database is copied
first, in one snapshot that holds up no writer: a file that it names is there when the files are copied,
unless it was erased meanwhile, as it should be; one that came later belongs to nothing and is swept away.
"""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from tipline.engines import sqlite_module
from tipline.errors import TiplineError
from tipline.storage import ObjectMissing, Storage

DATABASE_NAME, FILES_NAME = "tipline.sqlite3", "files"


class BackupFailed(TiplineError):
    title = "The backup could not be made"


@dataclass(frozen=True)
class BackedUp:
    """What a backup holds."""

    database: bool
    file_count: int


def back_up(database: Path | None, storage: Storage | None, folder: Path) -> BackedUp:
    """Copy the SQLite file `database` and all of `storage`, where given, into the new or empty `folder`.

    Raises:
        BackupFailed: when it cannot be written; nothing of it is left then.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise BackupFailed(f"{folder} is not empty; name a folder that is, or one to be made.")
    except OSError as error:
        raise _failed(folder, error.strerror) from error
    try:
        if database is not None:
            _copy_database(database, folder / DATABASE_NAME)
        count = 0 if storage is None else _copy_files(storage, folder / FILES_NAME)
    except BaseException as error:
        shutil.rmtree(folder, ignore_errors=True)
        if isinstance(error, OSError | sqlite_module().Error):
            raise _failed(folder, getattr(error, "strerror", None) or str(error)) from error
        raise
    return BackedUp(database is not None, count)


def _copy_database(path: Path, copy: Path) -> None:
    copy.touch(mode=0o600)
    source = sqlite_module().connect(path)
    try:
        source.execute("VACUUM INTO ?", (str(copy),))
    finally:
        source.close()
    made = sqlite_module().connect(copy)
    try:
        # a copy is made without it, and a desk sets it only where it makes a database
        made.execute("PRAGMA journal_mode=WAL")
    finally:
        made.close()


def _copy_files(storage: Storage, folder: Path) -> int:
    count = 0
    for kept in storage.list():
        try:
            content = storage.get(kept.key)
        except ObjectMissing:
            continue  # erased since it was listed
        path = folder / kept.key
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        count += 1
    return count


def _failed(folder: Path, why: str | None) -> BackupFailed:
    return BackupFailed(f"{folder} cannot be written ({why}); no backup was made.")
