"""The staff’s session cookie, at no cost to readers: they have none, so nothing is signed or varied by it."""

from functools import lru_cache
from typing import Any

from flask import Flask, Request, Response
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from itsdangerous import BadSignature

SCREENS = 1_000  # whose cookies are remembered


class StaffCookies(SecureCookieSessionInterface):
    """Flask's signed cookie; where none came and nothing was put in, it does nothing at all.

    A browser sends the same cookie again and again: what it holds is read once. How old it may be is the
    affair of the session that it names, in the database, which ends much sooner.
    """

    def __init__(self) -> None:
        self._read = lru_cache(maxsize=SCREENS)(self._read_signed)

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Return what the cookie holds, or an empty session where there is none that we signed."""
        held = request.cookies.get(self.get_cookie_name(app)) if "HTTP_COOKIE" in request.environ else None
        if not held:
            return self.session_class()
        try:
            return self.session_class(self._read(app, held))
        except BadSignature:
            return self.session_class()

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Set or delete the cookie if the session was touched."""
        if session or session.modified:
            super().save_session(app, session, response)

    def _read_signed(self, app: Flask, held: str) -> dict[str, Any]:
        signer = self.get_signing_serializer(app)
        assert signer is not None
        values: dict[str, Any] = signer.loads(held)
        return values
