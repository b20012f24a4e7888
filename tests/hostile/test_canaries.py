"""Marks that a reader leaves behind are looked for in everything that we keep: none is found in clear.

A real process tree is visited from a marked address with marked headers, tips with marked contacts are
sent, and errors of each kind are caused. Then the database, every file of the home and the log are read.
"""

import contextlib
import http.client
import os
import re
import subprocess
import sys
import time
import urllib.parse
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hostile.test_power_cut import kill_all
from intake.readers import send, words_on
from serving import free_port
from sqlalchemy import select, text

from tipline import clock, worker
from tipline.db import Database
from tipline.keys import Keyring
from tipline.models import Contact
from tipline.models.base import Base, UTCDateTime

PEER = "127.77.66.55"  # the whole of 127/8 is loopback on Linux
FORWARDED = "203.0.113.77"
NETWORK = [
    PEER,
    FORWARDED,
    "canary-referrer",
    "CanaryBrowser",
    "canarytongue",
    "canary-cookie",
    "canary-query",
]
CONTACT = ["Canary Finch", "finch.canary@example.org", "1701234567"]
HEADERS = {
    "X-Forwarded-For": FORWARDED,
    "Forwarded": f"for={FORWARDED}",
    "X-Real-IP": FORWARDED,
    "Referer": "https://canary-referrer.example/secret-search?q=canary-referrer",
    "User-Agent": "CanaryBrowser/7.7 (Canary OS)",
    "Accept-Language": "tlh-canarytongue, de-canarytongue;q=0.9, *;q=0.1",
    "Cookie": "canary-cookie=1; session=canary-cookie",
}
FORM = "application/x-www-form-urlencoded"


class Reader:
    """Somebody who can be told by every mark above."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.answers: list[tuple[int, str]] = []

    def ask(
        self, method: str, path: str, fields: dict | bytes | None = None, kind: str = FORM
    ) -> tuple[int, str]:
        body = urllib.parse.urlencode(fields) if isinstance(fields, dict) else fields
        headers = {**HEADERS, "Content-Type": kind} if body else HEADERS
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30, source_address=(PEER, 0))
        with contextlib.closing(connection):
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # it may be cut off as too large
                connection.request(method, path, body, headers)
            answer = connection.getresponse()
            text = answer.read().decode()
            kept = f"{answer.headers}\n{text}"
        self.answers.append((answer.status, kept))
        return answer.status, text

    def send_tip(self, **fields: str) -> tuple[int, str]:
        form = self.ask("GET", "/tip?canary-query=1")[1]
        token = re.search(r'name="token"[^>]*value="([^"]+)"', form)[1]
        answers = {"token": token, "body": "A lamp was lit.", "name": CONTACT[0], "email": CONTACT[1],
                   "phone": f"+49 {CONTACT[2]}", "contact_ok": "y", **fields}  # fmt: skip
        return self.ask("POST", "/tip", answers)


@pytest.fixture
def served(settings, home):
    """A desk in a process tree of its own on the test's database: (its port, its log)."""
    port, log = free_port(), home.parent / "log"
    environ = {
        **os.environ,
        "TIPLINE_HOME": str(home),
        "TIPLINE_DATABASE_URL": settings.database_url,
        "TIPLINE_SECRET_KEY": settings.secret_key,
        "TIPLINE_ENCRYPTION_KEYS": "t1:" + "QUJD" * 10 + "QUI=",
        "TIPLINE_PROXY_HOPS": "1",
        "TIPLINE_LOG_FORMAT": "json",
    }
    with log.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "tipline", "serve", "--port", str(port)],
            env=environ, start_new_session=True, stdout=file, stderr=file,
        )  # fmt: skip
    try:
        wait_until_ready(port, log)
        yield port, log
    finally:
        kill_all(process)


def wait_until_ready(port: int, log: Path) -> None:
    for _ in range(600):
        with (
            contextlib.suppress(OSError),
            contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=5)) as connection,
        ):
            connection.request("GET", "/readyz")
            if connection.getresponse().status == 200:
                return
        time.sleep(0.1)
    raise AssertionError(log.read_text())


@contextlib.contextmanager
def without_table(db: Database, name: str):
    """Break the database in the middle of what readers do."""
    for before, after in ((name, f"{name}_away"), (f"{name}_away", name)):
        with db.write() as session:
            session.execute(text(f"ALTER TABLE {before} RENAME TO {after}"))
        if before == name:
            yield


def in_clear(content: bytes, marks: list[str]) -> list[str]:
    return [mark for mark in marks if mark.encode() in content or mark.encode("utf-16-le") in content]


def everything_kept(db: Database, home: Path) -> dict[str, bytes]:
    """Return all that is stored: the files of the home, and each table as its rows say it."""
    kept = {str(path): path.read_bytes() for path in home.rglob("*") if path.is_file()}
    with db.read() as session:
        for table in Base.metadata.sorted_tables:
            rows = [tuple(row) for row in session.execute(select(table))]
            kept[table.name] = repr(rows).encode() + b"".join(
                value for row in rows for value in row if isinstance(value, bytes)
            )
    return kept


@pytest.mark.server
def test_no_mark_of_a_reader_is_kept_anywhere_in_clear(served, db, home, keyring):
    port, log = served
    reader = Reader(port)
    for path in (
        "/",
        "/tip",
        "/receipt",
        "/stars?q=canary-query",
        "/nothing?canary-query",
        "/%00%FF",
        "/newsroom",
    ):
        reader.ask("GET", path)

    status, page = reader.send_tip()
    assert status == 201
    words = " ".join(re.findall(r"<span>([a-z-]+)</span>", page))
    for path, fields in (
        ("/receipt", {"code": words}),
        ("/receipt/file", {"words": words}),
        ("/receipt/reply", {"code": words, "message": "More of it."}),
        ("/receipt/erase", {"code": words, "part": "contact"}),
    ):
        assert reader.ask("POST", path, fields)[0] in {200, 201}, path

    wrong = [
        reader.ask("POST", "/receipt", {"code": "no such words"}),
        reader.send_tip(body="", email="finch.canary@example.org ."),
        reader.ask("POST", "/tip", b"body=" + b"x" * 3_000_000),
        reader.ask("POST", "/tip", b"{}", "application/json"),
        reader.ask("POST", "/newsroom/login", {"email": "a@b.example", "password": "x"}),
    ]
    assert [status for status, _ in wrong][:3] == [404, 422, 413]
    with without_table(db, "contacts"):
        assert reader.send_tip()[0] >= 500
    with without_table(db, "receipts"):
        assert reader.ask("POST", "/receipt", {"code": words})[0] >= 500
    assert reader.send_tip()[0] == 201
    time.sleep(2)  # the worker indexes and seals what came

    assert in_clear(log.read_bytes(), NETWORK + CONTACT) == []
    assert b"exception" in log.read_bytes()
    for place, content in everything_kept(db, home).items():
        assert in_clear(content, NETWORK + CONTACT) == [], place
    for status, answer in reader.answers:
        assert in_clear(answer.encode(), [*NETWORK[:4], "canary-cookie"]) == [], status
    with db.read() as session:  # they were stored, so it was worth looking for them
        sealed = session.scalars(select(Contact).order_by(Contact.id.desc())).first()
        assert sealed.given == "name email phone"


@pytest.mark.thorough
@pytest.mark.parametrize("erased", ["", "contact", "tip"])
def test_no_moment_of_a_readers_act_is_stored_with_its_seconds(client, db, settings, monkeypatch, erased):
    exactly = datetime(2026, 3, 2, 12, 34, 42, 987, tzinfo=UTC)
    monkeypatch.setattr(clock, "now", lambda: exactly)
    words = words_on(send(client, email=CONTACT[1]))
    client.post("/receipt", data={"code": words})
    client.post("/receipt/reply", data={"code": words, "message": "More"})
    if erased:
        client.post("/receipt/erase", data={"code": words, "part": erased, "sure": "y"})
    bench = worker.Bench(settings, db, Keyring.of(settings.encryption_keys))
    while worker.run_once(bench):
        pass
    moments = {
        f"{table.name}.{column.name}": value
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, UTCDateTime)
        for value in values_of(db, column)
    }
    assert "events.at" in moments
    assert {name: at for name, at in moments.items() if at.second or at.microsecond} == {}


def values_of(db: Database, column) -> list[datetime]:
    with db.read() as session:
        return [value for value in session.scalars(select(column)) if value is not None]
