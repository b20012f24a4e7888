"""One place that tells people what went wrong: as a page, a fragment for htmx, or problem+json (RFC 9457)."""

import logging
from dataclasses import dataclass

from flask import Flask, Response, g, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException, SecurityError
from werkzeug.wrappers import Response as AnyResponse

from tipline.errors import TiplineError, Unavailable
from tipline.languages import N_
from tipline.reachable import why_away
from tipline.web import access
from tipline.web.language import _
from tipline.web.request import is_htmx

NEWSROOM = "/newsroom/"
log = logging.getLogger("tipline.web")

WORDS = {
    400: (
        N_("That request is broken"),
        N_("Your browser sent something we could not read. Go back and try again."),
    ),
    404: (
        N_("Not here"),
        N_("There is nothing at this address. It may have moved, or the link may be cut short."),
    ),
    405: (N_("Not that way"), N_("This address does not take what was sent to it.")),
    413: (
        N_("Too large"),
        N_("What you sent is larger than we can take. Nothing was stored; go back and shorten it."),
    ),
    429: (
        N_("Too many at once"),
        N_("Wait a minute, then try again. Nothing you wrote is lost if you go back."),
    ),
}
WRONG_HOST = (
    N_("Not our address"),
    N_("Your browser asked for this page by an address that is not ours. Use the newsroom’s own address."),
)
OTHER = (N_("That did not work"), N_("Go back and try again."))
UNKNOWN = (
    N_("Something went wrong on our side"),
    N_("It is not your doing, and we have noted it. Go back and try again."),
)


@dataclass(frozen=True)
class Shown:
    """An error as the templates print it, once its words are translated."""

    status: int
    title: str
    message: str
    advice: str = ""


def install(app: Flask) -> None:
    """Catch everything once."""

    @app.errorhandler(TiplineError)
    def known(error: TiplineError) -> Response:
        if error.status >= 500:
            note(error)
        return respond(Shown(error.status, error.title, error.message, error.advice))

    @app.errorhandler(OperationalError)
    def away(error: OperationalError) -> Response:
        # A request's snapshot is left after the view, so this one comes here as the driver's.
        note(error)
        return respond(Shown(503, Unavailable.title, why_away(error), Unavailable.advice))

    @app.errorhandler(CSRFError)
    def unsigned(_error: CSRFError) -> AnyResponse:
        if kept := access.from_an_older_session():
            return kept
        message = "This page was open too long, or cookies are off. Go back, reload it, and send it again."
        return respond(Shown(400, "That form has run out", message))

    @app.errorhandler(SecurityError)
    def of_another_host(_error: SecurityError) -> Response:
        # What was sent is not noted: anybody can send anything.
        facts = {"request": g.get("request_id"), "setting": "TIPLINE_TRUSTED_HOSTS"}
        log.warning("a request named a host that is not trusted", extra=facts)
        return respond(Shown(400, *WRONG_HOST))

    @app.errorhandler(HTTPException)
    def of_http(error: HTTPException) -> Response:
        status = error.code or 500
        if status < 400 and error.response is not None:
            return make_response(error.get_response())
        return respond(Shown(status, *WORDS.get(status, OTHER)))

    @app.errorhandler(Exception)
    def unexpected(error: Exception) -> Response:
        log.error(
            "crashed", exc_info=error, extra={"request": g.get("request_id"), "endpoint": request.endpoint}
        )
        return respond(Shown(500, *UNKNOWN))


def note(error: Exception) -> None:
    """Tell the operators of a failure that the person who met it is told in other words."""
    log.error("failed", exc_info=error, extra={"request": g.get("request_id")})


def respond(error: Shown) -> Response:
    """Render an error in the form that whoever asked understands."""
    if request.path.startswith("/api/"):
        problem = {"title": error.title, "status": error.status, "detail": error.message}
        response = make_response(problem, error.status)
        response.content_type = "application/problem+json"
        return response
    said = Shown(error.status, _(error.title), _(error.message), _(error.advice))
    return make_response(render_template(_template(error.status), error=said), error.status)


def _template(status: int) -> str:
    if is_htmx():
        return "_error_fragment.html"
    # Where we failed ourselves, nothing is asked of the database any more, not even who it is.
    ours = status < 500 and request.path.startswith(NEWSROOM) and access.somebody_is_signed_in()
    return "newsroom/error.html" if ours else "error.html"
