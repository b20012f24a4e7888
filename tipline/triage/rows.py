"""The list of the queue, put into words: its rows, its views, its head."""

from tipline.models import Kind, State, show_ref
from tipline.text.times import count
from tipline.triage.listing import Listing, Sort
from tipline.triage.queries import PAGE, Line, Page
from tipline.triage.shown import Head, Row, Tab, Viewer
from tipline.triage.words import HOWS, KINDS, STATES, age_in_minutes, exact

HEAD_CHARACTERS = 90
SHORTEST_SENTENCE = 24  # “First time writing to you.” says nothing alone
EXCERPT_CHARACTERS = 140
VIEWS: tuple[tuple[str, State | None, Kind | None], ...] = (
    ("New", State.PENDING, None),
    ("Corrections", State.PENDING, Kind.CORRECTION),
    ("Snoozed", State.SNOOZED, None),
    ("Accepted", State.ACCEPTED, None),
    ("Declined", State.DECLINED, None),
    ("Spam", State.SPAM, None),
    ("All", None, None),
)
SORTS = {Sort.RANK: "Best", Sort.NEWEST: "Newest", Sort.OLDEST: "Oldest"}
EMPTY = {
    State.PENDING: "Nothing new. A tip appears here the moment it arrives.",
    State.SNOOZED: "No tip sleeps. Those put off for later wait here until their time comes.",
    State.ACCEPTED: "Nothing accepted yet. Tips worth following up are kept here.",
    State.DECLINED: "Nothing declined yet. Declined tips stay here for a while, in case somebody errs.",
    State.SPAM: "No spam. What you mark as spam is kept here until it is deleted.",
}


def row(line: Line, listing: Listing, viewer: Viewer, *, selected: str | None, swap: bool = False) -> Row:
    """Put a row of the list into words."""
    headline, excerpt = head_and_rest(line.text)
    claimed = line.claimed_until is not None and line.claimed_until > viewer.now
    plain = line.state == State.PENDING
    return Row(
        ref=line.ref,
        ref_shown=show_ref(line.ref),
        href=listing.href(tip=line.ref),
        size=line.group_size,
        several=line.group_size > 1,
        headline_line=headline,
        excerpt=excerpt,
        kind=line.kind,
        kind_label="" if line.kind == Kind.TIP else KINDS[Kind(line.kind)],
        how_label=HOWS.get(line.how, "") if line.how else "",  # type: ignore[call-overload]
        age=age_in_minutes(line.received_at, viewer.now),
        at_iso=line.received_at.isoformat(),
        at_exact=exact(line.received_at, viewer.zone),
        story=line.story or "",
        claimed_by=(line.claimed_by or "") if claimed else "",
        state=line.state,
        state_label="" if plain else STATES[State(line.state)],
        selected=line.ref == selected,
        promotable=viewer.may_draft,
        swap=swap,
    )


def head_and_rest(text: str) -> tuple[str, str]:
    """Cut the beginning of a tip into a line that reads as its headline, and some words more."""
    text = " ".join(text.split())
    ends = (text.find(mark, SHORTEST_SENTENCE) for mark in (". ", "! ", "? "))
    end = min((at for at in ends if at > 0), default=-1)
    if 0 < end < HEAD_CHARACTERS:
        return text[: end + 1], _cut(text[end + 2 :], EXCERPT_CHARACTERS)
    if len(text) <= HEAD_CHARACTERS:
        return text, ""
    space = text.rfind(" ", 0, HEAD_CHARACTERS)
    end = space if space > 0 else HEAD_CHARACTERS
    return f"{text[:end]} …", _cut(text[end:].lstrip(), EXCERPT_CHARACTERS)


def views(listing: Listing, counts: dict[str, int]) -> list[Tab]:
    """List the views beside the queue, with how many tips each holds where that is counted."""
    return [
        Tab(
            href=Listing(state=state, kind=kind, sort=listing.sort).href(),
            label=label,
            count=f"{counts.get(state, 0):,}" if state and not kind else "",
            current=(listing.state, listing.kind) == (state, kind),
        )
        for label, state, kind in VIEWS
    ]


def sorts(listing: Listing) -> list[Tab]:
    """List the orders; a search has one order only."""
    if listing.is_of_tips:
        return []
    top = listing.at(None)
    return [
        Tab(
            href=Listing(**{**vars(top), "sort": sort}).href(),
            label=label,
            count="",
            current=sort is listing.sort,
        )
        for sort, label in SORTS.items()
    ]


def count_words(listing: Listing, counts: dict[str, int], page: Page | None = None) -> str:
    """Say how many tips a list holds, where that is counted: “143 new”."""
    if listing.is_of_tips:
        if page is None:
            return ""
        return f"{PAGE} or more found" if page.further else f"{len(page.tip_ids)} found"
    if listing.kind:
        return ""
    if listing.state is None:
        return count(sum(counts.values()), "tip", "tips")
    return f"{counts.get(listing.state, 0):,} {STATES[listing.state].lower()}"


def head(listing: Listing, page: Page, counts: dict[str, int], viewer: Viewer, *, chosen: bool) -> Head:
    """Put what stands round the list into words."""
    labels = {(state, kind): label for label, state, kind in VIEWS}
    title = labels.get((listing.state, listing.kind)) or KINDS[listing.kind or Kind.TIP]
    carried = Listing(state=listing.state, kind=listing.kind, sort=listing.sort)
    return Head(
        title=title,
        count_words=count_words(listing, counts, page),
        q=listing.q,
        chosen=chosen,
        list_href=listing.href(),
        hidden=tuple(carried.values()),
        can_promote=viewer.may_draft and bool(page.tip_ids),
        older_href=listing.at(page.further).href() if page.further else None,
        newest_href=listing.at(None).href() if listing.after else None,
        search_note=_search_note(listing, page),
        empty=_empty(listing, page),
    )


def _search_note(listing: Listing, page: Page) -> str:
    if not listing.is_of_tips or not page.tip_ids:
        return ""
    narrowed = "" if listing.state is None else f", among {STATES[listing.state].lower()} tips"
    return f"Newest first{narrowed}."


def _empty(listing: Listing, page: Page) -> str:
    if page.further:
        return "None among the newest that match. Older ones may be further down."
    if listing.is_of_tips:
        return "No tip here matches. Try fewer words, or look among all tips."
    if listing.after:
        return "That was the end of the list."
    return EMPTY.get(listing.state or State.PENDING, "") if listing.state else "No tips yet."


def _cut(text: str, characters: int) -> str:
    if len(text) <= characters:
        return text
    space = text.rfind(" ", 0, characters)
    return f"{text[: space if space > 0 else characters]} …"
