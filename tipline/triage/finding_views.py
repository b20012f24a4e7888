"""The routes of finding: completion, saved views, export."""

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from tipline import clock
from tipline.errors import Conflict, Invalid, TiplineError
from tipline.models import Permission
from tipline.text.clean import clean_line
from tipline.text.times import date_in
from tipline.triage.completion import complete
from tipline.triage.export import MEDIA_TYPES, Export, UnclearSearch, lines, record_export
from tipline.triage.listing import QUEUE, Listing
from tipline.triage.looking import viewer_now
from tipline.triage.queue_page import refused
from tipline.triage.saved_views import change_view, delete_view, find_view, save_view
from tipline.triage.typed import Typed
from tipline.web.access import allow, staff
from tipline.web.request import db, keyring, reading, settings, writing

blueprint = Blueprint("finding", __name__)


@blueprint.get("/newsroom/queue/completion")
@allow(Permission.TRIAGE)
def completion() -> dict[str, object]:
    """Say what the last word of `typed` may become, for the script of the search field."""
    found = complete(reading(), clean_line(request.args.get("typed", "")), staff().id)
    return {"completions": [{"value": each.value, "label": each.label} for each in found]}


@blueprint.post("/newsroom/views")
@allow(Permission.TRIAGE)
def add_view() -> Response:
    with writing() as session:
        slug = save_view(session, request.form.get("name", ""), _listing(), shared=_shared(), by=staff())
    return redirect(Listing(view=slug).href(), 303)


@blueprint.post("/newsroom/views/<slug>")
@allow(Permission.TRIAGE)
def edit_view(slug: str) -> Response:
    """Rename or share a view; with `filters` let it hold the list that is open."""
    kept = _listing() if request.form.get("filters") else None
    with writing() as session:
        change_view(
            session, slug, name=request.form.get("name", ""), shared=_shared(), listing=kept, by=staff()
        )
    return redirect(find_view(reading(), slug, staff()).listing.href(), 303)


@blueprint.post("/newsroom/views/<slug>/delete")
@allow(Permission.TRIAGE)
def remove_view(slug: str) -> Response:
    with writing() as session:
        delete_view(session, slug, by=staff())
    return redirect(QUEUE, 303)


@blueprint.post("/newsroom/queue/export")
@allow(Permission.TRIAGE)
def export() -> Response:
    """Give out the tips of a list, a line for each."""
    form, asker = request.form, viewer_now().asker
    asked = Export.of(
        _listing(), form.get("format", ""), by=staff(), asker=asker,
        contacts=bool(form.get("contacts")), reason=form.get("reason", ""),
    )  # fmt: skip
    with writing() as session:
        record_export(session, asked, now=clock.now())
    pieces = (line.encode() for line in lines(db(), keyring(), asked))
    response = Response(pieces, content_type=MEDIA_TYPES[asked.format], direct_passthrough=True)
    name = f"tips-{date_in(settings().site_timezone, clock.now())}.{asked.format}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.errorhandler(Invalid)
@blueprint.errorhandler(Conflict)
def not_so(error: TiplineError) -> Response:
    """Show the list again, with what was typed and what was wrong with it."""
    slug = (request.view_args or {}).get("slug")
    beside = "" if isinstance(error, UnclearSearch) else error.message  # the search is none of its fields
    typed = Typed.of(request.endpoint or "", request.form, beside)
    return refused(error, typed, **({"view": slug} if slug else {}))


def _listing() -> Listing:
    return Listing.of_query_string(request.form.get("list", ""))


def _shared() -> bool:
    return bool(request.form.get("shared"))
