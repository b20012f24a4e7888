"""Show a list of the queue and, beside it, one of its tips."""

from collections.abc import Collection
from functools import partial

from flask import Response, make_response, request

from tipline.errors import NotFound, TiplineError
from tipline.models import parse_ref
from tipline.triage import rows
from tipline.triage.draw import Draw
from tipline.triage.forms import ref_or_none, refs_in
from tipline.triage.front import front_of
from tipline.triage.lines import lines
from tipline.triage.listing import Listing
from tipline.triage.looking import listing_in, viewer_now
from tipline.triage.notices import notices_of
from tipline.triage.pane import pane
from tipline.triage.pane_kept import printed_pane
from tipline.triage.queue_kept import Frame, printed_queue
from tipline.triage.row_kept import row_printer
from tipline.triage.saved_views import views_in
from tipline.triage.shown import Notice
from tipline.triage.tabs import numbers_of, open_view, saved_tabs, tabs
from tipline.triage.typed import NOTHING_TYPED, Typed
from tipline.web.access import staff
from tipline.web.alerts import Alerts
from tipline.web.request import reading


def queue_page(
    given: dict[str, str],
    *,
    status: int = 200,
    problem: str = "",
    typed: Typed = NOTHING_TYPED,
    written: str = "",
    ticked: Collection[str] = (),
) -> Response:
    """Show a list and, beside it, the tip that was chosen or else the first one.

    Args:
        given: the values of a query string that names both.
        problem: what was wrong with what was sent from the list.
        typed: what stands in the fields of a form that was refused, or whose words were taken back.
        written: what stands in the field for a message.
        ticked: further refs whose rows are ticked.
    """
    session, viewer, read_in = reading(), viewer_now(), listing_in(given)
    listing = read_in.below(None)
    wanted = given.get("tip") or (None if listing.focus else given.get("focus"))
    draw = Draw(staff().id, viewer.now.astimezone(viewer.zone).date())
    front = front_of(session, listing, viewer, draw)
    listed, saved = front.page, views_in(front.sums.views, staff())
    numbers = numbers_of(session, viewer, front.sums, saved)
    shown, opened = lines(session, listed.tip_ids), open_view(saved, listing)
    ref = parse_ref(wanted) if wanted else (shown[0].ref if shown else None)
    kept = refs_in(given.get("kept", ""))
    done = notices_of(session, ref_or_none(given.get("done")), kept, given.get("said"), to=viewer.user_id)
    print_row, marked = row_printer(viewer, listing, selected=ref), {*kept, *ticked}
    read_as = read_in if wanted else listing
    stories = given.get("stories")
    tip = pane(session, ref, read_as, viewer, stories=stories, typed=typed, written=written) if ref else None
    wrong = [Notice(problem, "", 0)] if problem else []
    frame = Frame(
        queue=rows.head(listing, listed, front.sums.totals, viewer, chosen=bool(wanted), view=opened),
        views=tuple(tabs(listing, numbers, viewer)),
        saved=tuple(saved_tabs(saved, numbers, listing)),
        saved_view=opened,
        sorts=rows.sorts(listing),
        alerts=Alerts.of(staff()).in_browser,
        notices=(*wrong, *done),
        typed=typed,
    )
    above = listed.drawn.get
    printed = [print_row(line, above(line.tip_id), ticked=line.ref in marked) for line in shown]
    mark = "" if listing.after else str(front.sums.mark)
    return make_response(printed_queue(frame, printed, printed_pane(tip) if tip else None, mark), status)


def refused(
    error: TiplineError, typed: Typed = NOTHING_TYPED, *, ticked: Collection[str] = (), **more: str
) -> Response:
    """Show the list that a form was sent from, with what was wrong; the plain queue where its view is gone.

    `more` is what names the list besides.
    """
    given = dict(Listing.of_query_string(request.form.get("list", "")).values()) | more
    show = partial(queue_page, status=error.status, problem=error.message, typed=typed, ticked=ticked)
    try:
        return show(given)
    except NotFound:
        return show({})
