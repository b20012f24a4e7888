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

MOST_TIMES = 30  # kept of one source; a rule that allows more counts what comes close together as one entry
PLACES = 8
BUCKETS = 8_192  # 65,536 sources
HEAD = struct.Struct("<q32s24x")  # the day's number, its key
MOST_WEIGHT = 0xFFFF
RECORD = struct.Struct(
    f"<16sH{MOST_TIMES}d{MOST_TIMES}H"
)  # a name, how many, the times, newest first, what each counts
GLANCE = struct.Struct("<16sHd")  # how a record begins
SIZE = HEAD.size + BUCKETS * PLACES * RECORD.size  # 20 MiB, taken up as sources come


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

    def take(self, source: str, rule: Rule, *, now: datetime, weight: int = 1) -> Try:
        """Count one try of `source`, or `weight` of them."""
        with self._alone():
            name = name_of(source, self._key_of(now))
            place = self._place_of(name)
            found, count, *rest = RECORD.unpack_from(self._memory, place)
            oldest = now.timestamp() - rule.window.total_seconds()
            entries = list(zip(rest[:count], rest[MOST_TIMES:], strict=False)) if found == name else []
            entries = [(time, counted) for time, counted in entries if time > oldest]
            lately = sum(counted for _, counted in entries)
            if lately + weight > rule.times:
                return Try(False, lately)
            entries = _with_one_more(entries, weight, rule, now.timestamp())
            padding = [0] * (MOST_TIMES - len(entries))
            times, weights = [time for time, _ in entries], [counted for _, counted in entries]
            RECORD.pack_into(self._memory, place, name, len(entries), *times, *padding, *weights, *padding)
            return Try(True, lately + weight)

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


def _with_one_more(
    entries: list[tuple[float, int]], weight: int, rule: Rule, now: float
) -> list[tuple[float, int]]:
    """Add a try to those of a window, the newest first.

    Where a rule allows more than there is room for, what comes within a thirtieth of its window is one entry.
    """
    if rule.times > MOST_TIMES and entries and now - entries[0][0] < rule.window.total_seconds() / MOST_TIMES:
        (time, counted), *older = entries
        return [(time, min(counted + weight, MOST_WEIGHT)), *older]
    return [(now, min(weight, MOST_WEIGHT)), *entries][:MOST_TIMES]
