"""What operators watch: whether the process is alive, and whether all that it needs is there."""

import shutil
import time
from dataclasses import dataclass
from datetime import datetime

from flask import Flask, current_app

from tipline import clock, heartbeats, schema
from tipline.db import Database
from tipline.errors import TiplineError
from tipline.storage import Storage
from tipline.web.request import desk

PATHS = frozenset({"/healthz", "/readyz"})
EXTENSION = "tipline.health"
REMEMBERED_SECONDS = 10.0  # a bucket is asked no more often than that
LEAST_FREE_BYTES = 8 * 1024 * 1024  # SQLite's log grows by that before it is moved into the database


@dataclass(frozen=True)
class Part:
    """A part of the desk: how it stands and, where that makes us unready, why."""

    name: str
    stands: str
    trouble: str = ""


class Watch:
    """What one application remembers between two questions of those who watch it."""

    def __init__(self) -> None:
        self.began_at = clock.now()
        self._looked: float | None = None
        self._writable = False

    def can_write(self, storage: Storage) -> bool:
        """Say whether files could be kept some seconds ago."""
        if self._looked is None or time.monotonic() - self._looked > REMEMBERED_SECONDS:
            self._writable = _can_write(storage)
            self._looked = time.monotonic()
        return self._writable

    def heard(self, at: datetime) -> datetime:
        """Return since when the worker may be called silent, who last beat `at`.

        After a start the beat is as old as the desk was down, and the worker comes up when we do.
        """
        return max(at, self.began_at)


def install(app: Flask) -> None:
    app.extensions[EXTENSION] = Watch()


def parts() -> list[Part]:
    """Look at every part that a request may need."""
    watch: Watch = current_app.extensions[EXTENSION]
    return [*_database_and_worker(desk().db, watch), _storage(desk().storage, watch)]


def _database_and_worker(db: Database, watch: Watch) -> list[Part]:
    try:
        if schema.current(db) == schema.head():
            return [_room(db), _worker(db, watch)]
        stands = "not at this version's schema"
    except TiplineError:
        stands = "away"
    trouble = "the database is away or its schema is not this version's"
    return [Part("database", stands, trouble), Part("worker", "not known")]


def _room(db: Database) -> Part:
    """Say whether SQLite could still write; of PostgreSQL's disk we know nothing."""
    if db.path is None or shutil.disk_usage(db.path.parent).free >= LEAST_FREE_BYTES:
        return Part("database", "reachable")
    return Part("database", "reachable, its disk full", "the disk of the database is full")


def _worker(db: Database, watch: Watch) -> Part:
    with db.read() as session:
        at = heartbeats.last_beat(session, heartbeats.WORKER)
    if at is None:
        return Part("worker", "never seen")
    if clock.now() - watch.heard(at) <= heartbeats.SILENT:
        return Part("worker", "alive")
    return Part(
        "worker", "silent", f"the worker has been silent for over {heartbeats.SILENT.seconds // 60} minutes"
    )


def _storage(storage: Storage, watch: Watch) -> Part:
    if watch.can_write(storage):
        return Part("storage", "writable")
    return Part("storage", "not writable", "the storage of files cannot be written")


def _can_write(storage: Storage) -> bool:
    try:
        storage.require_writable()
    except TiplineError:
        return False
    return True
