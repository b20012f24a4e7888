"""Secrets in files of the home: for their owner alone, written whole or not at all."""

import os
from collections.abc import Callable
from pathlib import Path


def kept_secret(path: Path, make: Callable[[], str]) -> str:
    """Read the secret in `path`, making it first if there is none; two starts at once agree on one."""
    if not path.exists():
        draft = _draft_of(path, make())
        try:
            # link, unlike rename, never replaces what another process made meanwhile
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()


def replace_secret(path: Path, text: str) -> None:
    """Write a secret over the one in `path`: afterwards it is there whole, even if the power goes."""
    draft = _draft_of(path, text)
    draft.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _draft_of(path: Path, text: str) -> Path:
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        draft.unlink()
        raise
    return draft
