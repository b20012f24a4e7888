"""A lock among processes and threads: a file that one of them holds.

Each acquisition opens a descriptor of its own, since `flock` on a shared one does not keep threads apart;
and looks again and again, because `flock` knows no time limit. Nobody's turn is kept: of two who look, the
luckier one gets it, so one who takes the lock again and again would keep others out. Whoever waits therefore
shares a second file meanwhile, and background work leaves the lock to them (`let_others_first`).
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FIRST_LOOK_SECONDS = 0.0002
# A commit takes some milliseconds: who looks more seldom leaves the disk idle between two of them.
LONGEST_LOOK_SECONDS = 0.001
WAITING = "-waiting"  # ends the name of the second file


@contextmanager
def locked(path: Path, most_seconds: float) -> Iterator[None]:
    """Hold the lock that `path` is; the file is made if it is not there.

    Raises:
        TimeoutError: when others hold it for `most_seconds`.
        OSError: when there can be no such file.
    """
    descriptor = _opened(path)
    try:
        if not _taken(descriptor, fcntl.LOCK_EX):
            _wait(path, descriptor, most_seconds)
        yield
    finally:
        os.close(descriptor)  # which releases it


def let_others_first(path: Path, most_seconds: float) -> None:
    """Return once nobody waits for the lock that `path` is, or after `most_seconds`."""
    deadline = time.monotonic() + most_seconds
    queue = _opened(_waiting(path))
    try:
        while not _taken(queue, fcntl.LOCK_EX) and time.monotonic() < deadline:
            time.sleep(FIRST_LOOK_SECONDS)
    finally:
        os.close(queue)


def _wait(path: Path, descriptor: int, most_seconds: float) -> None:
    deadline = time.monotonic() + most_seconds
    pause = FIRST_LOOK_SECONDS
    queue = _opened(_waiting(path))
    try:
        fcntl.flock(queue, fcntl.LOCK_SH)
        while not _taken(descriptor, fcntl.LOCK_EX):
            if time.monotonic() > deadline:
                raise TimeoutError
            time.sleep(pause)
            pause = min(pause * 1.5, LONGEST_LOOK_SECONDS)
    finally:
        os.close(queue)


def _taken(descriptor: int, how: int) -> bool:
    try:
        fcntl.flock(descriptor, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _opened(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def _waiting(path: Path) -> Path:
    return path.with_name(path.name + WAITING)
