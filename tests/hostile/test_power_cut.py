"""Killed outright among a thousand tips: nothing accepted is lost, and the next start mends nothing."""

import contextlib
import http.client
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
from collections.abc import Iterator
from pathlib import Path

import pytest
from extent import extent
from folders import in_memory
from serving import free_port
from sqlalchemy import func, select

from tipline import schema
from tipline.config import Settings
from tipline.db import Database
from tipline.models import Counter, Event, Receipt, Tip

TIPS = extent(1000, 300)
KILLED_AFTER = extent(300, 100)


def start(home, port: int) -> subprocess.Popen[bytes]:
    environ = {**os.environ, "TIPLINE_HOME": str(home), "TIPLINE_RATE_LIMITS": "off"}
    process = subprocess.Popen(
        [sys.executable, "-m", "tipline", "serve", "--port", str(port)],
        env=environ, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip
    for _ in range(1200):
        with contextlib.suppress(OSError):
            if ask(port, "GET", "/readyz")[0] == 200:
                return process
        time.sleep(0.05)
    kill_all(process)
    raise AssertionError("the desk did not start")


def ask(port: int, method: str, path: str, body: str | None = None) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    with contextlib.closing(connection):
        headers = {"Content-Type": "application/x-www-form-urlencoded"} if body else {}
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()


def send(port: int, number: int) -> bool:
    """Send a tip as a reader does; say whether it was accepted."""
    token = re.search(r'name="token"[^>]*value="([^"]+)"', ask(port, "GET", "/tip")[1]).group(1)
    body = urllib.parse.urlencode({"token": token, "body": f"Lamp number {number} was lit."})
    return ask(port, "POST", "/tip", body)[0] == 201


def kill_all(process: subprocess.Popen[bytes]) -> None:
    """Kill every process of the tree at once: web processes have groups of their own, but one session."""
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if (folder / "stat").read_text().rpartition(")")[2].split()[3] == str(process.pid):
                os.kill(int(folder.name), signal.SIGKILL)
    process.communicate()


@pytest.fixture
def folder() -> Iterator[Path]:
    """In memory: what the kernel has taken outlives a killed process there as on a disk."""
    with tempfile.TemporaryDirectory(dir=in_memory()) as name:
        yield Path(name)


@pytest.mark.server
def test_a_killed_desk_loses_no_accepted_tip(folder):
    home, port = folder / "home", free_port()
    process, accepted, numbers = start(home, port), [], iter(range(TIPS))
    lock = threading.Lock()

    def readers() -> None:
        while True:
            with lock:
                number = next(numbers, None)
            if number is None:
                return
            with contextlib.suppress(OSError, http.client.HTTPException, AttributeError):
                if send(port, number):
                    accepted.append(number)

    threads = [threading.Thread(target=readers) for _ in range(8)]
    try:
        for thread in threads:
            thread.start()
        while len(accepted) < KILLED_AFTER and any(thread.is_alive() for thread in threads):
            time.sleep(0.005)
    finally:
        kill_all(process)
    for thread in threads:
        thread.join()
    assert KILLED_AFTER <= len(accepted) < TIPS

    process = start(home, port)
    try:
        assert send(port, TIPS)
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.communicate(timeout=10)
    db = Database(Settings.from_env({"TIPLINE_HOME": str(home)}).database_url)
    with db.read() as session:
        stored = {int(re.search(r"\d+", body)[0]) for body in session.scalars(select(Tip.body))}
        tips, receipts = (session.scalar(select(func.count()).select_from(noun)) for noun in (Tip, Receipt))
        events = session.scalar(select(func.count()).select_from(Event).where(Event.kind == "tip.received"))
        counted = session.scalar(select(func.sum(Counter.value)))
        assert session.connection().exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
    assert set(accepted) | {TIPS} <= stored
    assert tips == receipts == events == counted
    assert schema.current(db) == schema.head()
