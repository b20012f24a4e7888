"""The routes of what somebody holds, and of handing it over."""

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from tipline import clock
from tipline.accounts import handover
from tipline.accounts.shown import held_by
from tipline.errors import Conflict, Invalid, TiplineError
from tipline.models import Permission
from tipline.web.access import allow, staff
from tipline.web.render import page
from tipline.web.request import reading, writing

blueprint = Blueprint("handover", __name__)


@blueprint.get("/newsroom/users/held")
@allow(Permission.USERS)
def held() -> Response:
    """Show what the account with the address `email` holds."""
    return _page(request.args.get("email", ""))


@blueprint.post("/newsroom/users/hand-over")
@allow(Permission.USERS)
def hand_over() -> Response:
    email, now = request.form.get("email", ""), clock.now()
    try:
        with writing() as session:
            handover.hand_over(session, email, request.form.get("to", ""), by=staff(), now=now)
    except (Invalid, Conflict) as error:
        return _page(email, error)
    return _back(email)


@blueprint.post("/newsroom/users/hand-back")
@allow(Permission.USERS)
def hand_back() -> Response:
    email = request.form.get("email", "")
    try:
        with writing() as session:
            handover.hand_back(session, email, by=staff(), now=clock.now())
    except Conflict as error:
        return _page(email, error)
    return _back(email)


def _back(email: str) -> Response:
    return redirect(held_by(email), 303)


def _page(email: str, error: TiplineError | None = None) -> Response:
    shown = handover.held(reading(), email, viewer=staff(), now=clock.now())
    problem, status = (error.message, error.status) if error else ("", 200)
    return page("accounts/held.html", status, section="users", held=shown, problem=problem)
