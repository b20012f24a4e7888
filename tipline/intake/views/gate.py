"""What all pages of readers pass: how often an address may come, and that nobody stores what it saw.

Another site can make a reader's browser send a form here, with a token or a receipt of its own. The reader
would then write under a receipt that somebody else has. So what only our pages give out is taken out of such
a form; its text is shown, and sent once more from here it is as good as any.
"""

from flask import Blueprint, current_app, request
from flask.blueprints import BlueprintSetupState
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.wrappers import Response

from tipline import clock
from tipline.config import Settings
from tipline.intake.limits import RULES, UNCOUNTED, Limits, Try, Window
from tipline.intake.shared_window import SharedWindow
from tipline.web.request import EXTENSION as DESK
from tipline.web.request import settings

blueprint = Blueprint("intake", __name__)
EXTENSION = "tipline.intake.limits"
RETRY_SECONDS = 60
GIVEN_OUT = frozenset({"token", "stage", "once", "again", "has", "leave_out", "code", "meant", "words"})
ATTEMPTS = 3  # a new ref clashes with an old one once in about 2 ** 40 / tips


@blueprint.record
def give_limits(state: BlueprintSetupState) -> None:
    chosen, memory = state.app.extensions[DESK].settings, state.app.config.get("LIMITS_MEMORY", "")
    state.app.extensions[EXTENSION] = Limits(_window(chosen, memory))


@blueprint.before_request
def take_nothing_planted() -> None:
    """Take out of a form of another site what only our pages give out; a page cannot forge this header."""
    if request.method == "POST" and request.headers.get("Sec-Fetch-Site") == "cross-site":
        rest = [(name, value) for name, value in request.form.items(multi=True) if name not in GIVEN_OUT]
        request.form = ImmutableMultiDict(rest)


@blueprint.after_request
def keep_out_of_stores(response: Response) -> Response:
    """No cache may hold a form, since two readers would share a token, or a receipt."""
    response.headers["Cache-Control"] = "no-store"
    return response


def admitted(what: str) -> bool:
    return tried(what).admitted


def tried(what: str) -> Try:
    """Count that somebody tries `what`."""
    if settings().rate_limits == "off":
        return UNCOUNTED
    limits: Limits = current_app.extensions[EXTENSION]
    return limits.take(what, request.remote_addr or "", now=clock.now())


def admitted_bytes(size_bytes: int) -> bool:
    """Count bytes of files that somebody sends; say whether they may come."""
    if settings().rate_limits == "off":
        return True
    limits: Limits = current_app.extensions[EXTENSION]
    most, now = settings().upload_bytes_per_hour, clock.now()
    return limits.admits_bytes(size_bytes, request.remote_addr or "", most_bytes=most, now=now)


def later(response: Response) -> Response:
    """Tell machines when to try again what failed on our side."""
    response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


def wait(response: Response, what: str) -> Response:
    response.headers["Retry-After"] = str(int(RULES[what].window.total_seconds()))
    return response


def _window(chosen: Settings, memory: str) -> Window:
    here = SharedWindow(memory)
    if not chosen.valkey_url:
        return here
    from tipline.intake.valkey_window import ValkeyWindow

    return ValkeyWindow(chosen.valkey_url, here)
