"""A lock among processes and threads: a file that one of them holds.

Each acquisition opens a descriptor of its own, since `flock` on a shared one does not keep threads apart;
and looks again and again, because `flock` knows no time limit. Nobody's turn is kept: of two who look, the
luckier one gets it, so one who takes the lock again and again would keep others out. Whoever waits therefore
shares a second file meanwhile, and background work takes the lock only while nobody does (`courtesy`): of
its batches, a reader's tip meets one at most.
"""

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

FIRST_LOOK_SECONDS = 0.0002
# A commit takes some milliseconds: who looks more seldom leaves the disk idle between two of them.
LONGEST_LOOK_SECONDS = 0.001
WAITING = "-waiting"  # ends the name of the second file


@contextmanager
def locked(path: Path, most_seconds: float, courtesy: float = 0.0) -> Iterator[None]:
    """Hold the lock that `path` is; the file is made if it is not there.

    Args:
        courtesy: for how many seconds everybody else goes first; after them, we wait as they do.

    Raises:
        TimeoutError: when others hold it for `most_seconds` more.
        OSError: when there can be no such file.
    """
    descriptor = _opened(path)
    try:
        alone = _taken_after_others(path, descriptor, courtesy) if courtesy else _taken(descriptor)
        if not alone:
            _wait(path, descriptor, most_seconds)
        yield
    finally:
        os.close(descriptor)  # which releases it


def let_others_first(path: Path, most_seconds: float) -> None:
    """Return once nobody waits for the lock that `path` is, or after `most_seconds`."""
    with _queue(path) as queue:
        _look(lambda: _taken(queue), most_seconds)


def _taken_after_others(path: Path, descriptor: int, most_seconds: float) -> bool:
    with _queue(path) as queue:

        def nobody_waits_and_it_is_free() -> bool:
            if not _taken(queue):
                return False
            if _taken(descriptor):
                return True
            fcntl.flock(queue, fcntl.LOCK_UN)  # who wants to wait must be able to
            return False

        return _look(nobody_waits_and_it_is_free, most_seconds)


def _wait(path: Path, descriptor: int, most_seconds: float) -> None:
    with _queue(path) as queue:
        fcntl.flock(queue, fcntl.LOCK_SH)
        if not _look(lambda: _taken(descriptor), most_seconds):
            raise TimeoutError


def _look(found: Callable[[], bool], most_seconds: float) -> bool:
    """Look again and again whether it is so, ever more seldom; say so, or that the time is over."""
    deadline = time.monotonic() + most_seconds
    pause = FIRST_LOOK_SECONDS
    while not found():
        if time.monotonic() > deadline:
            return False
        time.sleep(pause)
        pause = min(pause * 1.5, LONGEST_LOOK_SECONDS)
    return True


def _taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def _queue(path: Path) -> Iterator[int]:
    """Open the second file, which those share who wait."""
    descriptor = _opened(path.with_name(path.name + WAITING))
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _opened(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
