"""The routes of open screens: what changed, what arrived, and taking back the last thing one did."""

from functools import partial

from flask import Blueprint, Response, jsonify, request
from werkzeug.wrappers import Response as AnyResponse

from tipline import clock
from tipline.errors import Conflict
from tipline.models import Permission
from tipline.triage import rows
from tipline.triage.alerts import news_for
from tipline.triage.answers import taken_back, unwritten
from tipline.triage.changes import MOST, Arrivals, Mark, arrivals, claims, mark_now, members_of, version_of
from tipline.triage.front import sums_of
from tipline.triage.lines import lines
from tipline.triage.listing import Listing
from tipline.triage.looking import viewer_now
from tipline.triage.messages import Unsent, last_unsent, take_back
from tipline.triage.notes import LastNote, last_note, take_back_note
from tipline.triage.row_kept import row_printer
from tipline.triage.saved_views import views_in
from tipline.triage.tabs import numbers_of
from tipline.triage.undo import Act, last_act, speaking_of, undo
from tipline.web.access import allow, staff, staff_session_began
from tipline.web.alerts import Alerts
from tipline.web.errors import Shown, respond
from tipline.web.render import page
from tipline.web.request import reading, writing

blueprint = Blueprint("live", __name__)


@blueprint.get("/newsroom/queue/changes")
@allow(Permission.TRIAGE)
def changes() -> Response:
    """Say what changed since the screen was shown; 304, and next to no work, when nothing did."""
    session, now = reading(), clock.now()
    tag = f'"{version_of(session, now)}"'
    same = request.environ.get("HTTP_IF_NONE_MATCH") == tag
    response = Response(status=304) if same else jsonify(_news())
    response.headers["ETag"] = tag
    return response


@blueprint.get("/newsroom/queue/arrivals")
@allow(Permission.TRIAGE)
def arrived() -> Response:
    """Show the rows that came since the screen was shown, for the top of its list."""
    session, viewer, listing = reading(), viewer_now(), _listing()
    found = arrivals(session, listing, _mark(), asker=viewer.asker)
    members, print_row = members_of(session, found.tip_ids), row_printer(viewer, listing, selected=None)
    return page(
        "triage/_arrivals.html",
        mark=mark_now(session),
        more=found.more,
        arrivals=[
            {
                "row": print_row(line),
                "ref": line.ref,
                "members": " ".join(members.get(line.tip_id, [])),
            }
            for line in lines(session, found.tip_ids)
        ],
    )


@blueprint.get("/newsroom/queue/alert")
@allow(Permission.TRIAGE)
def alert() -> Response:
    """Say what came of what this person wants to hear of; 304 as `changes` does."""
    session, viewer = reading(), viewer_now()
    tag = f'"{version_of(session, viewer.now)}"'
    if request.environ.get("HTTP_IF_NONE_MATCH") == tag:
        response = Response(status=304)
    else:
        mark, news = mark_now(session), news_for(session, staff(), _mark(), viewer.asker)
        response = jsonify({"words": news.words(Alerts.of(staff()).scope), "mark": str(mark)})
    response.headers["ETag"] = tag
    return response


@blueprint.post("/newsroom/undo")
@allow(Permission.TRIAGE)
def undo_last() -> AnyResponse:
    """Take back the last thing that this person did since they signed in; once more, the one before.

    A note is such a thing, and a message that its tipster cannot see yet; one that they can see is passed
    over. What was written stands in its field again.
    """
    listing = Listing.of_query_string(request.form.get("list", ""))
    since, now, by = staff_session_began(), clock.now(), staff()
    with writing() as session:
        act = last_act(session, by=by, since=since)
        written = last_note(session, since, by=by), last_unsent(session, since, by=by, now=now)
        last = max((each for each in (act, *written) if each), key=lambda each: each.at, default=None)
        match last:
            case Unsent():
                words = take_back(session, last.ref, last.own, by=by, now=now)
                answer = partial(unwritten, last.ref, listing, "message", words)
            case LastNote():
                words = take_back_note(session, last, by=by, now=now)
                answer = partial(unwritten, last.ref, listing, "note", words)
            case Act():
                outcome = undo(session, last.ref, by=by, now=now, batch=last.batch)
                answer = partial(taken_back, speaking_of(session, last, by=by), listing, outcome)
            case None:
                raise Conflict("You did nothing since you signed in that is left to take back.")
    return answer()


@blueprint.errorhandler(Conflict)
def nothing_left(error: Conflict) -> Response:
    """Say it beside the tip that is open, which stays."""
    response = respond(Shown(error.status, error.title, error.message))
    response.headers["HX-Retarget"] = "#notices"
    return response


def _news() -> dict[str, object]:
    session, viewer, listing = reading(), viewer_now(), _listing()
    sums = sums_of(session, viewer.user_id)
    found = arrivals(session, listing, _mark(), asker=viewer.asker)
    others = [each for each in claims(session, viewer.now, viewer.user_id) if each.user_id != viewer.user_id]
    return {
        "new": _words(found),
        "count": rows.count_words(listing, sums.totals),
        "counts": numbers_of(session, viewer, sums, views_in(sums.views, staff())),
        "claims": {each.ref: each.name for each in others},
    }


def _words(found: Arrivals) -> str:
    """Say how many came: “12 new”; nothing where none did."""
    if found.more:
        return f"Over {MOST} new"
    return f"{len(found.tip_ids)} new" if found.tip_ids else ""


def _mark() -> Mark:
    """Return what the screen has seen; one that does not say has seen everything."""
    return Mark.of(request.args.get("since", "")) or mark_now(reading())


def _listing() -> Listing:
    return Listing.of_query_string(request.args.get("list", "")).at(None)
