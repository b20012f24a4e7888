"""The routes of the newsroom's people: accounts are made, disabled, given another role."""

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from tipline import clock
from tipline.accounts import actions, handover, queries, resets, shown
from tipline.accounts.forms import NewUserForm, typed
from tipline.errors import Invalid
from tipline.models import Permission, Role, User
from tipline.web.access import allow, staff
from tipline.web.render import page
from tipline.web.request import reading, settings, writing

blueprint = Blueprint("users", __name__)
USERS = "/newsroom/users"


@blueprint.get(USERS)
@allow(Permission.USERS)
def listed() -> Response:
    return _page(NewUserForm(formdata=None))


@blueprint.post(USERS)
@allow(Permission.USERS)
def add() -> Response:
    form, now = NewUserForm(), clock.now()
    if form.validate() and queries.user_by_email(reading(), typed(form.email)):
        form.email.errors = ["There is an account with that e-mail address already."]
    if form.errors:
        return _page(form, 422)
    with writing() as session:
        added = actions.create_user(session, email=typed(form.email), name=typed(form.name),
                                    role=Role(form.role.data), by=staff(), now=now)  # fmt: skip
        token = actions.start_reset(session, added, by=staff(), now=now)
    return _page(NewUserForm(formdata=None), 201, link=_link(added, token))


@blueprint.post(f"{USERS}/reset")
@allow(Permission.USERS)
def reset() -> Response:
    user = queries.user_named(reading(), _named())
    with writing() as session:
        token = actions.start_reset(session, user, by=staff(), now=clock.now())
    return _page(NewUserForm(formdata=None), link=_link(user, token))


@blueprint.post(f"{USERS}/disable")
@allow(Permission.USERS)
def disable() -> Response:
    with writing() as session:
        actions.disable(session, _named(), by=staff(), now=clock.now())
    left = handover.holds(reading(), _named())
    return redirect(shown.held_by(_named()) if left else USERS, 303)


@blueprint.post(f"{USERS}/enable")
@allow(Permission.USERS)
def enable() -> Response:
    with writing() as session:
        actions.enable(session, _named(), by=staff(), now=clock.now())
    return redirect(USERS, 303)


@blueprint.post(f"{USERS}/role")
@allow(Permission.USERS)
def change_role() -> Response:
    wanted = request.form.get("role", "")
    if wanted not in list(Role):
        raise Invalid("Choose one of the roles: moderator, editor or admin.")
    with writing() as session:
        actions.change_role(session, _named(), Role(wanted), by=staff(), now=clock.now())
    return redirect(USERS, 303)


def _page(form: NewUserForm, status: int = 200, *, link: dict[str, str] | None = None) -> Response:
    session = reading()
    people = shown.people(queries.all_users(session), queries.last_seen(session),
                          queries.open_tips(session, staff().id), staff().id, clock.now())  # fmt: skip
    return page("accounts/users.html", status, form=form, link=link, section="users",
                users=people, roles=shown.roles())  # fmt: skip


def _link(user: User, token: str) -> dict[str, str]:
    return {"name": user.name, "href": resets.link_to(settings().site_url or request.url_root, token)}


def _named() -> str:
    return request.form.get("email", "")
