"""What accepting a tip costs: `python tests/benchmarks/submit.py [--seconds 4] [--rounds 5]`.

Prints, from one run, side by side: a Flask hello, a bare Flask-WTF form, and Tipline's real form, each
with two web processes behind the same front (contenders.py says what each is), in turn, round after round,
so that the machine's moods hit all alike; then what the worker's indexes cost readers, at that load and at a
steady 300 tips a second. The client is wrk on the same cores: compare the lines of one run, not one run with
another.

Forms are sent as browsers send them: the bare form has no files, so it comes urlencoded; Tipline's comes
urlencoded from its script, and as multipart/form-data where no script runs, which costs Werkzeug's parser
about as much again as a Flask hello for every two fields.

What it taught:
- A savepoint for each tip of a shared commit copies the pages that the tip changes; only a failure needs it.
- A header that is added to a response is checked, and once more when it is sent: ten of them are felt.
- PostgreSQL takes a list in JSON for a hundred rows, and walks over thousands for ten: an array it counts.
- As many tips as are taken: the indexes at work do more than 300 of them a second, and move the slowest
  hundredth by less than a third. At a steady 300 a second, where it is a few milliseconds, they mostly move
  it by more: two cores serve client, web processes, database and worker, and a process that only counts, with
  the worker's share of them, does the same. Longer rests, smaller steps, a lower priority for what is done
  outside the lock, or waiting for moments without readers made no difference that stood out.
- Linux shares the processors among sessions first, so the worker is started by the server, as it is in use:
  in a session of its own it takes them from the web processes as a stranger does (`switch.py`).
- PostgreSQL writes each new file of its log, of 16 MB, while all commits wait: one such wait shows in the
  slowest hundredth of a few seconds. A mark on a tip's row wrote an entry in each of its indexes; bands found
  by their tip, another twenty. Of a flood, bands are not stored at all once enough tips have the same.
"""

import argparse
import contextlib
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parent))

from contenders import BARE_DATABASE, bare_application, make_bare_database
from load import (
    BOUNDARY,
    Figures,
    Served,
    as_fast_as_it_goes,
    background_worker,
    medians,
    multipart,
    percentile,
    steadily,
    urlencoded,
)
from postgres import Server
from sqlalchemy import func, select

from tipline import clock, schema
from tipline.config import Settings, ensure_home
from tipline.db import Database
from tipline.intake.token import issue
from tipline.keys import Keyring
from tipline.models import Tip, Ungrouped, Unindexed

BODY = (
    "I was at the Halyard on Pier 12 last night and saw Marisol Vance leave through the kitchen with her "
    "drummer, about ten minutes past eleven. They had two suitcases and asked the driver for the airport. "
    "My cousin works there and says the room was booked under another name until Sunday. I have a photo."
)
FILLED = {"kind": "tip", "body": BODY, "how": "saw", "about": "Marisol Vance", "place": "Pier 12",
          "happened": "last night", "link": "", "name": "Ida Fenn", "email": "ida@example.org", "phone": "",
          "contact_ok": "y", "website": ""}  # fmt: skip
URLENCODED = "Content-Type: application/x-www-form-urlencoded"
MULTIPART = f"Content-Type: multipart/form-data; boundary={BOUNDARY}"
STEADY_RATE = 300
STEADY_SECONDS = 8
BACKLOG = 1000  # tips that wait for the indexes, so that these are at work from the first moment on
CATCHING_UP_SECONDS = 600  # what was sent as fast as it goes is one flood: some hundred tips join a second
# A reader reads before writing; a form that comes back in the second it was given out is looked at twice.
READING = timedelta(minutes=3)
WAITING = (Unindexed, Ungrouped)


Encode = Callable[[dict[str, str]], str]


def tip_bodies(
    keyring: Keyring, count: int, encode: Encode, text: Callable[[], str] = lambda: BODY
) -> list[str]:
    """Return as many tips as a browser would send them, each with a token of its own."""
    issued_at = clock.now() - READING
    return [encode({"token": issue(keyring, now=issued_at), **FILLED, "body": text()}) for _ in range(count)]


class Trio:
    """The three contenders on one database."""

    def __init__(self, folder: Path, database_url: str, bare_url: str) -> None:
        make_bare_database(bare_url)
        environ = {"TIPLINE_DATABASE_URL": database_url, "TIPLINE_RATE_LIMITS": "off"}
        settings = Settings.from_env({"TIPLINE_HOME": str(folder / "home"), **environ})
        self.settings = ensure_home(settings)
        self.db = Database(self.settings.database_url)
        schema.upgrade(self.db)
        self.db.dispose()
        self.keyring = Keyring.of(self.settings.encryption_keys)
        self.hello = Served("hello", folder / "hello")
        self.bare = Served("bare", folder / "bare", **{BARE_DATABASE: bare_url})
        self.tipline = Served("tipline", folder / "home", **environ)
        self.bare_post = _bare_post(bare_url)

    def round(self, seconds: float, most_rate: float) -> dict[str, Figures]:
        bare_headers, bare_body = self.bare_post
        count = int(most_rate * seconds)
        tips, plain = (tip_bodies(self.keyring, count, encode) for encode in (urlencoded, multipart))
        return {
            "GET hello": as_fast_as_it_goes(self.hello, "/", seconds=seconds),
            "GET bare form": as_fast_as_it_goes(self.bare, "/", seconds=seconds),
            "GET /tip": as_fast_as_it_goes(self.tipline, "/tip", seconds=seconds),
            "POST bare form": as_fast_as_it_goes(self.bare, "/", [bare_body], bare_headers, seconds=seconds),
            "POST /tip": as_fast_as_it_goes(self.tipline, "/tip", tips, [URLENCODED], seconds=seconds),
            "POST, no script": as_fast_as_it_goes(self.tipline, "/tip", plain, [MULTIPART], seconds=seconds),
        }

    def unindexed(self) -> int:
        with self.db.read() as session:
            return max(session.scalar(select(func.count()).select_from(each)) or 0 for each in WAITING)

    def indexed(self) -> int:
        with self.db.read() as session:
            sent = session.scalar(select(func.count()).select_from(Tip)) or 0
        return sent - self.unindexed()

    def end(self) -> None:
        for served in (self.hello, self.bare, self.tipline):
            served.end()
        self.db.dispose()


def _bare_post(bare_url: str) -> tuple[list[str], str]:
    """Return headers and body of a POST that the bare form takes any number of times."""
    client = bare_application(bare_url).test_client()
    page = client.get("/").text
    token = page.partition('name="csrf_token" type="hidden" value="')[2].partition('"')[0]
    cookie = client.get_cookie("session").value
    fields = {name: FILLED[name] for name in ("body", "name", "email")}
    return [URLENCODED, f"Cookie: session={cookie}"], urlencoded({"csrf_token": token, **fields})


@contextlib.contextmanager
def databases(which: str) -> Iterator[tuple[str, str, str]]:
    """Give the name of a database and the addresses of two empty ones: Tipline's and the bare form's."""
    with tempfile.TemporaryDirectory() as folder:
        if which == "sqlite":
            yield "SQLite, synchronous=FULL", "", f"sqlite:///{folder}/bare.sqlite3"
            return
        server = Server.start(durable=True)
        if server is None:
            print("PostgreSQL is not on this machine.")
            return
        with server:
            yield "PostgreSQL, fsync on", server.create_database("tips"), server.create_database("bare")


def compare(trio: Trio, *, rounds: int, seconds: float) -> None:
    runs = [trio.round(seconds, most_rate=2500) for _ in range(rounds)]
    table = {name: medians([run[name] for run in runs]) for name in runs[0]}
    print(f"{'':18}{'requests/s':>12}{'p50 ms':>9}{'p99 ms':>9}{'CPU ms':>9}{'CPU × hello':>13}")
    for name, seen in table.items():
        times = statistics.median(run[name].cpu / run["GET hello"].cpu for run in runs)
        print(f"{name:18}{seen.rate:12.0f}{seen.p50:9.2f}{seen.p99:9.2f}{seen.cpu:9.3f}{times:13.2f}")
    rate = statistics.median(run["POST /tip"].rate / run["POST bare form"].rate for run in runs)
    wait = statistics.median(run["POST /tip"].p99 / run["POST bare form"].p99 for run in runs)
    print(f"POST /tip beside the bare form: rate {rate:.2f} ×, p99 {wait:.2f} ×")


def keep_up_at_most(trio: Trio, *, rounds: int, seconds: float) -> None:
    """Send as many tips as are taken, as `compare` does, with the indexes at rest and at work, in turn."""
    waits, done = [], []
    for _ in range(rounds):
        p99 = {}
        for working in (False, True):
            tips = tip_bodies(trio.keyring, int(2500 * seconds), urlencoded)
            with background_worker(trio.tipline) if working else contextlib.nullcontext():
                if working:
                    _until(lambda: trio.unindexed() < BACKLOG)
                before, began = trio.indexed(), time.monotonic()
                sent = as_fast_as_it_goes(trio.tipline, "/tip", tips, [URLENCODED], seconds=seconds)
                if working:
                    done.append((trio.indexed() - before) / (time.monotonic() - began))
            p99[working] = sent.p99
        waits.append(p99[True] / p99[False])
    print(f"as many tips as are taken: p99 {statistics.median(waits):.2f} × with the indexes at work, "
          f"which do {statistics.median(done):.0f} tips a second meanwhile")  # fmt: skip


def keep_up(trio: Trio, *, rounds: int) -> None:
    """Send 300 tips a second with the worker's indexes at rest and at work, in turn."""
    waits: dict[bool, list[float]] = {False: [], True: []}
    behind = []
    for number in range(2 * rounds):
        working = bool(number % 2)
        requests = [raw(body) for body in tip_bodies(trio.keyring, STEADY_RATE * STEADY_SECONDS, urlencoded)]
        with background_worker(trio.tipline) if working else contextlib.nullcontext():
            if working:
                _until(lambda: trio.unindexed() == 0)
            seen, refused = steadily(trio.tipline.port, requests, rate=STEADY_RATE)
            assert not refused, f"{refused} tips were refused"
            waits[working] += seen
            if working:
                behind.append(_until(lambda: trio.unindexed() == 0))
    rest, work = (percentile(waits[working], 0.99) for working in (False, True))
    print(f"300 tips a second: p99 {rest:.2f} ms with the indexes at rest, {work:.2f} ms at work, "
          f"{work / rest:.2f} ×; caught up {statistics.median(behind):.1f} s after the last tip")  # fmt: skip


def raw(body: str) -> bytes:
    content = body.encode()
    head = f"POST /tip HTTP/1.1\r\nHost: 127.0.0.1\r\n{URLENCODED}\r\nContent-Length: {len(content)}\r\n\r\n"
    return head.encode() + content


def _until(condition) -> float:
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < CATCHING_UP_SECONDS, "the indexes do not catch up"
        time.sleep(0.05)
    return time.monotonic() - began


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--database", choices=("sqlite", "postgres", "both"), default="both")
    asked = parser.parse_args()
    for which in ("sqlite", "postgres") if asked.database == "both" else (asked.database,):
        with databases(which) as (name, url, bare_url), tempfile.TemporaryDirectory() as folder:
            print(f"\n{name}")
            trio = Trio(Path(folder), url, bare_url)
            try:
                compare(trio, rounds=asked.rounds, seconds=asked.seconds)
                keep_up_at_most(trio, rounds=asked.rounds, seconds=asked.seconds)
                keep_up(trio, rounds=2)
            finally:
                trio.end()


if __name__ == "__main__":
    main()
