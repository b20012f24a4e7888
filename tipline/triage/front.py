"""What the page of the queue asks before it knows its tips, in one statement: groups, counts, views, mark."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tipline.at_once import AtOnce
from tipline.models import Tip
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
    """A page's tips, how many there are of each state, the rows of `VIEWS_OF`, and what was seen by then."""

    page: Page
    totals: dict[str, int]
    views: Sequence[Any]
    mark: Mark
    newest_id: int


def front_of(session: Session, listing: Listing, viewer: Viewer, draw: Draw) -> Front:
    """Read a page of the queue; a search finds its tips in statements of its own."""
    limit, place = queries.PAGE, listing.place
    shape = None if listing.is_of_tips else Shape.of(listing, place, limit, draw)
    bound = groups_bound(listing, place, draw, viewer.asker)
    answers = _asked(shape).ask(session, **bound)
    found = page_in(shape, answers) if shape else page_of_tips(session, listing, place, limit, viewer.asker)
    mark = mark_of([event.id for event in answers["events"]])
    return Front(found, counts_in(answers["counts"]), answers["views"], mark, answers["newest"][0].id or 0)


def sums_of(session: Session, viewer_id: int) -> tuple[dict[str, int], Sequence[Any], int]:
    """Read what the numbers beside the views need: totals, the rows of `VIEWS_OF`, the newest tip's id."""
    answers = _asked(None).ask(session, viewer=viewer_id)
    return counts_in(answers["counts"]), answers["views"], answers["newest"][0].id or 0


@lru_cache(maxsize=100)
def _asked(shape: Shape | None) -> AtOnce:
    return AtOnce(
        counts=COUNTS,
        views=VIEWS_OF,
        events=NEWEST_EVENTS,
        newest=select(func.max(Tip.id).label("id")),
        **(groups_asked(shape) if shape else {}),
    )
