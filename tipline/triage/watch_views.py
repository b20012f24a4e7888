"""The routes of the words that the newsroom watches for: everybody reads the list, editors keep it."""

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from tipline import clock
from tipline.errors import Conflict, Invalid, TiplineError
from tipline.models import Permission
from tipline.triage.watching import (
    MAX_CHARACTERS,
    MAX_PHRASES,
    MAX_TYPED,
    keep,
    list_now,
    phrases_in,
    search_for,
)
from tipline.web.access import allow, staff
from tipline.web.render import page
from tipline.web.request import reading, writing

blueprint = Blueprint("watch", __name__)
WATCHED = "/newsroom/watched"


@blueprint.get(WATCHED)
@allow(Permission.TRIAGE)
def watched() -> Response:
    """List the watched words, each with a search for it; `said` is the answer to a change."""
    phrases, _version = list_now(reading())
    return _page(phrases)


@blueprint.post(WATCHED)
@allow(Permission.WATCH)
def keep_list() -> Response:
    typed = request.form.get("words", "")
    try:
        phrases = phrases_in(typed)
        with writing() as session:
            keep(session, phrases, request.form.get("version", ""), by=staff(), now=clock.now())
    except (Invalid, Conflict) as error:
        return _page(typed[:MAX_TYPED], error)
    return redirect(WATCHED, 303)


def _page(typed: str, error: TiplineError | None = None) -> Response:
    stored, version = list_now(reading())
    return page(
        "triage/watched.html",
        error.status if error else 200,
        section="watched",
        phrases=[{"words": phrase, "href": search_for(phrase)} for phrase in stored.splitlines()],
        typed=typed,
        version=version,
        problem=error.message if error else "",
        may_change=staff().may(Permission.WATCH),
        most=MAX_PHRASES,
        most_characters=MAX_CHARACTERS,
    )
