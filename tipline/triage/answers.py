"""Answer an act on a tip: with a way on, or for htmx with the next tip and what changed beside it."""

from flask import redirect
from werkzeug.wrappers import Response

from tipline.triage import rows
from tipline.triage.decide import Outcome
from tipline.triage.listing import Listing
from tipline.triage.looking import viewer_now
from tipline.triage.notices import STANDS, notice_of
from tipline.triage.pane import pane
from tipline.triage.queries import counts, line_of
from tipline.web.render import page
from tipline.web.request import is_htmx, reading


def answer(ref: str, listing: Listing, following: str | None, outcome: Outcome) -> Response:
    """Say what became of the tip `ref`, and show the one that follows."""
    if not is_htmx():
        more = {"tip": following} if following else {}
        return redirect(listing.href(**more, done=outcome.batch), 303)
    session, viewer = reading(), viewer_now()
    decided = line_of(session, ref)
    return page(
        "triage/_decided.html",
        tip=pane(session, following, listing, viewer) if following else None,
        notice=notice_of(session, outcome.batch) or STANDS,
        row=rows.row(decided, listing, viewer, selected=following, swap=True) if decided else None,
        count_words=rows.count_words(listing, counts(session)),
    )
