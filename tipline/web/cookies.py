"""The staff’s session cookie, at no cost to readers: they have none, so nothing is signed or varied by it."""

from flask import Flask, Request, Response
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin


class StaffCookies(SecureCookieSessionInterface):
    """Flask's signed cookie; where none came and nothing was put in, it does nothing at all."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Return what the cookie holds, or an empty session where there is none."""
        if "HTTP_COOKIE" not in request.environ or self.get_cookie_name(app) not in request.cookies:
            return self.session_class()
        return super().open_session(app, request)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Set or delete the cookie if the session was touched."""
        if session or session.modified:
            super().save_session(app, session, response)
