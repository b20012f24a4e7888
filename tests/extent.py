"""How much a test tries: all of it in a complete run, and in others enough to notice what breaks."""

import os
from typing import TypeVar

COMPLETE = os.environ.get("TIPLINE_TESTS") == "complete"
T = TypeVar("T")


def extent(everything: T, enough: T) -> T:
    """Return what a complete run (`TIPLINE_TESTS=complete`) tries, or what is enough elsewhere."""
    return everything if COMPLETE else enough
