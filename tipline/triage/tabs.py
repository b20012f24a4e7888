"""The views beside the queue: their names, their lists, and how many tips each holds.

States have a counter of their own. The other lists are counted up to a cap: those that an index of few tips
holds whole, all others among the newest tips (`view_counts`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache, lru_cache

from sqlalchemy.orm import Session

from tipline.models import Kind, State
from tipline.models.desk import SUGGESTED
from tipline.search.query import ME, MY_DESKS
from tipline.triage.front import Sums
from tipline.triage.listing import Listing
from tipline.triage.saved_views import SavedView
from tipline.triage.shown import Tab, Viewer, ViewShown
from tipline.triage.view_counts import count_views

VIEWS = (
    ("New", Listing()),
    ("Mine", Listing(assignee=ME)),
    ("My desks", Listing(assignee=MY_DESKS)),
    ("Corrections", Listing(kind=Kind.CORRECTION)),
    ("Held back", Listing(quarantined=True)),
    ("Snoozed", Listing(state=State.SNOOZED)),
    ("Accepted", Listing(state=State.ACCEPTED)),
    ("Declined", Listing(state=State.DECLINED)),
    ("Spam", Listing(state=State.SPAM)),
    ("All", Listing(state=None)),
)
FOR_EDITORS = (("Suggested", Listing(state=None, tag=SUGGESTED)),)  # what moderators suggest drafts of
Numbers = Mapping[str, str]


def numbers_of(session: Session, viewer: Viewer, sums: Sums, saved: Sequence[SavedView]) -> Numbers:
    """Return how many tips each view holds, in words, by the key of its tab.

    Args:
        saved: the saved views that `viewer` may use.
    """
    own = _counted_lists(viewer.may_draft)
    lists = [*own.values(), *(view.listing for view in saved)]
    keys = [*own, *(_key(view) for view in saved)]
    counts = count_views(
        session,
        lists,
        viewer.asker,
        sums.newest_id,
        catalogue=sums.catalogue,
        version=sums.version,
        whole=len(own),
    )
    numbers = {state.value: f"{sums.totals.get(state, 0):,}" for state in State}
    return numbers | {key: str(count) for key, count in zip(keys, counts, strict=True)}


def tabs(listing: Listing, numbers: Numbers, viewer: Viewer) -> list[Tab]:
    """List the views that everybody has; `listing` is the list that is shown."""
    return [
        Tab(href, label, numbers.get(key, ""), current, key)
        for label, current, key, href in _views_from(listing, viewer.may_draft)
    ]


def saved_tabs(saved: Sequence[SavedView], numbers: Numbers, listing: Listing) -> list[Tab]:
    """List the saved views."""
    return [
        Tab(view.listing.href(), view.name, numbers[_key(view)], view.slug == listing.view, _key(view))
        for view in saved
    ]


def open_view(saved: Iterable[SavedView], listing: Listing) -> ViewShown | None:
    """Return the view that is open, for the forms that change it."""
    view = next((each for each in saved if each.slug == listing.view), None)
    if view is None:
        return None
    changed = listing.at(None) != view.listing
    return ViewShown(view.slug, view.name, view.shared, view.mine, view.may_change, changed)


def title_of(listing: Listing) -> str:
    """Return the name of the view that a list was narrowed down from; "" where it has none."""
    plain = plain_view(listing)
    return next((label for label, view in (*VIEWS, *FOR_EDITORS) if view == plain), "")


def plain_view(listing: Listing) -> Listing:
    """Return the view that a list was narrowed down from."""
    own = listing.assignee if listing.assignee in (ME, MY_DESKS) else ""
    tag = SUGGESTED if listing.tag == SUGGESTED else ""
    return Listing(listing.state, listing.kind, assignee=own, quarantined=listing.quarantined, tag=tag)


@lru_cache(maxsize=500)
def _views_from(listing: Listing, may_draft: bool) -> list[tuple[str, bool, str, str]]:
    """List the views as somebody sees them beside a list: label, whether it is that list's, key, address."""
    sort, plain = None if listing.is_of_tips else listing.sort, plain_view(listing)
    return [
        (label, not listing.view and plain == view, _key_of(view), replace(view, sort=sort).href())
        for label, view in (*VIEWS, *(FOR_EDITORS if may_draft else ()))
    ]


@cache
def _counted_lists(may_draft: bool) -> dict[str, Listing]:
    """Return the lists that no counter counts, by the keys of their tabs."""
    lists = {_key_of(view): view for _, view in (*VIEWS, *(FOR_EDITORS if may_draft else ()))}
    return {key: view for key, view in lists.items() if key and key != view.state}


def _key_of(view: Listing) -> str:
    """Return a tab's key: the state whose counter counts it, or its list; "" where nothing is counted."""
    if view == Listing(view.state):
        return view.state or ""
    return view.query_string()


def _key(view: SavedView) -> str:
    return f"view={view.slug}"
