"""Who may come in: every view names a permission or says that it is public; there is no default.

The check stands in one place, before the view, so that no view can forget it; `create_app` refuses a
route whose view names nothing.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import urlencode

from flask import Flask, current_app, g, redirect, request
from flask_login import LoginManager, current_user
from werkzeug.wrappers import Response

from tipline import clock
from tipline.errors import Forbidden
from tipline.models import Permission, User
from tipline.web import sessions
from tipline.web.render import page
from tipline.web.request import reading, writing

View = TypeVar("View", bound=Callable[..., Any])
PUBLIC = "public"
_MARK = "tipline_access"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
LOGIN = "/newsroom/login"
NOT_KEPT = frozenset({"csrf_token", "password", "current", "again"})  # the page's token, and passwords


def public(view: View) -> View:
    """Let everybody in."""
    setattr(view, _MARK, PUBLIC)
    return view


def allow(permission: Permission) -> Callable[[View], View]:
    """Let in signed-in staff whose role has `permission`."""

    def mark(view: View) -> View:
        setattr(view, _MARK, permission)
        return view

    return mark


def staff() -> User:
    """Return the signed-in member of staff; only in views that `allow` some."""
    user: User = current_user.user
    return user


def staff_session_id() -> int:
    session_id: int = current_user.session_id
    return session_id


def staff_session_began() -> datetime:
    began_at: datetime = current_user.began_at
    return began_at


def install(app: Flask) -> None:
    """Load the signed-in person from our sessions, and check each request against its view's mark."""
    manager = LoginManager()
    # Templates are given `staff`, which asks who it is only where it is used; flask-login's would always ask.
    manager.init_app(app, add_context_processor=False)
    manager.session_protection = None  # it hashes a header that anybody can set
    manager.user_loader(lambda token: sessions.find(reading(), token, now=clock.now()))
    app.before_request(check)


def somebody_is_signed_in() -> bool:
    """Say whether a member of staff asks, also where no view was found that `check` could have checked."""
    if "staff" not in g and current_user.is_authenticated:
        g.staff = current_user._get_current_object()  # noqa: SLF001
    return "staff" in g


def marked(app: Flask) -> dict[str, str]:
    """Return what each endpoint's view is marked with; "" where somebody forgot."""
    return {endpoint: getattr(view, _MARK, "") for endpoint, view in app.view_functions.items()}


def check() -> Response | None:
    """Turn away whoever may not come in: strangers to the door, staff with the wrong role with 403."""
    wanted = _wanted()
    if wanted == PUBLIC:
        return None
    if not current_user.is_authenticated:
        return _to_the_door()
    g.staff = current_user._get_current_object()  # noqa: SLF001 - as flask-login documents
    if not current_user.can(wanted):
        raise Forbidden("Your role does not include this; an administrator can change that.")
    _refresh()
    return None


def leads_to_the_door() -> bool:
    """Say whether somebody who is not signed in asks for a view of staff, so that `check` turns them away."""
    return _wanted() != PUBLIC and not current_user.is_authenticated


def _wanted() -> str:
    """Return the mark of the view that is asked for; where there is no such view, everybody is told so."""
    if request.endpoint is None:
        return PUBLIC
    mark: str = getattr(current_app.view_functions[request.endpoint], _MARK)
    return mark


def _refresh() -> None:
    """Keep the session awake by what a person does; a poll is a GET and keeps nothing awake."""
    now = clock.now()
    if request.method not in SAFE and now - current_user.seen_at > sessions.REFRESH:
        with writing() as write:
            sessions.touch(write, current_user.session_id, now=now)


def from_an_older_session() -> Response | None:
    """Show what was sent from a page of a session that is over, to be sent anew; None where there is nothing.

    `csrf` has refused before what another site put together, and somebody has to press a button here.
    """
    return _page_with_the_text("accounts/go_on.html", 400) if somebody_is_signed_in() else None


def _to_the_door() -> Response:
    by_htmx = request.headers.get("HX-Request") == "true"
    if by_htmx and request.headers.get("HX-Target") == "claim":
        return Response(status=204)  # the page's own heartbeat: what somebody is writing there stays
    # However the session ended, also by signing out on a machine that others use: the page says nothing
    # that was not in the request.
    if request.method not in SAFE and (kept := _page_with_the_text("accounts/signed_out.html", 401)):
        return kept
    if by_htmx:
        return Response(status=204, headers={"HX-Redirect": LOGIN})
    if request.method not in SAFE:
        return redirect(LOGIN)
    return redirect(f"{LOGIN}?{urlencode({'next': request.full_path.rstrip('?')})}")


def _page_with_the_text(template: str, status: int) -> Response | None:
    """Show a page that keeps what was being sent, so that a session's end loses nothing."""
    kept = [
        {"name": name, "value": value}
        for name, value in request.form.items(multi=True)
        if name not in NOT_KEPT
    ]
    if not kept or "csrf_token" not in request.form:  # which each form of a page has
        return None
    response = page(template, status, kept=kept, action=request.path)
    if request.headers.get("HX-Request") == "true":  # in place of the page, not within it
        response.headers.update({"HX-Retarget": "body", "HX-Reswap": "innerHTML"})
    return response
