"""Markup out of pieces of markup."""

from collections.abc import Iterable

from markupsafe import Markup


def joined(pieces: Iterable[str]) -> Markup:
    """Join pieces; what is no markup is escaped."""
    return Markup("").join(pieces)
