"""Where files are kept: a folder in the home, or a bucket; nothing here knows what it keeps.

What is put is sealed already (`sealed.py`), in parts of half a MiB, so an object fits in memory and no
store needs to be read from its middle.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from tipline.config import Settings
from tipline.errors import TiplineError, Unavailable


@dataclass(frozen=True)
class Kept:
    """An object as the storage lists it."""

    key: str
    size_bytes: int
    at: datetime


class NoRoom(TiplineError):
    """The disk is full; what was being written is gone again."""

    status = 507
    title = "No room for files"


class StorageAway(Unavailable):
    title = "We cannot reach the storage of files"


class ObjectMissing(TiplineError):
    status = 410
    title = "A file is missing from the storage"


class Storage(Protocol):
    """Objects by key; keys are our own (`[a-z0-9/-]`), never a stranger's."""

    def put(self, key: str, content: bytes) -> None:
        """Keep an object, whole or not at all, so that a power cut does not lose it; replace one of its name.

        Raises:
            NoRoom: when the disk is full.
            StorageAway: when it does not answer.
        """

    def get(self, key: str) -> bytes:
        """Return an object.

        Raises:
            ObjectMissing: when there is none.
        """

    def delete(self, key: str) -> None:
        """Erase an object; one that is not there is erased already."""

    def list(self, prefix: str = "") -> Iterator[Kept]:
        """List the objects whose keys begin with `prefix`, in no order."""

    def require_writable(self) -> None:
        """Look, within seconds and without writing, whether anything can be kept.

        Raises:
            StorageAway: when it cannot.
        """

    def free_bytes(self) -> int | None:
        """Return how much more fits, or None where nobody can say."""


def storage_of(settings: Settings) -> Storage:
    """Return the storage that a newsroom chose."""
    address = urlsplit(settings.storage_url)
    if address.scheme == "s3":
        from tipline.storage.s3 import BucketStorage

        return BucketStorage.at(settings.storage_url)
    from tipline.storage.folder import FolderStorage

    return FolderStorage(Path(address.path) if address.path else settings.home / "files")
