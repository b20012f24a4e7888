"""A row of the queue, printed once for all that it shows: after a decision only what changed is printed."""

from markupsafe import Markup

from tipline.triage import rows
from tipline.triage.claims import shown
from tipline.triage.lines import Line
from tipline.triage.listing import Listing
from tipline.triage.shown import Viewer
from tipline.triage.waiting import waiting
from tipline.triage.words import age_in_minutes, moment
from tipline.web.kept import printed


def printed_row(
    line: Line,
    listing: Listing,
    viewer: Viewer,
    *,
    selected: str | None,
    swap: bool = False,
    ticked: bool = False,
) -> Markup:
    """Print a row of a list: see `rows.row`."""
    now, chosen = viewer.now, line.ref == selected
    claim = shown(line.claimed_by_id, line.claimed_by, line.claimed_until, viewer_id=viewer.user_id, now=now)
    key = (
        line,
        listing.href(),
        viewer.zone,
        age_in_minutes(line.received_at, now),
        waiting(line.state, line.received_at, now, viewer.limits),
        moment(line.snoozed_until, viewer.zone, now) if line.snoozed_until else "",
        claim.by,
        bool(listing.above),
        chosen,
        swap,
        ticked,
    )
    return printed(
        "triage/_group_row.html",
        "group_row",
        key,
        lambda: {"row": rows.row(line, listing, viewer, selected=selected, swap=swap, ticked=ticked)},
    )
