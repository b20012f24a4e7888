"""A lock among processes and threads: a file that one of them holds.

Each acquisition opens a descriptor of its own, since `flock` on a shared one does not keep threads apart;
and looks again and again, because `flock` knows no time limit.
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


@contextmanager
def locked(path: Path, most_seconds: float) -> Iterator[None]:
    """Hold the lock that `path` is; the file is made if it is not there.

    Raises:
        TimeoutError: when others hold it for `most_seconds`.
        OSError: when there can be no such file.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        _wait(descriptor, most_seconds)
        yield
    finally:
        os.close(descriptor)  # which releases it


def _wait(descriptor: int, most_seconds: float) -> None:
    deadline = time.monotonic() + most_seconds
    pause = FIRST_LOOK_SECONDS
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise TimeoutError from None
            time.sleep(pause)
            pause = min(pause * 1.5, LONGEST_LOOK_SECONDS)
        else:
            return
