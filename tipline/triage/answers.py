"""How the routes of a tip answer: with the tip, with the next one, or with what was wrong.

Each works as a page, and as a fragment when htmx asks. For a tip that only named colleagues may see, they
answer everybody else as for one that is not there.
"""

from collections.abc import Mapping
from urllib.parse import urlsplit

from flask import Blueprint, current_app, make_response, redirect, request
from sqlalchemy import select
from werkzeug.wrappers import Response

from tipline.at_once import each_of, listed
from tipline.errors import Conflict, Invalid, NotFound, TiplineError
from tipline.models import Tip, parse_ref
from tipline.prepared import Prepared
from tipline.search.seen import seen_by_bound
from tipline.text.clean import clean
from tipline.triage import rows
from tipline.triage.clash import clash
from tipline.triage.decide import Outcome
from tipline.triage.forms import listing_of, ref_or_none
from tipline.triage.lines import line_of
from tipline.triage.listing import QUEUE, Listing, Position
from tipline.triage.looking import listing_in, viewer_now
from tipline.triage.moves import Stale
from tipline.triage.notices import SAID, STANDS, UNWRITTEN, notice_of
from tipline.triage.pane import MISSING, pane
from tipline.triage.pane_kept import printed_pane
from tipline.triage.pane_shown import Pane
from tipline.triage.queries import counts, next_after
from tipline.triage.queue_page import queue_page, refused
from tipline.triage.row_kept import row_printer
from tipline.triage.shown import Notice
from tipline.triage.typed import NOTHING_TYPED, Typed
from tipline.triage.undo import in_several_rows
from tipline.web.access import staff
from tipline.web.errors import Shown, respond
from tipline.web.render import page
from tipline.web.request import is_htmx, reading
from tipline.web.sent import fields_in

_HIDDEN = Prepared(select(Tip.id).where(Tip.ref.in_(each_of("refs")), ~seen_by_bound("viewer")).limit(1))


def install(blueprint: Blueprint) -> None:
    """Give the routes of a blueprint their guard and their way to say what was wrong."""
    blueprint.before_request(refuse_hidden)
    blueprint.register_error_handler(Stale, too_late)
    blueprint.register_error_handler(Invalid, not_so)
    blueprint.register_error_handler(Conflict, not_so)


def refuse_hidden() -> None:
    """Refuse an act that names a tip which somebody may not see, before any view begins.

    Raises:
        NotFound: as for a tip that is not there.
    """
    form = request.form
    if "ref" not in (request.view_args or {}):
        return  # a list, which leaves out what is hidden
    named = [text.partition(":")[0] for text in form.getlist("tip")]
    texts = [str((request.view_args or {})["ref"]), form.get("other", ""), *named]
    refs = {ref for text in texts if (ref := ref_or_none(text))}
    if not refs:
        return
    if _HIDDEN.run(reading(), {"refs": listed(refs), "viewer": staff().id}) is not None:
        raise NotFound(MISSING)


def too_late(error: Stale) -> Response:
    """Say who was quicker, and offer to keep that or to decide all the same."""
    session, ref, form = reading(), _ref(), request.form
    template = "triage/_conflict.html" if is_htmx() else "triage/conflict.html"
    try:
        typed = Typed.of(request.endpoint or "", form)
        shown = pane(session, ref, listing_of(form), viewer_now(), typed=typed)
    except NotFound as missing:  # what came first was to hide it
        return _as_missing(missing)
    return page(
        template, error.status, section="queue",
        conflict=clash(session, error, ref, _act(), request.path, form), tip=printed_pane(shown),
    )  # fmt: skip


def not_so(error: TiplineError) -> Response:
    """Show the tip again, with what was wrong; of an act on many tips, the list, and what was ticked."""
    form = request.form
    if "ref" not in (request.view_args or {}):
        if request.method != "POST":
            return respond(Shown(error.status, error.title, error.message))
        ticked = [text.partition(":")[0] for text in form.getlist("tip")]
        return refused(error, ticked=ticked)
    try:
        return show(
            _ref(), listing_of(form),
            problem=error.message, status=error.status, written=written_so_far(),
            typed=Typed.of(request.endpoint or "", form, error.message),
        )  # fmt: skip
    except NotFound as missing:
        return _as_missing(missing)


def written_so_far() -> str:
    """Return what was being written to a tipster, so that no answer loses it."""
    is_message = request.endpoint == "triage.message"
    return clean(request.form.get("body", "")).strip() if is_message else ""


def _as_missing(error: NotFound) -> Response:
    return current_app.make_response(current_app.handle_user_exception(error))


def _ref() -> str:
    return parse_ref(str((request.view_args or {})["ref"]))


def _act() -> str:
    name = (request.endpoint or "").rpartition(".")[2]
    said_by = {"decide": "decision", "regroup": "act"}.get(name)
    return request.form.get(said_by, "") if said_by else name


def listing_looked_at() -> Listing:
    """Return the list that the person has open: the one named, or the one in the address bar."""
    if named := request.args.get("list"):
        return Listing.of_query_string(named)
    bar = urlsplit(request.headers.get("HX-Current-URL") or request.headers.get("Referer") or "")
    if bar.path != QUEUE:
        return Listing()
    try:
        return listing_in(dict(fields_in(bar.query[:4000])))
    except NotFound:
        return Listing()  # its view was deleted since


def show(
    ref: str,
    listing: Listing,
    *,
    problem: str = "",
    status: int = 200,
    opened: Mapping[str, str] | None = None,
    written: str = "",
    typed: Typed = NOTHING_TYPED,
) -> Response:
    shown = pane(
        reading(), ref, listing, viewer_now(), problem=problem, opened=opened, written=written, typed=typed
    )
    if is_htmx():
        return make_response(printed_pane(shown), status)
    return tip_page(shown, status)


def tip_page(shown: Pane, status: int = 200) -> Response:
    """Show a tip on a page of its own."""
    return page(
        "triage/tip.html", status, section="queue", tip=printed_pane(shown), ref_shown=shown.ref_shown
    )


def stay(ref: str, listing: Listing) -> Response:
    """Answer an act that leaves the tip where it is."""
    return show(ref, listing) if is_htmx() else redirect(listing.href(tip=ref), 303)


def gone(listing: Listing, **more: str) -> Response:
    """Answer an act after which its tip is not there any more."""
    if is_htmx():
        return Response(status=204, headers={"HX-Redirect": listing.href(**more)})
    return redirect(listing.href(**more), 303)


def go_on(ref: str, listing: Listing, place: Position | None, outcome: Outcome) -> Response:
    """Answer an act that is done with a tip: the next one of the list opens by itself."""
    following = next_after(reading(), listing, place, but=ref, asker=viewer_now().asker)
    return answer(ref, listing.below(None), following, outcome)


def taken_back(ref: str, listing: Listing, outcome: Outcome) -> Response:
    """Answer an undo: the tip opens that was open then, or the act's own.

    Where it gave several rows back, the whole list is shown anew.
    """
    ref = outcome.viewed or ref
    if is_htmx() and in_several_rows(reading(), outcome.batch):
        return gone(listing.below(None), tip=ref, done=outcome.batch)
    return answer(ref, listing, ref, outcome)


def unwritten(ref: str, listing: Listing, form: str, words: str) -> Response:
    """Answer that a message or a note was taken back: its tip opens, and its words stand in their field.

    Args:
        form: "message" or "note".
    """
    said, written = UNWRITTEN[form], words if form == "message" else ""
    typed = Typed(form, values={"body": (words,)})
    if not is_htmx():
        return queue_page({**dict(listing.values()), "tip": ref, "said": said}, typed=typed, written=written)
    return _done(ref, listing, ref, Notice(SAID[said], "", 0), typed=typed, written=written)


def answer(ref: str, listing: Listing, following: str | None, outcome: Outcome) -> Response:
    if not is_htmx():
        more = {name: ref for name, ref in (("tip", following), ("done", outcome.batch)) if ref}
        return redirect(listing.href(**more), 303)
    notice = notice_of(reading(), outcome.batch, to=viewer_now().user_id)
    return _done(ref, listing, following, notice or STANDS)


def _done(
    ref: str,
    listing: Listing,
    following: str | None,
    notice: Notice,
    *,
    typed: Typed = NOTHING_TYPED,
    written: str = "",
) -> Response:
    session, viewer = reading(), viewer_now()
    decided, print_row = line_of(session, ref), row_printer(viewer, listing, selected=following, swap=True)
    shown = pane(session, following, listing, viewer, typed=typed, written=written) if following else None
    return page(
        "triage/_decided.html",
        tip=printed_pane(shown) if shown else None,
        notice=notice,
        row=print_row(decided) if decided else None,
        count_words=rows.count_words(listing, counts(session, viewer.user_id)),
    )
