"""A backup becomes a newsroom again, in a home that holds none yet.

All of it is read into a folder beside the database first, looked at, and brought to the schema of this
version; what is wrong with it is found there. Then the files get their place, and last the database, because
a file that no row knows is swept away, and a row without its file stays.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from tipline import schema
from tipline.config import Settings
from tipline.db import Database
from tipline.engines import sqlite_module
from tipline.errors import TiplineError
from tipline.keeping import archive
from tipline.storage import Storage, storage_of
from tipline.storage.folder import FolderStorage, sync_folder

DRAFT_NAME, FILES_NAME = "restoring", "files"
PIECE_BYTES = 1024 * 1024
Progress = Callable[[int], None]


class RestoreFailed(TiplineError):
    title = "The backup could not be restored"


@dataclass(frozen=True)
class Restored:
    """What was restored, and who had made it."""

    made_by: archive.MadeBy
    file_count: int


def restore(settings: Settings, stream: IO[bytes], *, progress: Progress = lambda _bytes: None) -> Restored:
    """Put the backup that `stream` holds into a home without database and files.

    Args:
        settings: of the home; nothing is kept in it, and its keys may still be on their way.
        stream: the backup; it need not be one to seek in.
        progress: told now and then how many bytes more are read.

    Raises:
        RestoreFailed: when there are some, or the disk refuses; nothing was changed then.
        NoBackup: when it is none, is not whole, or was made by a later version; the same.
    """
    db, storage = Database(settings.database_url), storage_of(settings)
    _require_room(db, storage)
    with _draft(db.path.parent if db.path else settings.home) as draft:
        with archive.reading(stream) as backup:
            _require_fitting(backup.made_by, db)
            count = _unpack(backup, draft, progress)
        if db.path is not None:
            _bring_up(draft / archive.DATABASE, backup.made_by)
        _settle(draft, settings, db, storage)
    return Restored(backup.made_by, count)


def _require_room(db: Database, storage: Storage) -> None:
    if db.path is not None:
        # a log that is left would be played into whatever database stands beside it
        for path in (db.path, *(db.path.with_name(f"{db.path.name}-{end}") for end in ("wal", "journal"))):
            if path.exists():
                raise RestoreFailed(f"{path} is there already; restore into a home that holds no newsroom.")
    if next(iter(storage.list()), None):
        raise RestoreFailed("The storage of files is not empty; restore where nothing is kept yet.")


@contextmanager
def _draft(beside: Path) -> Iterator[Path]:
    """Make the folder to work in, and erase it with what is left in it, whatever happens."""
    draft = beside / DRAFT_NAME
    try:
        draft.mkdir(mode=0o700)
    except FileExistsError as error:
        raise RestoreFailed(
            f"{draft} is there: another restore is running, or was killed; then erase that folder first."
        ) from error
    except OSError as error:
        raise RestoreFailed(f"{draft} cannot be made ({error.strerror}); nothing was restored.") from error
    try:
        yield draft
    except OSError as error:
        why = error.strerror
        raise RestoreFailed(f"{beside} cannot be written ({why}); nothing was restored.") from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _require_fitting(made_by: archive.MadeBy, db: Database) -> None:
    if made_by.schema is not None and db.path is None:
        raise RestoreFailed(
            "The backup holds a database on SQLite, and TIPLINE_DATABASE_URL names PostgreSQL; "
            "restore it without that. Nothing was restored."
        )
    if made_by.schema is None and db.path is not None:
        raise RestoreFailed(
            "The backup holds files alone, because its database is on PostgreSQL; set TIPLINE_DATABASE_URL "
            "to where pg_restore puts that. Nothing was restored."
        )
    if made_by.schema is not None and not schema.knows(made_by.schema):
        raise archive.later(made_by)


def _unpack(backup: archive.Reader, draft: Path, progress: Progress) -> int:
    files, count = FolderStorage(draft / FILES_NAME), 0
    for name, content in backup.members():
        if name == archive.DATABASE:
            _write(content, draft / name, progress)
        else:
            part = content.read()
            files.put(name.removeprefix(archive.FILES), part)
            count += 1
            progress(len(part))
    return count


def _write(content: archive.Readable, path: Path, progress: Progress) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        while piece := content.read(PIECE_BYTES):
            file.write(piece)
            progress(len(piece))
        file.flush()
        os.fsync(file.fileno())


def _bring_up(path: Path, made_by: archive.MadeBy) -> None:
    """See that the database is a sound one, and bring it to the schema of this version, in WAL mode."""
    if not path.exists() or not _is_sound(path):
        raise archive.NoBackup("The database in the backup is damaged; nothing was restored.")
    db = Database(f"sqlite:///{path}")
    try:
        if schema.current(db) != made_by.schema:
            raise archive.NoBackup("The database in it is not the one it names; nothing was restored.")
        schema.upgrade(db)
        db.empty_log()  # it is the file alone that gets its place
    finally:
        db.dispose()


def _is_sound(path: Path) -> bool:
    connection = sqlite_module().connect(path)
    try:
        connection.execute("PRAGMA trusted_schema=OFF")
        return bool(connection.execute("PRAGMA quick_check").fetchall() == [("ok",)])
    except sqlite_module().DatabaseError:
        return False
    finally:
        connection.close()


def _settle(draft: Path, settings: Settings, db: Database, storage: Storage) -> None:
    """Give files and database their places, or none of them."""
    files = FolderStorage(draft / FILES_NAME)
    keys = [kept.key for kept in files.list()]
    try:
        if keys and not settings.storage_url and draft.parent == settings.home:
            (draft / FILES_NAME).rename(settings.home / FILES_NAME)
            sync_folder(settings.home)
        else:
            for key in keys:
                storage.put(key, files.get(key))
        if db.path is not None:
            os.link(draft / archive.DATABASE, db.path)  # never over one that somebody made meanwhile
    except BaseException:
        for key in keys:
            with suppress(TiplineError):
                storage.delete(key)
        raise
    sync_folder(draft.parent)
