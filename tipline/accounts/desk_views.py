"""The routes of the newsroom's desks."""

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from tipline import clock
from tipline.accounts import desks
from tipline.errors import Conflict, Invalid, TiplineError
from tipline.models import Permission
from tipline.web.access import allow, staff
from tipline.web.render import page
from tipline.web.request import reading, writing

blueprint = Blueprint("desks", __name__)
DESKS = "/newsroom/desks"


@blueprint.get(DESKS)
@allow(Permission.USERS)
def listed() -> Response:
    return _page()


@blueprint.post(DESKS)
@allow(Permission.USERS)
def add() -> Response:
    name = request.form.get("name", "")
    try:
        with writing() as session:
            desks.add_desk(session, name, by=staff(), now=clock.now())
    except (Invalid, Conflict) as error:
        return _page(error, typed=name[:200])
    return redirect(DESKS, 303)


@blueprint.post(f"{DESKS}/<slug>")
@allow(Permission.USERS)
def edit(slug: str) -> Response:
    form = request.form
    try:
        with writing() as session:
            desks.change_desk(
                session, slug, form.get("name", ""), form.getlist("member"), by=staff(), now=clock.now()
            )
    except (Invalid, Conflict) as error:
        return _page(error)
    return redirect(DESKS, 303)


@blueprint.post(f"{DESKS}/<slug>/close")
@allow(Permission.USERS)
def close(slug: str) -> Response:
    with writing() as session:
        desks.close_desk(session, slug, by=staff(), now=clock.now())
    return redirect(DESKS, 303)


def _page(error: TiplineError | None = None, typed: str = "") -> Response:
    return page(
        "accounts/desks.html",
        error.status if error else 200,
        section="desks",
        desks=desks.desks(reading(), viewer_id=staff().id),
        problem=error.message if error else "",
        typed=typed,
        most_name=desks.MAX_NAME,
    )
