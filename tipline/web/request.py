"""What a request holds: the desk it belongs to, its one snapshot, its one write transaction."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from flask import Flask, current_app, g, request
from sqlalchemy.orm import Session

from tipline.config import Settings
from tipline.db import Database
from tipline.files.shelf import Shelf
from tipline.keys import Keyring
from tipline.storage import Storage

EXTENSION = "tipline"


@dataclass(frozen=True)
class Desk:
    """What one application was made of; the application carries it, nothing global does."""

    settings: Settings
    db: Database
    keyring: Keyring
    storage: Storage


def install(app: Flask, desk: Desk) -> None:
    """Give `app` its desk, and end each request's snapshot with the request."""
    app.extensions[EXTENSION] = desk
    app.teardown_appcontext(lambda _error: _end_reading())


def desk() -> Desk:
    """Return the desk of the current application."""
    found: Desk = current_app.extensions[EXTENSION]
    return found


def db() -> Database:
    return desk().db


def settings() -> Settings:
    return desk().settings


def keyring() -> Keyring:
    """Return the keys as they were when the request first asked: they do not change under its hands."""
    ring: Keyring | None = g.get("keyring")
    if ring is None:
        g.keyring = ring = desk().keyring.fresh()
    return ring


def shelf() -> Shelf:
    """Return what work with files needs; it writes by itself, so what was read before is let go."""
    _end_reading()
    found = desk()
    return Shelf(found.settings, found.db, found.keyring, found.storage)


def reading() -> Session:
    """Return the request's one read snapshot, begun by the first query."""
    if "reading" not in g:
        stack = ExitStack()
        g.reading = stack.enter_context(db().read())
        g.reading_stack = stack
    session: Session = g.reading
    return session


@contextmanager
def writing() -> Iterator[Session]:
    """Give the request's write transaction; what it read before is let go, so that later reads see it."""
    _end_reading()
    with db().write() as session:
        yield session


def writing_room() -> Database:
    """Return the database, for who writes by itself; what the request read before is let go."""
    _end_reading()
    return db()


def is_htmx() -> bool:
    """Say whether a part of the page asked, not the address bar."""
    return request.headers.get("HX-Request") == "true"


def _end_reading() -> None:
    stack: ExitStack | None = g.pop("reading_stack", None)
    if stack is not None:
        g.pop("reading")
        stack.close()
