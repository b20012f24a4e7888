"""Staff sessions: rows that can be revoked, found by the secret in the cookie.

flask-login alone accepts a cookie that is replayed after logout, so what it is given as the user's id
is the secret of a row here; the row ends at logout, password change and disabling.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

import flask
from sqlalchemy import ColumnElement, LargeBinary, Table, bindparam, select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session as DbSession
from sqlalchemy.orm import make_transient_to_detached

from tipline.at_once import AtOnce
from tipline.models import Permission, Role, Session, User
from tipline.models.base import UTCDateTime
from tipline.models.user import PERMISSIONS
from tipline.prepared import Asked, insert_into

IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=12)
REFRESH = timedelta(minutes=1)
COOKIE_KEY = "_user_id"  # where flask-login looks
# Each page of the newsroom asks it: prepared, and without what the identity map of a session costs.
_ASKED = Session.token_hash == bindparam("token", type_=LargeBinary(32))
_OF_TOKEN = AtOnce(
    session=select(Session.id, Session.ended_at, Session.seen_at, Session.created_at).where(_ASKED),
    user=select(User).join(Session, Session.user_id == User.id).where(_ASKED),
)
_BEGUN = insert_into(cast(Table, Session.__table__))


@dataclass
class SignedIn:
    """The member of staff of this request, in the form flask-login wants."""

    user: User
    session_id: int
    seen_at: datetime
    began_at: datetime
    token: str
    is_authenticated = True
    is_active = True
    is_anonymous = False

    def get_id(self) -> str:
        return self.token

    @property
    def name(self) -> str:
        return self.user.name

    @property
    def role_label(self) -> str:
        return Role(self.user.role).value

    def can(self, permission: str) -> bool:
        return permission in PERMISSIONS[Role(self.user.role)]


def start(session: Asked, user: User, *, device: str, now: datetime) -> str:
    """Begin a session for `user` and return the secret for the cookie."""
    token = secrets.token_urlsafe(32)
    row = {
        "token_hash": _hash(token),
        "user_id": user.id,
        "device": device[:100],
        "created_at": now,
        "seen_at": now,
    }
    _BEGUN.run(session, row)
    return token


def find(session: DbSession, token: str, *, now: datetime) -> SignedIn | None:
    """Return who `token` signs in, or None if the session ended, went idle, or the account is disabled."""
    row = _row(session, token)
    if row is None:
        return None
    found, of_user = row
    alive = found.ended_at is None and of_user.disabled_at is None
    if not alive or now - found.seen_at > IDLE or now - found.created_at > ABSOLUTE:
        return None
    user = User(**of_user._asdict())
    make_transient_to_detached(user)  # as what a session loaded and let go
    return SignedIn(user, found.id, found.seen_at, found.created_at, token)


def standing(permission: Permission) -> tuple[ColumnElement[bool], ...]:
    """Return what `find` asks of a session, and the role asks of its user, as conditions of one statement.

    It selects from `Session` joined with `User`; `standing_values` gives what it binds.
    """
    roles = [role for role in Role if permission in PERMISSIONS[role]]
    return (
        Session.token_hash == bindparam("token", type_=LargeBinary(32)),
        Session.ended_at.is_(None),
        Session.seen_at >= bindparam("awake", type_=UTCDateTime()),
        Session.created_at >= bindparam("begun", type_=UTCDateTime()),
        User.disabled_at.is_(None),
        User.role.in_([bindparam(f"role_{role}", role.value) for role in roles]),
    )


def standing_values(token: str, now: datetime) -> dict[str, object]:
    return {"token": _hash(token), "awake": now - IDLE, "begun": now - ABSOLUTE}


def touch(session: DbSession, session_id: int, *, now: datetime) -> None:
    """Note that the person did something."""
    session.execute(
        update(Session).where(Session.id == session_id, Session.ended_at.is_(None)).values(seen_at=now)
    )


def end(session: DbSession, session_id: int, *, now: datetime) -> bool:
    """End one session; return False if it had ended before."""
    statement = (
        update(Session).where(Session.id == session_id, Session.ended_at.is_(None)).values(ended_at=now)
    )
    result: CursorResult[Any] = session.execute(statement)  # type: ignore[assignment]
    return result.rowcount == 1


def end_all(session: DbSession, user_id: int, *, now: datetime, but: int | None = None) -> None:
    """End all sessions of a user, except the one with the id `but`."""
    statement = update(Session).where(Session.user_id == user_id, Session.ended_at.is_(None))
    if but is not None:
        statement = statement.where(Session.id != but)
    session.execute(statement.values(ended_at=now))


def sign_in_browser(token: str) -> None:
    """Put the secret into a fresh cookie, so that nothing from before signing in lives on."""
    flask.session.clear()
    flask.session[COOKIE_KEY] = token
    flask.session["_fresh"] = True


def sign_out_browser() -> None:
    flask.session.clear()


def _row(session: DbSession, token: str) -> tuple[Any, Any] | None:
    """Return the columns of a session and of its user."""
    found = _OF_TOKEN.ask(session, token=_hash(token))
    return (found["session"][0], found["user"][0]) if found["session"] else None


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
