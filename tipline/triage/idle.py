"""Answer the polls of idle screens before Flask begins: of a day's requests, nearly all are these.

In Flask, with the session and its user loaded, "nothing changed" costs seventeen times a Flask hello
(tests/benchmarks/poll.py). Here one prepared statement gives the version of the newsroom to a session that
stands. Only a 304 is answered, and to nobody else; all other requests go on to Flask and its checks.
A screen sends the same cookies again and again: whose they are is worked out once.
"""

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import BadSignature, URLSafeTimedSerializer
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.http import parse_cookie

from tipline import clock
from tipline.db import Database
from tipline.errors import Unavailable
from tipline.models import Permission, Session, User
from tipline.prepared import Prepared
from tipline.triage.changes import version
from tipline.web import sessions
from tipline.web.headers import ALWAYS, STAFF

CHANGES = "/newsroom/queue/changes"
SCREENS = 1_000  # whose cookies are remembered
COOKIES = 2_000  # characters at most: with ours, a browser sends those of all that lives under this address
Environ = dict[str, Any]
Wsgi = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]

_VERSION = Prepared(
    version()
    .select_from(Session)
    .join(User, User.id == Session.user_id)
    .where(*sessions.standing(Permission.TRIAGE))
)
_HEADERS = [*ALWAYS.items(), *STAFF.items()]


def install(app: Flask, database: Database) -> None:
    """Put the answer to idle polls before `app`."""
    flask, cookie, signer = app.wsgi_app, app.config["SESSION_COOKIE_NAME"], _signer(app)

    @lru_cache(maxsize=SCREENS)
    def token_in(cookies: str) -> str | None:
        return _token(cookies, cookie, signer)

    def answer(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        tag = environ.get("HTTP_IF_NONE_MATCH")
        if tag and environ["PATH_INFO"] == CHANGES and environ["REQUEST_METHOD"] == "GET":
            cookies = environ.get("HTTP_COOKIE", "")
            token = token_in(cookies) if len(cookies) <= COOKIES else None
            if token and _version(database, token) == tag:
                start_response("304 NOT MODIFIED", [*_HEADERS, ("ETag", tag)])
                return ()
        return flask(environ, start_response)

    app.wsgi_app = answer  # type: ignore[method-assign]


def _signer(app: Flask) -> URLSafeTimedSerializer:
    """Return what reads the staff cookie: Flask's own."""
    interface = app.session_interface
    assert isinstance(interface, SecureCookieSessionInterface)
    signer = interface.get_signing_serializer(app)
    assert signer is not None
    return signer


def _token(cookies: str, name: str, signer: URLSafeTimedSerializer) -> str | None:
    """Return the secret in the staff cookie, if we signed it; the session knows its age."""
    try:
        held = signer.loads(parse_cookie(cookies).get(name, ""))
    except BadSignature:
        return None
    token = held.get(sessions.COOKIE_KEY)
    return token if isinstance(token, str) else None


def _version(database: Database, token: str) -> str | None:
    """Return the version of the newsroom as an ETag, if the session stands."""
    now = clock.now()
    values = {"now": now, **sessions.standing_values(token, now)}
    try:
        with database.glance() as driver:
            found = _VERSION.run_on(driver, database.engine.dialect, values)
    except (SQLAlchemyError, Unavailable):
        return None  # Flask says it in words
    return f'"{found}"' if found else None
