"""A filled newsroom that somebody has open: the real application, a moderator signed in, pages to ask for."""

import random
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from clients import RAW_TOKEN, StaffClient
from counting import Statements
from flask import Flask
from form_cpu import run
from itsdangerous import URLSafeTimedSerializer
from load import Served
from sqlalchemy import func, select, update
from werkzeug.test import EnvironBuilder

from tipline import clock
from tipline.app import create_app
from tipline.config import Settings, ensure_home
from tipline.db import Database
from tipline.models import Group, State, Tip, User
from tipline.triage.listing import Listing, Position
from tipline.triage.queries import PAGE

QUEUE = "/newsroom/queue"
DEEP = 8_000  # pages
SAMPLE = 60


@dataclass(frozen=True)
class Waiting:
    """A tip of the queue."""

    ref: str
    version: int


class Open:
    """One newsroom, asked in process; `statements` counts what its database is asked, unless `uncounted`."""

    def __init__(self, db: Database, size: int, *, uncounted: bool = False) -> None:
        home = tempfile.TemporaryDirectory()
        url = db.url.render_as_string(hide_password=False)
        environ = {"TIPLINE_HOME": home.name, "TIPLINE_DATABASE_URL": url}
        self._home, self._url, self.db, self.size = home, url, db, size
        self.app: Flask = create_app(ensure_home(Settings.from_env(environ)))
        if not uncounted:
            self.statements = Statements(self.app.extensions["tipline"].db)
        with db.read() as session:
            user = session.get_one(User, 1)
        client = StaffClient.of(self.app, db, user)
        cookie = client.get_cookie("tipline")
        assert cookie is not None
        self.cookie = f"tipline={cookie.value}"
        self.tips, self.decided = self._sample(), list[Waiting]()
        self._others_look()
        self.get(QUEUE)  # a driver asks questions of its own over a new connection

    def get(self, path: str, query: str = "", status: int = 200) -> None:
        headers = {"Cookie": self.cookie, "Host": "localhost"}
        run(self.app, EnvironBuilder(path=path, query_string=query, headers=headers).get_environ(), status)

    def post(self, path: str, status: int, **fields: str) -> None:
        signer = URLSafeTimedSerializer(str(self.app.secret_key), salt="wtf-csrf-token")
        headers = {"Cookie": self.cookie, "Host": "localhost", "Sec-Fetch-Site": "same-origin"}
        data = {"csrf_token": signer.dumps(RAW_TOKEN), **fields}
        environ = EnvironBuilder(path=path, method="POST", data=data, headers=headers).get_environ()
        run(self.app, environ, status)

    def served(self) -> Served:
        """Serve it as `tipline serve` does, with the same keys."""
        return Served("tipline", Path(self._home.name), TIPLINE_DATABASE_URL=self._url)

    def take_back(self) -> None:
        """Undo what was decided, or a newsroom that is kept would run out of tips."""
        while self.decided:
            tip = self.decided.pop()
            self.post(f"/newsroom/tips/{tip.ref}/undo", 303, version=str(tip.version + 1))

    def deep(self) -> tuple[int, str]:
        """Return the number of a page far down, and its cursor; the last full one where there are fewer."""
        with self.db.read() as session:
            waiting = session.scalar(select(func.count()).where(Group.state == State.PENDING)) or 0
            page = max(2, min(DEEP, waiting // PAGE - 1))
            rows = select(Group.rank, Group.id).where(Group.state == State.PENDING)
            rows = rows.order_by(Group.rank.desc(), Group.id.desc()).offset((page - 1) * PAGE - 1).limit(1)
            rank, group_id = session.execute(rows).one()
        return page, Listing().at(Position(rank, group_id)).after

    def _sample(self) -> list[Waiting]:
        with self.db.read() as session:
            newest = session.scalar(select(func.max(Tip.id))) or 0
            ids = random.Random(3).sample(range(1, newest + 1), min(newest, SAMPLE * 5))
            rows = select(Tip.ref, Tip.version).join(Group, Group.id == Tip.group_id)
            alone = rows.where(Tip.id.in_(ids), Tip.state == State.PENDING, Group.size == 1).order_by(Tip.id)
            return [Waiting(*row) for row in session.execute(alone.limit(SAMPLE))]

    def _others_look(self) -> None:
        """Let colleagues have three tips of the first page open."""
        with self.db.write() as session:
            first = select(Group.id).where(Group.state == State.PENDING).order_by(Group.rank.desc()).limit(3)
            ids = session.scalars(first).all()
            claimed = {"claimed_by_id": 2, "claimed_until": clock.now() + timedelta(hours=2)}
            session.execute(update(Group).where(Group.id.in_(ids)).values(**claimed))


def in_turn(items: list[Any]) -> Iterator[Any]:
    """Give each in turn, again and again."""
    while True:
        yield from items
