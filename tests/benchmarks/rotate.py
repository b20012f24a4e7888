"""What rotating keys costs those who send meanwhile: `python tests/benchmarks/rotate.py [ROWS]`.

Fills a new newsroom with ROWS tips that have a contact (20,000 unless said), serves it, and seals all of
them anew while eight readers send tips all the time. Prints rows a second, how long the lock for writing
was held for at most, and p99 of sending a tip before and meanwhile.
"""

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
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from serving import eventually, free_port, p99
from sqlalchemy import insert, text

from tipline.config import Settings, ensure_home
from tipline.db import Database
from tipline.keeping.contact import sealed_contact
from tipline.keeping.reseal import Resealed, reseal
from tipline.keys import Keyring
from tipline.models import Contact, Group, Tip, new_ref
from tipline.schema import upgrade

AT = "2026-03-02 12:00:00"
CHUNK = 10_000
READERS = 8
QUIET_SECONDS = 8.0


class Watched(Database):
    """A database that remembers how long each write transaction held its lock."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.holds: list[float] = []

    @contextmanager
    def _write_lock(self):
        with super()._write_lock():
            began = time.perf_counter()
            yield
            self.holds.append(time.perf_counter() - began)


def fill(db: Database, ring: Keyring, rows: int) -> None:
    """Store tips with contacts in bulk, marked as indexed, so that nothing else is at work."""
    for start in range(1, rows + 1, CHUNK):
        numbers = range(start, min(start + CHUNK, rows + 1))
        refs = {number: new_ref() for number in numbers}
        with db.write() as session:
            at = {"newest_at": text(f"'{AT}'")}
            groups = [{"id": number, "rank": number, "lead_id": number} for number in numbers]
            session.execute(insert(Group).values(**at), groups)
            tips = [
                {"id": number, "ref": refs[number], "body": "The drummer bought a lighthouse. " * 8,
                 "group_id": number} for number in numbers
            ]  # fmt: skip
            times = {name: text(f"'{AT}'") for name in ("received_at", "indexed_at", "grouped_at")}
            session.execute(insert(Tip).values(**times), tips)
            contacts = [
                {"tip_id": number, **sealed_contact(ring, refs[number], {"email": f"r{number}@example.org"},
                                                    may_contact=True)} for number in numbers
            ]  # fmt: skip
            session.execute(insert(Contact), contacts)


@contextmanager
def served(home: Path, port: int):
    environ = {**os.environ, "TIPLINE_HOME": str(home), "TIPLINE_RATE_LIMITS": "off"}
    process = subprocess.Popen(
        [sys.executable, "-m", "tipline", "serve", "--port", str(port)], env=environ, start_new_session=True
    )
    try:
        eventually("the desk answers", lambda: answers(port), 60)
        yield
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(20)


def answers(port: int) -> bool:
    try:
        return ask(port, "GET", "/readyz")[0] == 200
    except OSError:
        return False


def ask(port: int, method: str, path: str, **fields: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {"Content-Type": "application/x-www-form-urlencoded"} if fields else {}
    connection.request(method, path, urllib.parse.urlencode(fields) or None, headers)
    answer = connection.getresponse()
    found = answer.status, answer.read().decode()
    connection.close()
    return found


@contextmanager
def readers(port: int):
    """Let readers send, each as fast as answers come; give the list that their waits are added to."""
    stop, waits = threading.Event(), []

    def send() -> None:
        while not stop.is_set():
            token = re.search(r'name="token"[^>]*value="([^"]+)"', ask(port, "GET", "/tip")[1])[1]
            began = time.perf_counter()
            status, _ = ask(port, "POST", "/tip", token=token, body="A lamp was lit.", email="a@example.org")
            waits.append(time.perf_counter() - began)
            assert status == 201, status

    threads = [threading.Thread(target=send, daemon=True) for _ in range(READERS)]
    for thread in threads:
        thread.start()
    yield waits
    stop.set()
    for thread in threads:
        thread.join()


def rotated(db: Database, ring: Keyring) -> tuple[Resealed, float]:
    assert ring.file is not None
    ring.file.add()
    began = time.monotonic()
    done = reseal(db, ring.file.ring(at_once=True))
    return done, time.monotonic() - began


def main(rows: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        home, port = Path(folder), free_port()
        settings = ensure_home(Settings.from_env({"TIPLINE_HOME": folder}))
        db, ring = Watched(settings.database_url), Keyring.of_settings(settings)
        upgrade(db)
        began = time.monotonic()
        fill(db, ring, rows)
        print(f"{rows:,} contacts stored in {time.monotonic() - began:.0f} s", flush=True)
        with served(home, port):
            with readers(port) as quiet:
                time.sleep(QUIET_SECONDS)
            db.holds.clear()
            with readers(port) as meanwhile:
                done, seconds = rotated(db, ring)
        print(f"sealed anew  {done.count:,} in {seconds:.1f} s: {done.count / seconds:,.0f} rows/s")
        print(f"lock held    {max(db.holds) * 1000:.1f} ms at most, {p99(db.holds) * 1000:.1f} ms p99")
        for name, waits in (("before", quiet), ("meanwhile", meanwhile)):
            print(f"POST /tip    {name:<10}{len(waits):>8,} sent, p99 {p99(waits) * 1000:.0f} ms")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
