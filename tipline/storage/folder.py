"""Files in a folder: private to its owner, written whole or not at all, safe from a power cut."""

import errno
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from tipline import clock
from tipline.storage import Kept, NoRoom, ObjectMissing, StorageAway

FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_UNFINISHED = ".part"


class FolderStorage:
    """Objects as files under `root`; a slash in a key is a folder."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, key: str, content: bytes) -> None:
        path = self._root / key
        draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}{_UNFINISHED}")
        with _told():
            _make_folder(path.parent, self._root)
            try:
                _write(draft, content)
                draft.replace(path)
                sync_folder(path.parent)
            except OSError:
                with suppress(OSError):
                    draft.unlink(missing_ok=True)
                raise

    def get(self, key: str) -> bytes:
        try:
            return (self._root / key).read_bytes()
        except FileNotFoundError as error:
            raise ObjectMissing("A part of this file is not in the storage any more.") from error
        except OSError as error:
            raise StorageAway("The folder of files cannot be read; try again in a minute.") from error

    def delete(self, key: str) -> None:
        with _told():
            (self._root / key).unlink(missing_ok=True)

    def list(self, prefix: str = "") -> Iterator[Kept]:
        """List the objects, and what a killed process left half written."""
        for folder, _folders, names in os.walk(self._root / prefix.rpartition("/")[0]):
            for name in names:
                path = Path(folder) / name
                key = path.relative_to(self._root).as_posix()
                if key.startswith(prefix):
                    with suppress(FileNotFoundError):
                        found = path.stat()
                        yield Kept(key, found.st_size, datetime.fromtimestamp(found.st_mtime, UTC))

    def require_writable(self) -> None:
        # the folder itself is made when the first file comes
        found = next(folder for folder in (self._root, *self._root.parents) if folder.exists())
        if not (found.is_dir() and os.access(found, os.W_OK | os.X_OK)):
            raise StorageAway("The folder of files cannot be written; see TIPLINE_STORAGE_URL.")

    def free_bytes(self) -> int | None:
        with _told():
            _make_folder(self._root, self._root)
            return shutil.disk_usage(self._root).free


def _make_folder(folder: Path, root: Path) -> None:
    if folder.is_dir():
        return
    if folder == root:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    else:
        _make_folder(folder.parent, root)
        folder.mkdir(mode=0o700, exist_ok=True)
    sync_folder(folder.parent)


def _write(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        rest = memoryview(content)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        # Readers' times are kept to the minute, on the disk too.
        minute = clock.to_minute(clock.now()).timestamp()
        os.utime(descriptor, (minute, minute))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_folder(folder: Path) -> None:
    """Let the names in a folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _told() -> Iterator[None]:
    """Say in a sentence what the disk says in numbers."""
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise NoRoom("There is no room for files right now.") from error
        raise StorageAway("The folder of files cannot be written; try again in a minute.") from error
