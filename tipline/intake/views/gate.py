"""What all pages of readers pass: how often an address may come, and that nobody stores what it saw."""

from flask import Blueprint, current_app, request
from flask.blueprints import BlueprintSetupState
from werkzeug.wrappers import Response

from tipline import clock
from tipline.intake.limits import RULES, Limits
from tipline.web.request import settings

blueprint = Blueprint("intake", __name__)
EXTENSION = "tipline.intake.limits"
ATTEMPTS = 3  # a new ref clashes with an old one once in about 2 ** 40 / tips
NOT_STORED = "We could not store this. Go back and send it again; your browser still has what you wrote."


@blueprint.record
def give_limits(state: BlueprintSetupState) -> None:
    state.app.extensions[EXTENSION] = Limits()


@blueprint.after_request
def keep_out_of_stores(response: Response) -> Response:
    """No cache may hold a form, since two readers would share a token, or a receipt."""
    response.headers["Cache-Control"] = "no-store"
    return response


def admitted(what: str, *, weight: int = 1, most: int | None = None) -> bool:
    """Say whether whoever asks may do `what` once more, or `weight` of it."""
    if settings().rate_limits == "off":
        return True
    limits: Limits = current_app.extensions[EXTENSION]
    return limits.admits(what, request.remote_addr or "", now=clock.now(), weight=weight, most=most)


def wait(response: Response, what: str) -> Response:
    response.headers["Retry-After"] = str(int(RULES[what].window.total_seconds()))
    return response
