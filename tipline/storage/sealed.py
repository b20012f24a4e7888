"""A sealed file: parts of half a MiB, each an object of its own, under a key that no other file has.

Each part is AES-256-GCM (NIST SP 800-38D) with its number, its role and whether it is the last one as
associated data, so that parts which are cut off, exchanged or taken from another place do not open
(the STREAM construction: Hoang, Reyhanitabar, Rogaway, Vizár, "Online Authenticated-Encryption and its
Nonce-Reuse Misuse-Resistance", 2015). The nonce is random, because a part may be written twice: by a
retry, or by two copies of one request. Both write the same content, since parts begin at fixed places.
"""

import io
import os
import secrets
from collections.abc import Iterator
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tipline.errors import TiplineError
from tipline.storage import Storage

PART_BYTES = 512 * 1024
NONCE_BYTES = 12
KEY_BYTES = 32
ORIGINAL, COPY = "original", "copy"


class FileBroken(TiplineError):
    title = "A file does not open"


def new_key() -> bytes:
    """Return a key for one file."""
    return secrets.token_bytes(KEY_BYTES)


def new_name() -> str:
    """Return a name for one file in the storage; its parts are called `name` + number, from 0."""
    drawn = secrets.token_hex(16)
    return f"{drawn[:2]}/{drawn}-"


def parts_of(size_bytes: int) -> int:
    """Return in how many parts a file of this size is kept."""
    return -(-size_bytes // PART_BYTES)


def seal_part(key: bytes, clear: bytes, *, role: str, number: int, last: bool) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, clear, _bound(role, number, last=last))


def write(storage: Storage, name: str, key: bytes, clear: IO[bytes], *, role: str, size_bytes: int) -> None:
    """Seal a stream, from where it stands, into the storage; whatever fails leaves none of it.

    Raises:
        NoRoom, StorageAway: from the storage.
    """
    count = parts_of(size_bytes)
    try:
        for number in range(count):
            piece = read_whole(clear, PART_BYTES)
            sealed = seal_part(key, piece, role=role, number=number, last=number == count - 1)
            storage.put(f"{name}{number}", sealed)
    except BaseException:
        erase(storage, name, count)
        raise


def erase(storage: Storage, name: str, count: int) -> None:
    """Erase the parts of a file, as many as are there."""
    for number in range(count):
        storage.delete(f"{name}{number}")


def read_whole(stream: IO[bytes], size: int) -> bytes:
    """Read `size` bytes, less only at the end: raw streams may give less than they were asked for."""
    pieces = []
    while size and (piece := stream.read(size)):
        pieces.append(piece)
        size -= len(piece)
    return b"".join(pieces)


class SealedFile(io.RawIOBase):
    """A sealed file, read in clear from wherever one likes; at most one part of it is in memory.

    Raises:
        FileBroken: from reading, when the storage gives back other bytes than were put.
        ObjectMissing, StorageAway: from the storage.
    """

    def __init__(self, storage: Storage, name: str, key: bytes, *, role: str, size_bytes: int) -> None:
        super().__init__()
        self._storage = storage
        self._name = name
        self._key = key
        self._role = role
        self._size = size_bytes
        self._at = 0
        self._open_part: tuple[int, bytes] = (-1, b"")

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._size}[whence]
        if base + offset < 0:
            raise ValueError("a file has nothing before its start")
        self._at = base + offset
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        view = memoryview(buffer).cast("B")
        filled = 0
        while filled < len(view) and self._at < self._size:
            number, offset = divmod(self._at, PART_BYTES)
            piece = self._part(number)[offset : offset + len(view) - filled]
            view[filled : filled + len(piece)] = piece
            filled += len(piece)
            self._at += len(piece)
        return filled

    def pieces(self) -> Iterator[bytes]:
        """Give the whole file, part by part."""
        for number in range(parts_of(self._size)):
            yield self._part(number)

    def _part(self, number: int) -> bytes:
        if self._open_part[0] != number:
            last = number == parts_of(self._size) - 1
            sealed = self._storage.get(f"{self._name}{number}")
            try:
                clear = AESGCM(self._key).decrypt(
                    sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], _bound(self._role, number, last=last)
                )
            except (InvalidTag, ValueError) as error:
                raise FileBroken("This file was changed in the storage, and does not open.") from error
            if len(clear) != (self._size - number * PART_BYTES if last else PART_BYTES):
                raise FileBroken("A part of this file has another length than it should have.")
            self._open_part = (number, clear)
        return self._open_part[1]


def _bound(role: str, number: int, *, last: bool) -> bytes:
    return f"{role}:{number}:{'last' if last else 'more'}".encode()
