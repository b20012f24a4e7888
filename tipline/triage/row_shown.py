"""A row of the queue, put into words."""

from collections.abc import Sequence

from tipline.models import Kind, State, show_ref
from tipline.search.query import Has
from tipline.triage.claims import shown
from tipline.triage.lines import Line
from tipline.triage.listing import Listing
from tipline.triage.shown import Row, Viewer
from tipline.triage.waiting import waiting
from tipline.triage.words import HIDDEN, HOWS, KINDS, STATES, age_in_minutes, exact, moment

HEAD_CHARACTERS = 90
SHORTEST_SENTENCE = 24  # “First time writing to you.” says nothing alone
EXCERPT_CHARACTERS = 140
WATCHED_NAMED = 3


def row(
    line: Line,
    listing: Listing,
    viewer: Viewer,
    *,
    selected: str | None,
    swap: bool = False,
    ticked: bool = False,
) -> Row:
    """Put a row of the list into words; one that was drawn into it is read in a list that says where."""
    headline, excerpt = head_and_rest(line.text)
    claim = shown(
        line.claimed_by_id, line.claimed_by, line.claimed_until, viewer_id=viewer.user_id, now=viewer.now
    )
    plain, hidden = line.state == State.PENDING, _hidden(line)
    return Row(
        ref=line.ref,
        ref_shown=show_ref(line.ref),
        href=listing.href(tip=line.ref),
        size=line.group_size,
        several=line.group_size > 1,
        news=_news(line),
        headline_line=headline,
        excerpt=excerpt,
        kind=line.kind,
        kind_label="" if line.kind == Kind.TIP else KINDS[Kind(line.kind)],
        how_label=HOWS.get(line.how, "") if line.how else "",  # type: ignore[call-overload]
        age=age_in_minutes(line.received_at, viewer.now),
        waiting=waiting(line.state, line.received_at, viewer.now, viewer.limits),
        at_iso=line.received_at.isoformat(),
        at_exact=exact(line.received_at, viewer.zone),
        story=line.story or "",
        claimed_by=claim.by,
        assignee=line.assignee or "",
        watched=_named(line.watched),
        state=line.state,
        held_back=line.quarantined,
        drawn=bool(listing.above),
        state_label="" if plain else STATES[State(line.state)],
        until=moment(line.snoozed_until, viewer.zone, viewer.now) if line.snoozed_until else "",
        until_iso=line.snoozed_until.isoformat() if line.snoozed_until else "",
        hidden=hidden or "",
        hidden_label=HIDDEN[hidden] if hidden else "",
        selected=line.ref == selected,
        seen=f"{line.ref}:{line.version}",
        members=f"{line.ref}>{line.members}" if line.members else "",
        ticked=ticked,
        swap=swap,
    )


def _hidden(line: Line) -> Has | None:
    """Say why only named colleagues see a tip; the danger first, where both are true."""
    if line.escalated_at is not None:
        return Has.DANGER
    return Has.LIMITS if line.restricted else None


def _news(line: Line) -> str:
    """Say what brought a group back that was decided before: “1 new; 3 before, last declined”."""
    before = line.group_size - line.group_pending
    if not line.group_pending or not before or not line.earlier:
        return ""
    how = STATES[State(line.earlier)].lower()
    return f"{line.group_pending:,} new; {before:,} before, {'last ' if before > 1 else ''}{how}"


def _named(phrases: Sequence[str]) -> str:
    """Name some watched words, and how many more there are: “gate 7, lighthouse and 2 more”."""
    more = len(phrases) - WATCHED_NAMED
    named = ", ".join(phrases[:WATCHED_NAMED])
    return f"{named} and {more} more" if more > 0 else named


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


def _cut(text: str, characters: int) -> str:
    if len(text) <= characters:
        return text
    space = text.rfind(" ", 0, characters)
    return f"{text[: space if space > 0 else characters]} …"
