"""What a process remembers between requests: values by their keys, as many as there is room for.

A key holds all that its value follows from, so that nothing remembered can be out of date: whatever changes
one of these things, in whatever process, asks for another key.
"""

from collections import OrderedDict
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Generic, TypeVar

UNUSED = timedelta(minutes=10)  # what nobody asks for any more goes, so that erased text does not stay

Value = TypeVar("Value")


@dataclass
class _Remembered(Generic[Value]):
    key: Hashable
    value: Value
    bytes: int
    used_at: datetime


class Memory(Generic[Value]):
    """Values by their keys; those that were not used for longest go first. Threads may share one."""

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes, self._bytes = most_bytes, 0
        self._kept: OrderedDict[Hashable, _Remembered[Value]] = OrderedDict()
        self._lock = Lock()

    def find(self, key: Hashable, now: datetime) -> Value | None:
        with self._lock:
            found = self._kept.get(key)
            if found is None:
                return None
            self._kept.move_to_end(found.key)  # the very one: it need not be compared
            found.used_at = now
            return found.value

    def keep(self, key: Hashable, value: Value, size: int, now: datetime) -> None:
        """Remember a value that takes about `size` bytes with its key."""
        with self._lock:
            if key in self._kept:  # another thread was quicker
                return
            self._kept[key] = _Remembered(key, value, size, now)
            self._bytes += size
            while self._bytes > self._most_bytes or self._oldest.used_at < now - UNUSED:
                _, gone = self._kept.popitem(last=False)
                self._bytes -= gone.bytes

    def __iter__(self) -> Iterator[Value]:
        """Yield what is kept, the longest unused first."""
        with self._lock:
            return iter([each.value for each in self._kept.values()])

    @property
    def _oldest(self) -> _Remembered[Value]:
        return next(iter(self._kept.values()))
