"""How much a test tries: all of it in a complete run, and in others enough to notice what breaks."""

import os
from typing import NoReturn, TypeVar

import pytest

COMPLETE = os.environ.get("TIPLINE_TESTS") == "complete"
T = TypeVar("T")


def extent(everything: T, enough: T) -> T:
    """Return what a complete run (`TIPLINE_TESTS=complete`) tries, or what is enough elsewhere."""
    return everything if COMPLETE else enough


def lacking(what: str) -> NoReturn:
    """Skip a test that this machine cannot run, or fail it where nothing may be skipped."""
    if COMPLETE:
        pytest.fail(f"{what} is missing, and TIPLINE_TESTS=complete allows no skip")
    pytest.skip(f"{what} is missing")
