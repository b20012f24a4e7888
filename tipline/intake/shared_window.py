"""A window in memory that all web processes of one machine count in, so that a limit holds exactly.

Counting for each process alone would let through as many times the limit as there are processes, and the
database is no place for it: what addresses do must not reach a disk. So `tipline serve` makes a piece of
anonymous memory before it starts the web processes, and each maps it. It is a table of fixed size: a name
has eight places where it may stand, and when all are taken the one not seen for longest is forgotten. The
day's key stands in it too, and is overwritten by the next.

A file lock keeps processes apart, since it ends with the process that held it, however that ends.
"""

import fcntl
import mmap
import os
import secrets
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from tipline.intake.limits import Rule, Try, name_of

MOST_TIMES = 30  # no rule allows more
PLACES = 8
BUCKETS = 8_192  # 65,536 sources
HEAD = struct.Struct("<q32s24x")  # the day's number, its key
RECORD = struct.Struct(f"<16sH{MOST_TIMES}d")  # a name, how many times, the times, newest first
GLANCE = struct.Struct("<16sHd")  # how a record begins
SIZE = HEAD.size + BUCKETS * PLACES * RECORD.size  # 16 MiB, taken up as sources come


@contextmanager
def shared_memory() -> Iterator[str]:
    """Make the memory for this process and those it starts; yield the path by which they find it.

    Where the system has no anonymous files (it is not Linux), yield "": each process then counts alone.
    """
    if not hasattr(os, "memfd_create"):
        yield ""
        return
    descriptor = os.memfd_create("tipline-limits")
    try:
        os.ftruncate(descriptor, SIZE)
        yield f"/proc/{os.getpid()}/fd/{descriptor}"
    finally:
        os.close(descriptor)


class SharedWindow:
    """Counts in the memory at `path`, or in some of its own.

    Raises:
        OSError: when there is no such memory.
    """

    def __init__(self, path: str = "") -> None:
        self._threads = threading.Lock()
        self._descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC) if path else None
        self._memory = mmap.mmap(-1 if self._descriptor is None else self._descriptor, SIZE)

    def take(self, source: str, rule: Rule, *, now: datetime) -> Try:
        """Count one try of `source`."""
        with self._alone():
            name = name_of(source, self._key_of(now))
            place = self._place_of(name)
            found, count, *times = RECORD.unpack_from(self._memory, place)
            oldest = now.timestamp() - rule.window.total_seconds()
            times = [time for time in times[:count] if time > oldest] if found == name else []
            if len(times) >= rule.times:
                return Try(False, len(times))
            times = [now.timestamp(), *times]
            padding = [0.0] * (MOST_TIMES - len(times))
            RECORD.pack_into(self._memory, place, name, len(times), *times, *padding)
            return Try(True, len(times))

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with self._threads:
            if self._descriptor is None:
                yield
                return
            fcntl.flock(self._descriptor, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.flock(self._descriptor, fcntl.LOCK_UN)

    def _key_of(self, now: datetime) -> bytes:
        """Return the day's key. Names under another day's key are found by nobody and make room in time."""
        day, key = HEAD.unpack_from(self._memory)
        if day != now.toordinal():
            key = secrets.token_bytes(32)
            HEAD.pack_into(self._memory, 0, now.toordinal(), key)
        return bytes(key)

    def _place_of(self, name: bytes) -> int:
        """Return where a name stands; if it does not, where the one stands that was not seen for longest."""
        bucket = int.from_bytes(name[:4]) % BUCKETS
        start = HEAD.size + bucket * PLACES * RECORD.size
        least, stalest = start, float("inf")
        for place in range(start, start + PLACES * RECORD.size, RECORD.size):
            found, _count, newest = GLANCE.unpack_from(self._memory, place)
            if found == name:
                return place
            if newest < stalest:
                least, stalest = place, newest
        return least
