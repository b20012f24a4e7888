"""Folders for what a test writes and nobody keeps."""

import shutil
from pathlib import Path

SHARED_MEMORY = Path("/dev/shm")
ENOUGH_BYTES = 512 * 1024 * 1024


def in_memory() -> str | None:
    """Return where `tempfile` should make a folder: in memory if there is enough, on disk (None) otherwise.

    Every commit waits for its disk, which costs an idle test milliseconds and proves nothing in it.
    """
    roomy = SHARED_MEMORY.is_dir() and shutil.disk_usage(SHARED_MEMORY).free > ENOUGH_BYTES
    return str(SHARED_MEMORY) if roomy else None
