"""The rows of a list, each printed once for all that it shows: a decision changes few of them."""

from collections.abc import Callable

from markupsafe import Markup

from tipline.triage.claims import shown
from tipline.triage.lines import Line
from tipline.triage.listing import Listing, Position
from tipline.triage.row_shown import row
from tipline.triage.shown import Viewer
from tipline.triage.waiting import Waits
from tipline.triage.words import age_in_minutes, moment
from tipline.web.kept import pieces


def row_printer(
    viewer: Viewer, listing: Listing, *, selected: str | None, swap: bool = False
) -> Callable[..., Markup]:
    """Return what prints the rows of one answer: of a line, `ticked` or not. See `row`.

    One that was drawn into the list says below which row: `above`.
    """
    printed, now, zone = pieces().printed, viewer.now, viewer.zone
    waits = Waits.at(now, viewer.limits)
    usual = (zone, swap, listing.href(), bool(listing.above))

    def print_row(line: Line, above: Position | None = None, *, ticked: bool = False) -> Markup:
        read_in = listing.below(above) if above else listing
        received_at, until = line.received_at, line.snoozed_until
        key = (
            line,
            (zone, swap, read_in.href(), True) if above else usual,
            age_in_minutes(received_at, now),
            waits.of(line.state, received_at),
            moment(until, zone, now) if until else "",
            _claimed_by(line, viewer) if line.claimed_by_id else "",
            line.ref == selected,
            ticked,
        )
        return printed(
            "triage/_group_row.html",
            "group_row",
            key,
            lambda: {"row": row(line, read_in, viewer, selected=selected, swap=swap, ticked=ticked)},
            now=now,
        )

    return print_row


def _claimed_by(line: Line, viewer: Viewer) -> str:
    by, until = line.claimed_by, line.claimed_until
    return shown(line.claimed_by_id, by, until, viewer_id=viewer.user_id, now=viewer.now).by
