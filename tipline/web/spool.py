"""Where a large request body waits: encrypted, so that no upload ever lies on the disk in clear.

A temporary file in the clear outlives its request: in freed blocks, in snapshots, in backups of the machine.
The file here is unlinked as soon as it is open, and holds frames of AES-GCM (NIST SP 800-38D) under a
key that exists only in this process's memory and is forgotten with the spool.
"""

import errno
import io
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

FRAME_BYTES = 64 * 1024
TAG_BYTES = 16
KEY_BITS = 256
FORM_BYTES = 8 * 1024 * 1024


@dataclass(frozen=True)
class Room:
    """How far bodies may fill the disk that the newsroom wants `min_free_bytes` of kept free.

    A form with a few photos may take half of that: it is read, so that it can be answered with its text kept.
    """

    directory: Path
    min_free_bytes: int

    def require(self, size_bytes: int) -> None:
        """See that a body may grow on, of which `size_bytes` are here.

        Raises:
            OSError: when it may not, or the disk is gone.
        """
        kept_free = self.min_free_bytes if size_bytes > FORM_BYTES else self.min_free_bytes // 2
        if shutil.disk_usage(self.directory).free < kept_free:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


class EncryptedSpool(io.RawIOBase):
    """A file that is written once, from its start, then read as often as one likes.

    The first `seek` or read ends the writing: a frame's number is its nonce, so that no frame may be
    written twice. Frames are of one size, so that reading can start anywhere.

    Args:
        directory: where the unlinked file lies; on the disk that has room for uploads.

    Raises:
        OSError: from `write`, when the disk is full or gone.
        cryptography.exceptions.InvalidTag: from reading, when the disk gives back other bytes.
    """

    def __init__(self, directory: Path) -> None:
        super().__init__()
        self._file = tempfile.TemporaryFile(dir=directory, buffering=0)  # noqa: SIM115 - closed by close()
        self._cipher = AESGCM(AESGCM.generate_key(KEY_BITS))
        self._pending = bytearray()
        self._frames = 0
        self._sealed = False
        self._size = 0
        self._at = 0
        self._open_frame: tuple[int, bytes] = (-1, b"")

    def readable(self) -> bool:
        return True

    def writable(self) -> bool:
        return not self._sealed

    def seekable(self) -> bool:
        return True

    def write(self, data: "bytes | bytearray | memoryview") -> int:  # type: ignore[override]
        if self._sealed:
            raise io.UnsupportedOperation("a spool that was read from takes no more")
        self._pending += data
        self._size += len(data)
        self._at = self._size
        if len(self._pending) >= FRAME_BYTES:
            whole = len(self._pending) - len(self._pending) % FRAME_BYTES
            self._put(bytes(self._pending[:whole]))
            del self._pending[:whole]
        return len(data)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        self._seal()
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._size}[whence]
        if base + offset < 0:
            raise ValueError("a spool has nothing before its start")
        self._at = base + offset
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        """Fill `buffer` as far as the content goes: readers that expect whole blocks get them."""
        self._seal()
        view = memoryview(buffer).cast("B")
        filled = 0
        while filled < len(view) and self._at < self._size:
            number, offset = divmod(self._at, FRAME_BYTES)
            piece = self._get(number)[offset : offset + len(view) - filled]
            view[filled : filled + len(piece)] = piece
            filled += len(piece)
            self._at += len(piece)
        return filled

    def close(self) -> None:
        if not self.closed:
            self._file.close()
            self._pending.clear()
            self._open_frame = (-1, b"")
        super().close()

    def _put(self, clear: bytes) -> None:
        for start in range(0, len(clear), FRAME_BYTES):
            frame = self._cipher.encrypt(_nonce(self._frames), clear[start : start + FRAME_BYTES], None)
            _write_all(self._file.fileno(), frame)
            self._frames += 1

    def _seal(self) -> None:
        if not self._sealed:
            self._sealed = True
            self._put(bytes(self._pending))
            self._pending.clear()

    def _get(self, number: int) -> bytes:
        if self._open_frame[0] != number:
            length = FRAME_BYTES + TAG_BYTES
            frame = os.pread(self._file.fileno(), length, number * length)
            self._open_frame = (number, self._cipher.decrypt(_nonce(number), frame, None))
        return self._open_frame[1]


def _nonce(number: int) -> bytes:
    return number.to_bytes(12, "big")


def _write_all(descriptor: int, frame: bytes) -> None:
    # a raw write may take less than it was given, when a disk is nearly full
    rest = memoryview(frame)
    while rest:
        rest = rest[os.write(descriptor, rest) :]
