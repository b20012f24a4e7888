"""Markup out of pieces of markup."""

from collections.abc import Iterable
from typing import TypeVar

from markupsafe import Markup

Text = TypeVar("Text", str, Markup)


def joined(pieces: Iterable[Markup]) -> Markup:
    """Join pieces as they are.

    Raises:
        TypeError: when one is no markup.
    """
    pieces = list(pieces)
    if not all(isinstance(piece, Markup) for piece in pieces):
        raise TypeError("A piece is not escaped.")
    return Markup("".join(pieces))  # noqa: S704 - each of them is markup


def woven(printed: Text, pieces: Iterable[str]) -> Text:
    """Put a printed text together again, of parts of itself and what is escaped; it is markup if it was."""
    return type(printed)("".join(pieces))
