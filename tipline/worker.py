"""The worker: runs each room's duties in turn, again and again.

Several workers never do one thing twice: a duty takes its rows with conditional updates, and sealing, which
has an order, lets one in after the other. What a duty can do again (indexes, scores, seals) is committed
without waiting for the disk, and each makes way for who waits: a reader's tip and a moderator's key go first.
"""

import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from tipline import audit, clock, heartbeats
from tipline.accounts import resets, throttle
from tipline.assist.groups import group_tips
from tipline.assist.ranking import score_groups
from tipline.assist.spam import learn
from tipline.config import Settings
from tipline.db import Database
from tipline.delivery import outbox, ping
from tipline.errors import TiplineError
from tipline.files.scrubbing import scrub_next
from tipline.files.shelf import Shelf
from tipline.files.sweeping import sweep
from tipline.garbage import settle
from tipline.keeping.clearing import clear
from tipline.keeping.purge import Purged, purge
from tipline.keys import Keyring
from tipline.search.index import index_waiting, merge_stories
from tipline.storage import storage_of
from tipline.triage import alerts
from tipline.triage.snooze import is_any_due, wake

PAUSE_SECONDS = 0.5
# What a duty does in a turn at most. After fewer, more come together while the worker pauses: each turn asks
# for all duties what there is to do, however little it is, and under load takes that time from readers.
MUCH = 250
# So that work is spread over the time between two turns: requests that come while many batches follow each
# other wait for processors and locks (tests/benchmarks/submit.py).
REST = 2.0
REST_BEHIND = 0.8  # while more waits than a turn takes
ENDING_SECONDS = 2.0  # for what takes long to come to its next stop
log = logging.getLogger("tipline.worker")


@dataclass(frozen=True)
class Bench:
    """What a duty works with."""

    settings: Settings
    db: Database
    keyring: Keyring
    stop: threading.Event = field(default_factory=threading.Event)  # set when the worker is to end

    @property
    def shelf(self) -> Shelf:
        return Shelf(self.settings, self.db, self.keyring, storage_of(self.settings))


def _index(bench: Bench) -> int:
    return index_waiting(bench.db, MUCH)


def _group(bench: Bench) -> int:
    return group_tips(bench.db, MUCH)


def _learn(bench: Bench) -> int:
    return learn(bench.db, MUCH)


def _score(bench: Bench) -> int:
    return score_groups(bench.db, MUCH)


def _seal(bench: Bench) -> int:
    return audit.seal_new(bench.db, bench.keyring, now=clock.now(), limit=MUCH)


def _seal_late(bench: Bench) -> int:
    with bench.db.read() as session:
        late = audit.overlooked(session)
    done = 0
    for start in range(0, len(late), audit.BATCH):
        if start:
            bench.db.give_way()
        with bench.db.write_batch() as session:
            chosen = late[start : start + audit.BATCH]
            done += audit.seal(session, bench.keyring, now=clock.now(), late=chosen)
    return done


def _wake(bench: Bench) -> int:
    now = clock.now()
    with bench.db.read() as session:
        if not is_any_due(session, now):
            return 0
    with bench.db.write() as session:
        return wake(session, now)


def _deliver(bench: Bench) -> int:
    return outbox.drain(bench.db, bench.settings, clock.now())


def _send_alerts(bench: Bench) -> int:
    return alerts.send_due(bench.db, bench.settings, clock.now())


def _send_pings(bench: Bench) -> int:
    return ping.send_due(bench.db, bench.settings, bench.keyring, clock.now())


def _send_resets(bench: Bench) -> int:
    return resets.send_asked(bench.db, bench.settings, clock.now())


def _forget_failures(bench: Bench) -> int:
    with bench.db.write() as session:
        throttle.forget(session, now=clock.now())
    return 0


class Ended(Exception):
    """The worker was told to end while a long duty was under way; what that had done stands."""


def _purge(bench: Bench) -> int:
    def heed(_done: Purged) -> None:
        if bench.stop.is_set():
            raise Ended

    now = clock.now()
    done = sum(each.count for each in purge(bench.db, bench.settings, now, progress=heed))
    return done + clear(bench.db, bench.shelf.storage, now=now)


def _sweep_storage(bench: Bench) -> int:
    return sweep(bench.shelf, now=clock.now())


def _scrub(bench: Bench) -> int:
    return scrub_next(bench.shelf)


def _merge_stories(bench: Bench) -> int:
    return merge_stories(bench.db)


def _gather_statistics(bench: Bench) -> int:
    bench.db.gather_statistics()
    return 0


def _beat(bench: Bench) -> int:
    with bench.db.write() as session:
        heartbeats.beat(session, heartbeats.WORKER, now=clock.now())
    return 0


class DutiesFailed(TiplineError):
    title = "Not all duties were done"


class Hourly:
    """A duty that is not worth a transaction each half second."""

    def __init__(self, duty: Callable[[Bench], int], every: timedelta = timedelta(hours=1)) -> None:
        self._duty, self._every = duty, every
        self._due = datetime.min.replace(tzinfo=UTC)

    def __call__(self, bench: Bench) -> int:
        now = clock.now()
        if now < self._due:
            return 0
        self._due = now + self._every
        return self._duty(bench)


Duties = Mapping[str, Callable[[Bench], int]]

DUTIES: dict[str, Callable[[Bench], int]] = {
    "index": _index,
    "group": _group,
    "learn": _learn,
    "score": _score,
    "seal": _seal,
    "wake": _wake,
    "send alerts": Hourly(_send_alerts, timedelta(seconds=5)),
    "deliver": _deliver,
    "send pings": _send_pings,
    "send resets": _send_resets,
    "forget failures": Hourly(_forget_failures),
}
# One file may take minutes, a purge of very many tips hours: each has a thread, and nothing waits for it.
SLOW_DUTIES: dict[str, Callable[[Bench], int]] = {
    "scrub files": _scrub,
    "seal late events": Hourly(_seal_late),
    "purge": Hourly(_purge),
    "sweep storage": Hourly(_sweep_storage),
    "merge stories": Hourly(_merge_stories, timedelta(hours=6)),
    "gather statistics": Hourly(_gather_statistics, timedelta(days=1)),
}


@dataclass(frozen=True)
class Turn:
    """What came of every duty, tried once: how much was done, whether one may have more, which failed."""

    done: int
    full: bool
    failed: tuple[str, ...]


def run_once(bench: Bench, duties: Duties | None = None) -> int:
    """Do every duty once; return how many things were done. A duty that fails does not stop the others."""
    return _turn(bench, DUTIES | SLOW_DUTIES if duties is None else duties).done


def run_until_done(bench: Bench) -> None:
    """Do every duty until nothing is left, those that fail too.

    Raises:
        DutiesFailed: at the end, naming them.
    """
    failed: dict[str, None] = {}
    left = True
    while left:
        turn = _turn(bench, DUTIES | SLOW_DUTIES)
        failed |= dict.fromkeys(turn.failed)
        left = turn.done > 0
    if failed:
        raise DutiesFailed(f"These duties failed, and the log says why: {', '.join(failed)}.")


def _turn(bench: Bench, duties: Duties) -> Turn:
    bench, done, failed = replace(bench, keyring=bench.keyring.fresh()), [], []
    for name, duty in duties.items():
        try:
            if did := duty(bench):
                done.append(did)
                bench.db.give_way()
        except Ended:
            break
        except TiplineError as error:
            failed.append(name)
            log.warning("duty failed", extra={"duty": name, "why": error.title})
        except Exception:  # the worker outlives any one duty
            failed.append(name)
            log.exception("duty crashed", extra={"duty": name})
    return Turn(sum(done), any(did >= MUCH for did in done), tuple(failed))


def run(settings: Settings, *, once: bool = False) -> None:
    """Run the duties until a signal comes or the parent is gone; with `once` until nothing is left.

    Raises:
        DutiesFailed: with `once`, when some did.
    """
    bench = Bench(settings, Database(settings.database_url), Keyring.of_settings(settings))
    if once:
        run_until_done(bench)
        return
    bench.db.rest, stop = REST, bench.stop
    settle()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _signal, _frame: stop.set())
    # Taken from the environment, because the one who started us may be gone before we get here.
    parent = int(os.environ.get("SERVED_BY_PID", os.getppid()))
    slow = [
        threading.Thread(target=_run_slow, args=(bench, {name: duty}), name=name, daemon=True)
        for name, duty in SLOW_DUTIES.items()
    ]
    for thread in slow:
        thread.start()
    # Only who stays says that it lives; one that was run once would be missed a minute later.
    staying: Duties = {"beat": Hourly(_beat, heartbeats.EVERY), **DUTIES}
    while not stop.is_set() and os.getppid() == parent:
        behind = _turn(bench, staying).full
        bench.db.rest = REST_BEHIND if behind else REST
        if not behind:
            stop.wait(PAUSE_SECONDS)
    stop.set()
    latest = time.monotonic() + ENDING_SECONDS
    for thread in slow:
        thread.join(max(0.0, latest - time.monotonic()))
    bench.db.dispose()


def _run_slow(bench: Bench, duties: Duties) -> None:
    while not bench.stop.is_set():
        if not run_once(bench, duties):
            bench.stop.wait(PAUSE_SECONDS)
