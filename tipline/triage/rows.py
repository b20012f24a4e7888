"""The list of the queue, put into words: its head and its foot. Rows: see `row_shown`; views: `tabs`."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from tipline.models import Kind, State, show_ref
from tipline.search.query import ME, MY_DESKS
from tipline.search.ranked import NEWEST_RANKED
from tipline.text.times import count
from tipline.triage.listing import Listing, Sort
from tipline.triage.queries import PAGE, Page, query_of
from tipline.triage.shown import Filter, Head, Pairs, Tab, Viewer, ViewShown
from tipline.triage.tabs import plain_view, title_of
from tipline.triage.words import KINDS, STATES

HELD_BACK_NOTE = "It looked as if a program sent these. They are in the queue too, far down; you decide."
NOTHING_HELD_BACK = "Nothing is held back. What looks as if a program sent it waits here for you to decide."
SORTS = {Sort.RANK: "Best", Sort.NEWEST: "Newest", Sort.OLDEST: "Oldest"}
SEARCH_SORTS = {Sort.NEWEST: "Newest", Sort.RANK: "Ranked"}
FILTERS = {"story": "story", "person": "person", "tag": "tag", "assignee": "assigned to",
           "sender": "same sender as"}  # fmt: skip
OWN = {
    ME: "No tip is assigned to you. “Take it yourself” stands beside each tip.",
    MY_DESKS: "Nothing waits for your desks. An administrator says who belongs to which.",
}
EMPTY = {
    State.PENDING: "Nothing new. A tip appears here the moment it arrives.",
    State.SNOOZED: "No tip sleeps. Those put off for later wait here until their time comes.",
    State.ACCEPTED: "Nothing accepted yet. Tips worth following up are kept here.",
    State.DECLINED: "Nothing declined yet. Declined tips stay here for a while, in case somebody errs.",
    State.SPAM: "No spam. What you mark as spam is kept here until it is deleted.",
}


@dataclass(frozen=True)
class _Ways:
    """Where one gets from a list, and what it is called: all that depends on nothing else."""

    title: str
    list_href: str
    hidden: Pairs
    filters: tuple[Filter, ...]
    query_string: str
    focus_href: str
    newest_href: str | None
    sorts: tuple[Tab, ...]


def sorts(listing: Listing) -> tuple[Tab, ...]:
    """List the orders: of groups, or of what a search for words finds."""
    return _ways_from(listing).sorts


def count_words(listing: Listing, counts: dict[str, int], page: Page | None = None) -> str:
    """Say how many tips a list holds, where that is counted: “143 new”."""
    if listing.is_of_tips:
        if page is None:
            return ""
        word = "found" if listing.is_search else "held back"
        return f"{PAGE} or more {word}" if page.further else f"{len(page.tip_ids)} {word}"
    if listing.kind:
        return ""
    if listing.state is None:
        return count(sum(counts.values()), "tip", "tips")
    return f"{counts.get(listing.state, 0):,} {STATES[listing.state].lower()}"


def head(
    listing: Listing,
    page: Page,
    counts: dict[str, int],
    viewer: Viewer,
    *,
    chosen: bool,
    view: ViewShown | None,
) -> Head:
    """Put what stands round the list into words."""
    ways = _ways_from(listing)
    return Head(
        title=view.name if view else ways.title,
        count_words=count_words(listing, counts, page),
        q=listing.q,
        chosen=chosen,
        list_href=ways.list_href,
        hidden=ways.hidden,
        filters=ways.filters,
        query_string=ways.query_string,
        focus=listing.focus,
        focus_href=ways.focus_href,
        unclear=query_of(listing, viewer.asker).unclear,
        can_promote=viewer.may_draft and bool(page.tip_ids),
        older_href=listing.at(page.further).href() if page.further else None,
        newest_href=ways.newest_href,
        search_note=_search_note(listing, page),
        empty="" if page.tip_ids else _empty(listing, page),
    )


def _ways_from(listing: Listing) -> _Ways:
    # by what does not count when lists are compared, too
    return _ways(listing, listing.focus, listing.base)


@lru_cache(maxsize=500)
def _ways(listing: Listing, focus: bool, _base: Listing | None) -> _Ways:
    top = listing.at(None)
    return _Ways(
        title=_title(listing),
        list_href=listing.href(),
        hidden=tuple(_carried(listing).values()),
        filters=tuple(_filters(listing)),
        query_string=replace(top, focus=False).query_string(),
        focus_href=replace(top, focus=not focus).href(),
        newest_href=top.href() if listing.after else None,
        sorts=tuple(_sorts(listing, top)),
    )


def _sorts(listing: Listing, top: Listing) -> Iterator[Tab]:
    if listing.is_of_tips and not listing.q:
        return
    labels = SEARCH_SORTS if listing.is_of_tips else SORTS
    usual = next(iter(labels))
    for sort, label in labels.items():
        href = replace(top, sort=None if sort is usual else sort).href()
        yield Tab(href, label, "", current=sort is listing.order)


def _carried(listing: Listing) -> Listing:
    """Return what a search keeps of the list that it begins in: all but what it looks for."""
    sort = None if listing.is_search and not listing.q else listing.sort
    return replace(listing, q=listing.base.q if listing.base else "", after="", sort=sort)


def _filters(listing: Listing) -> Iterator[Filter]:
    """List what narrows the list besides its view and its words, each with a way to the list without it."""
    bare = listing.base or plain_view(listing)
    for name, label in FILTERS.items():
        value, held = getattr(listing, name), getattr(bare, name)
        if value and value != held:
            shown = show_ref(value) if name == "sender" else value
            without = replace(listing.at(None), **{name: held})
            yield Filter(f"{label} {shown}", without.href())


def _title(listing: Listing) -> str:
    title = title_of(listing)
    return title or ("Held back" if listing.quarantined else KINDS[listing.kind or Kind.TIP])


def _search_note(listing: Listing, page: Page) -> str:
    if not listing.is_of_tips or not page.tip_ids:
        return ""
    if not listing.is_search:
        return HELD_BACK_NOTE
    narrowed = "" if listing.state is None else f", among {STATES[listing.state].lower()} tips"
    if listing.order is Sort.RANK:
        return f"Best first, of the newest {NEWEST_RANKED:,} that match{narrowed}."
    return f"Newest first{narrowed}."


def _empty(listing: Listing, page: Page) -> str:
    if page.further:
        return "None among the newest that match. Older ones may be further down."
    if listing.quarantined and not listing.is_search:
        return NOTHING_HELD_BACK
    # in whatever order, and wherever in it: a cursor that leads past the end is said below
    bare = replace(listing.at(None), sort=None, view="")
    is_own = listing.assignee in OWN and bare == plain_view(listing)
    if is_own and not listing.after:
        return OWN[listing.assignee]
    if listing.is_of_tips and not is_own:
        return "No tip here matches. Try fewer words, or look among all tips."
    if listing.after:
        return "That was the end of the list."
    return EMPTY.get(listing.state or State.PENDING, "") if listing.state else "No tips yet."
