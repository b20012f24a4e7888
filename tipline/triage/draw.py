"""A few tips drawn at random into the list of the best, so that nothing is buried by its score.

They are rows more, between the rows of a page, drawn from what stands further down. The list itself is left
as it is, so that its pages neither skip nor repeat anything; what was drawn stands at its own place too.
Who draws, on which day and for which page decides what: a person who pages on and back sees the same ones.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select

from tipline.models.group import LOT, LOTS

CANDIDATES = 8  # some stand on the page already, or above it
SLOTS = (4, 4 / 3)  # after a fourth and after three fourths of a page


@dataclass(frozen=True)
class Draw:
    """Who draws, and when."""

    user_id: int
    on: date

    def lot(self, page: str) -> int:
        """Return where in the shuffle to begin, for the page that begins at a cursor."""
        seed = f"{self.user_id} {self.on.isoformat()} {page}".encode()
        return int.from_bytes(hashlib.blake2b(seed, digest_size=8).digest()) % LOTS


def candidates(chosen: Select[Any], start: ColumnElement[int]) -> Select[Any]:
    """Narrow groups down to those that come next in the shuffle."""
    drawn: Select[Any] = chosen.where(start <= LOT).order_by(LOT).limit(CANDIDATES)
    return drawn


def mixed(ranked: Sequence[Any], drawn: Sequence[Any]) -> list[tuple[Any, Any | None]]:
    """Put drawn rows between the ranked ones; each row comes with the one above it if it was drawn."""
    rows: list[tuple[Any, Any | None]] = [(row, None) for row in ranked]
    slots = [int(len(ranked) / part) for part in SLOTS]
    for row, slot in reversed(list(zip(drawn, slots, strict=False))):
        if slot:
            rows.insert(slot, (row, ranked[slot - 1]))
    return rows
