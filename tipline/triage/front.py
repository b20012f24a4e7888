"""What the page of the queue asks before it knows its tips, in one statement: groups, counts, views, mark."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tipline.at_once import Answers, AtOnce
from tipline.models import Tip, catalogue_version, progress_version
from tipline.triage import queries
from tipline.triage.changes import NEWEST_EVENTS, Mark, mark_of
from tipline.triage.draw import Draw
from tipline.triage.listing import Listing
from tipline.triage.queries import (
    COUNTS,
    Page,
    Shape,
    counts_in,
    groups_asked,
    groups_bound,
    page_in,
    page_of_tips,
)
from tipline.triage.saved_views import VIEWS_OF
from tipline.triage.shown import Viewer


@dataclass(frozen=True)
class Front:
    """What a page of the queue begins with."""

    page: Page
    sums: "Sums"


@dataclass(frozen=True)
class Sums:
    """What the numbers beside the views are made of."""

    totals: dict[str, int]  # tips of each state
    views: Sequence[Any]  # rows of `VIEWS_OF`
    newest_id: int  # of all tips
    catalogue: str  # its version
    progress: str  # the worker's version
    mark: Mark  # what was seen by then

    @classmethod
    def of(cls, answers: Answers) -> "Sums":
        [[newest_id, catalogue, progress]] = answers["newest"]
        mark = mark_of([event.id for event in answers["events"]])
        return cls(counts_in(answers["counts"]), answers["views"], newest_id or 0, catalogue, progress, mark)

    @property
    def version(self) -> object:
        """What is another whenever anybody, or the worker, did what changes a count; None for not known."""
        return self.progress and (self.progress, self.mark, self.newest_id)


def front_of(session: Session, listing: Listing, viewer: Viewer, draw: Draw) -> Front:
    """Read a page of the queue; a search finds its tips in statements of its own."""
    limit, place = queries.PAGE, listing.place
    shape = None if listing.is_of_tips else Shape.of(listing, place, limit, draw)
    bound = groups_bound(listing, place, draw, viewer.asker)
    answers = _asked(shape).ask(session, **bound)
    found = page_in(shape, answers) if shape else page_of_tips(session, listing, place, limit, viewer.asker)
    return Front(found, Sums.of(answers))


def sums_of(session: Session, viewer_id: int) -> Sums:
    """Read what the numbers beside the views need."""
    return Sums.of(_asked(None).ask(session, viewer=viewer_id))


@lru_cache(maxsize=100)
def _asked(shape: Shape | None) -> AtOnce:
    return AtOnce(
        counts=COUNTS,
        views=VIEWS_OF,
        events=NEWEST_EVENTS,
        newest=select(
            func.max(Tip.id).label("id"),
            catalogue_version().label("catalogue"),
            progress_version().label("progress"),
        ),
        **(groups_asked(shape) if shape else {}),
    )
