"""The rows of a list, each printed once for all that it shows: a decision changes few of them."""

from collections.abc import Callable

from markupsafe import Markup

from tipline.triage.claims import shown
from tipline.triage.lines import Line
from tipline.triage.listing import Listing
from tipline.triage.row_shown import row
from tipline.triage.shown import Viewer
from tipline.triage.waiting import Waits
from tipline.triage.words import age_in_minutes, moment
from tipline.web.kept import pieces


def row_printer(viewer: Viewer, *, selected: str | None, swap: bool = False) -> Callable[..., Markup]:
    """Return what prints the rows of one answer: of a line, in a list, `ticked` or not. See `row`."""
    printed, now, zone = pieces().printed, viewer.now, viewer.zone
    waits = Waits.at(now, viewer.limits)
    same = (zone, swap)

    def print_row(line: Line, listing: Listing, *, ticked: bool = False) -> Markup:
        received_at, until = line.received_at, line.snoozed_until
        key = (
            line,
            same,
            listing.href(),
            age_in_minutes(received_at, now),
            waits.of(line.state, received_at),
            moment(until, zone, now) if until else "",
            _claimed_by(line, viewer) if line.claimed_by_id else "",
            bool(listing.above),
            line.ref == selected,
            ticked,
        )
        return printed(
            "triage/_group_row.html",
            "group_row",
            key,
            lambda: {"row": row(line, listing, viewer, selected=selected, swap=swap, ticked=ticked)},
            now=now,
        )

    return print_row


def _claimed_by(line: Line, viewer: Viewer) -> str:
    by, until = line.claimed_by, line.claimed_until
    return shown(line.claimed_by_id, by, until, viewer_id=viewer.user_id, now=viewer.now).by
