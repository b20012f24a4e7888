"""A signed-in browser for tests: it keeps the cookie and sends the form's token, as a page would."""

from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer

from tipline import clock
from tipline.db import Database
from tipline.models import User
from tipline.web import sessions

RAW_TOKEN = "f" * 40


def _signer(app: Flask) -> URLSafeTimedSerializer:
    signer = app.session_interface.get_signing_serializer(app)
    assert signer is not None
    return signer


class StaffClient(FlaskClient):
    """Adds `csrf_token` and `Sec-Fetch-Site` to every POST; `plain_post` adds nothing."""

    @classmethod
    def of(cls, app: Flask, db: Database, user: User) -> "StaffClient":
        client = cls(app, app.response_class, use_cookies=True)
        with db.write_core() as connection:
            secret = sessions.start(connection, user, device="Firefox on Linux", now=clock.now())
        held = {"_user_id": secret, "_fresh": True, "csrf_token": RAW_TOKEN}
        client.set_cookie(app.config["SESSION_COOKIE_NAME"], _signer(app).dumps(held))
        return client

    def post(self, *args: Any, data: Any = None, headers: Any = None, **options: Any):
        signed = URLSafeTimedSerializer(self.application.secret_key, salt="wtf-csrf-token").dumps(RAW_TOKEN)
        headers = {"Sec-Fetch-Site": "same-origin", **dict(headers or {})}
        if data is None or isinstance(data, dict):
            data = {"csrf_token": signed, **(data or {})}
        elif isinstance(data, str):  # a form that is encoded already
            data = f"csrf_token={signed}&{data}"
        return super().post(*args, data=data, headers=headers, **options)

    def plain_post(self, *args: Any, **options: Any):
        return super().post(*args, **options)
