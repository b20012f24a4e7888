"""Run an engine here, without a process of its own, to look closely at what it makes."""

import importlib
import io
import zipfile

import pytest

from tipline.scrub.child import engine_of
from tipline.scrub.found import CannotScrub, Found, WhySealed
from tipline.scrub.limits import Limits
from tipline.scrub.types import FileType


def copied(original: bytes, file_type: FileType, **limits: int) -> tuple[bytes, Found]:
    """Return the copy of a file, and what was found on the way."""
    engine = importlib.import_module(f"tipline.scrub.engines.{engine_of(file_type)}")
    clean, found = io.BytesIO(), Found()
    engine.scrub(io.BytesIO(original), clean, file_type, Limits(**limits), found)
    return clean.getvalue(), found


def why_not(original: bytes, file_type: FileType, **limits: int) -> WhySealed:
    """Return why there is no copy of a file."""
    with pytest.raises(CannotScrub) as refused:
        copied(original, file_type, **limits)
    return refused.value.why


def part(copy: bytes, name: str) -> str:
    """Return one part of an archive as text."""
    with zipfile.ZipFile(io.BytesIO(copy)) as archive:
        return archive.read(name).decode()


def parts(copy: bytes) -> set[str]:
    with zipfile.ZipFile(io.BytesIO(copy)) as archive:
        return set(archive.namelist())
