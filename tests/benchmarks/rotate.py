"""What rotating keys costs those who send meanwhile: `python tests/benchmarks/rotate.py [ROWS [HOME]]`.

Fills a new newsroom with ROWS tips that have a contact (20,000 unless said), serves it, and seals all of
them anew while eight readers send two tips a second each, and somebody opens one contact after the other.
Prints rows a second of time and of processor, how long the lock for writing was held, what of that was
work and not waiting for a processor that others had, the contacts that did not open, and p99 of sending a
tip before and meanwhile. A HOME that an earlier run has filled is used, and its keys are rotated again.

One run with 1,000,000 on SQLite, on two processors that others kept busy all the time (up to fifteen to a
processor at its start): 0.3 ms of processor a row; the slowest 100,000 rows took fifteen times as long as the
fastest (33 s). 88 rows in a transaction on average; of the median 17 ms under the lock 5 were work. At the
99th percentile 144 ms, 21 of them work: the rest is waiting for a processor. Of 36,617 contacts opened
meanwhile all opened; 15,666 tips were sent meanwhile, none was refused.
"""

import http.client
import os
import random
import re
import signal
import statistics
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
from sqlalchemy import func, insert, select, text

from tipline import clock
from tipline.config import Settings, ensure_home
from tipline.db import Database
from tipline.keeping.contact import opened_contact, sealed_contact
from tipline.keeping.reseal import Resealed, reseal
from tipline.keys import Keyring, SealBroken
from tipline.models import Contact, Group, Tip, new_ref
from tipline.schema import upgrade

AT = f"{clock.now():%Y-%m-%d %H:%M:00}"  # today, or the worker would purge them
CHUNK = 10_000
READERS = 8
PAUSE_SECONDS = 0.5
QUIET_SECONDS = 8.0


class Watched(Database):
    """A database that remembers how long each write transaction held its lock."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.holds: list[float] = []
        self.work: list[float] = []

    @contextmanager
    def _write_lock(self):
        with super()._write_lock():
            began, worked = time.perf_counter(), time.thread_time()
            yield
            self.holds.append(time.perf_counter() - began)
            self.work.append(time.thread_time() - worked)


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
            session.execute(insert(Tip).values(received_at=text(f"'{AT}'")), tips)
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
    """Let readers send; give the list that their waits are added to."""
    stop, waits = threading.Event(), []

    def send() -> None:
        while not stop.is_set():
            token = re.search(r'name="token"[^>]*value="([^"]+)"', ask(port, "GET", "/tip")[1])[1]
            began = time.perf_counter()
            status, _ = ask(port, "POST", "/tip", token=token, body="A lamp was lit.", email="a@example.org")
            waits.append(time.perf_counter() - began)
            assert status == 201, status
            time.sleep(PAUSE_SECONDS)

    threads = [threading.Thread(target=send, daemon=True) for _ in range(READERS)]
    for thread in threads:
        thread.start()
    yield waits
    stop.set()
    for thread in threads:
        thread.join()


@contextmanager
def opening(db: Database, ring: Keyring):
    """Open contacts at random, as a page does; give the list that says of each whether it opened."""
    stop, opened = threading.Event(), []
    contacts = select(Contact.sealed, Contact.key_id, Tip.ref).join(Tip, Tip.id == Contact.tip_id)

    def look() -> None:
        with db.read() as session:
            last = session.scalar(select(func.max(Contact.id))) or 1
        while not stop.wait(0.02):
            with db.read() as session:
                row = session.execute(contacts.where(Contact.id == random.randint(1, last))).one()
            try:
                opened_contact(ring.fresh(), row.ref, row.sealed, key_id=row.key_id)
            except SealBroken:
                opened.append(False)
            else:
                opened.append(True)

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    yield opened
    stop.set()
    thread.join()


def rotated(db: Database, ring: Keyring) -> tuple[Resealed, float, float]:
    """Return what was done, in how many seconds, and how many of the processor."""
    assert ring.file is not None
    ring.file.add()
    began, worked = time.monotonic(), time.process_time()
    done = reseal(db, ring.file.ring(at_once=True), progress=Said())
    return done, time.monotonic() - began, time.process_time() - worked


class Said:
    """Says every 100,000 rows how many are done."""

    def __init__(self) -> None:
        self.count, self.began = 0, time.monotonic()

    def __call__(self, rows: int) -> None:
        if (self.count + rows) // 100_000 > self.count // 100_000:
            print(f"{self.count + rows:>12,} after {time.monotonic() - self.began:.0f} s", flush=True)
        self.count += rows


def in_a_new_home(rows: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        settings = ensure_home(Settings.from_env({"TIPLINE_HOME": folder}))
        db = Database(settings.database_url)
        upgrade(db)
        began = time.monotonic()
        fill(db, Keyring.of_settings(settings), rows)
        print(f"{rows:,} contacts stored in {time.monotonic() - began:.0f} s", flush=True)
        measure(Path(folder))


def measure(home: Path) -> None:
    settings = ensure_home(Settings.from_env({"TIPLINE_HOME": str(home)}))
    db, ring, port = Watched(settings.database_url), Keyring.of_settings(settings), free_port()
    with served(home, port):
        with readers(port) as quiet:
            time.sleep(QUIET_SECONDS)
        db.holds.clear(), db.work.clear()
        with readers(port) as meanwhile, opening(Database(settings.database_url), ring) as opened:
            done, seconds, worked = rotated(db, ring)
    print(f"sealed anew  {done.count:,} in {seconds:.1f} s: {done.count / seconds:,.0f} rows/s, "
          f"{done.count / worked:,.0f} a second of processor; {done.broken} broken")  # fmt: skip
    for name, spans in (("lock held", db.holds), ("of it work", db.work)):
        print(f"{name:<13}p50 {statistics.median(spans) * 1000:.1f}, p99 {p99(spans) * 1000:.1f}, "
              f"at most {max(spans) * 1000:.1f} ms, {done.count / len(spans):.0f} rows each")  # fmt: skip
    print(f"opened       {len(opened):,} contacts, {opened.count(False)} did not open")
    for name, waits in (("before", quiet), ("meanwhile", meanwhile)):
        print(f"POST /tip    {name:<10}{len(waits):>8,} sent, p50 {statistics.median(waits) * 1000:.0f}, "
              f"p99 {p99(waits) * 1000:.0f} ms")  # fmt: skip


if __name__ == "__main__":
    if len(sys.argv) > 2:
        measure(Path(sys.argv[2]))
    else:
        in_a_new_home(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
