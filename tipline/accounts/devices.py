"""Browsers: what to call one, and which have been signed in from before.

A known browser carries a secret in a cookie of its own, which outlives signing out. It opens nothing;
it only keeps its owner from being slowed by what strangers try.
"""

import hashlib
import re
import secrets
from datetime import datetime

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session

from tipline.models import KnownDevice, User

COOKIE = "tipline_device"
COOKIE_SECONDS = 365 * 86_400
# The first that fits: most browsers also name the ones they descend from.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox/|FxiOS", "Firefox"),
    ("Chrome/|CriOS|Chromium", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X|Macintosh", "Mac"),
    ("Linux|X11", "Linux"),
)


def called(user_agent: str) -> str:
    """Return what to call a browser: "Firefox on Linux", or "A browser" if it does not say."""
    browser = _first(_BROWSERS, user_agent) or "A browser"
    system = _first(_SYSTEMS, user_agent)
    return f"{browser} on {system}" if system else browser


def is_known(session: Session, token: str, user: User) -> bool:
    """Say whether `user` has signed in from the browser with this secret."""
    statement = select(KnownDevice.id).where(*_is(token, user))
    return session.scalar(statement) is not None


def remember(session: Session, token: str, user: User, *, now: datetime) -> str:
    """Note that `user` signed in from a browser; return its secret, a new one if it was not known."""
    seen = update(KnownDevice).where(*_is(token, user)).values(seen_at=now).returning(KnownDevice.id)
    if session.execute(seen).first():
        return token
    fresh = secrets.token_urlsafe(32)
    session.add(KnownDevice(token_hash=hash_of(fresh), user_id=user.id, seen_at=now))
    return fresh


def forget_all(session: Session, user_id: int) -> None:
    """Forget every browser of a user."""
    session.execute(delete(KnownDevice).where(KnownDevice.user_id == user_id))


def hash_of(token: str) -> bytes:
    """Return what is kept of a secret of 256 random bits, which needs no salt and no key."""
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()


def _is(token: str, user: User) -> tuple[ColumnElement[bool], ...]:
    return (KnownDevice.token_hash == hash_of(token), KnownDevice.user_id == user.id)


def _first(choices: tuple[tuple[str, str], ...], text: str) -> str | None:
    return next((name for pattern, name in choices if re.search(pattern, text)), None)
