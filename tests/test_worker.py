import threading
from datetime import timedelta

import pytest
from builders import NOON, a_tip, waiting
from sqlalchemy import func, select

from tipline import heartbeats, worker
from tipline.errors import Unavailable
from tipline.keeping.purge import BATCH
from tipline.keys import Keyring
from tipline.models import State, Throttle, Tip, Unindexed


def bench(settings, db) -> worker.Bench:
    return worker.Bench(settings, db, Keyring.of(settings.encryption_keys))


def tips_in(db) -> int:
    with db.read() as session:
        return session.scalar(select(func.count()).select_from(Tip)) or 0


def test_a_new_tip_gets_its_place_in_the_index(settings, db):
    a_tip(db)
    assert worker.run_once(bench(settings, db)) > 0
    assert not waiting(db, Unindexed)
    assert worker.run_once(bench(settings, db)) == 0


def test_a_failing_duty_does_not_stop_the_others(settings, db, monkeypatch, caplog):
    def away(_bench):
        raise Unavailable("The database is away.")

    def crash(_bench):
        raise ValueError("a tipster's words")

    monkeypatch.setattr(worker, "DUTIES", {"away": away, "crash": crash, "index": worker.DUTIES["index"]})
    a_tip(db)
    worker.run_once(bench(settings, db))
    assert not waiting(db, Unindexed)
    assert [record.message for record in caplog.records] == ["duty failed", "duty crashed"]


@pytest.mark.thorough
def test_a_long_purge_ends_after_its_batch_when_the_worker_ends(settings, db):
    old = NOON - timedelta(days=3_000)
    for _ in range(BATCH + 5):
        a_tip(db, state=State.DECLINED, received_at=old, decided_at=old)
    working = bench(settings, db)
    working.stop.set()
    assert worker.run_once(working, {"purge": worker._purge}) == 0
    assert tips_in(db) == 5
    working.stop.clear()
    assert worker.run_once(working, {"purge": worker._purge}) > 0
    assert tips_in(db) == 0


def test_two_workers_index_a_tip_once(settings, db):
    for _ in range(30):
        a_tip(db)
    done: list[int] = []
    threads = [
        threading.Thread(target=lambda: done.append(worker._index(bench(settings, db)))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(done) == 30


def test_once_ends_when_nothing_is_left(settings, db):
    a_tip(db)
    worker.run(settings, once=True)
    assert worker.run_once(bench(settings, db)) == 0


def test_once_tries_every_duty_and_then_says_which_failed(settings, db, monkeypatch):
    def crash(_bench):
        raise ValueError("a tipster's words")

    monkeypatch.setattr(worker, "DUTIES", {"crash": worker.Hourly(crash), "index": worker.DUTIES["index"]})
    a_tip(db)
    with pytest.raises(worker.DutiesFailed, match=r"log says why: crash\."):
        worker.run(settings, once=True)
    assert not waiting(db, Unindexed)


@pytest.mark.thorough
def test_who_stays_says_that_it_lives_and_who_runs_once_does_not(settings, db, monkeypatch):
    worker.run(settings, once=True)
    assert _last_beat(db) is None
    taken, turn = [], worker._turn

    def take(_bench, duties):
        if taken:  # the second turn is the last
            raise KeyboardInterrupt
        taken.append(duties)
        return turn(_bench, {"beat": duties["beat"]})

    monkeypatch.setattr(worker, "_turn", take)
    monkeypatch.setattr(worker, "_run_slow", lambda _bench, _stop: None)
    monkeypatch.setattr(worker.signal, "signal", lambda _number, _act: None)
    with pytest.raises(KeyboardInterrupt):
        worker.run(settings)
    assert _last_beat(db) is not None


def test_it_rests_less_while_more_waits_than_a_turn_takes(settings, monkeypatch):
    rests, done = [], iter((worker.MUCH, 0, 0))

    def fill(bench):
        rests.append(bench.db.rest)
        if len(rests) == 3:
            bench.stop.set()
        return next(done)

    monkeypatch.setattr(worker, "DUTIES", {"fill": fill})
    monkeypatch.setattr(worker, "SLOW_DUTIES", {})
    monkeypatch.setattr(worker, "PAUSE_SECONDS", 0.0)
    monkeypatch.setattr(worker.signal, "signal", lambda _number, _act: None)
    worker.run(settings)
    assert rests == [worker.REST, worker.REST_BEHIND, worker.REST]
    assert worker.REST_BEHIND < worker.REST


def _last_beat(db):
    with db.read() as session:
        return heartbeats.last_beat(session, heartbeats.WORKER)


def test_hourly_duties_run_once_an_hour(settings, db, monkeypatch):
    done = []
    duty = worker.Hourly(lambda _bench: done.append(1) or 1)
    moment = NOON
    monkeypatch.setattr(worker.clock, "now", lambda: moment)
    for minutes in (0, 1, 59, 61, 100):
        moment = NOON + timedelta(minutes=minutes)
        duty(bench(settings, db))
    assert len(done) == 2


def test_old_failures_to_sign_in_are_forgotten(settings, db):
    with db.write() as session:
        session.add(Throttle(key=b"k" * 32, failures=3, last_at=NOON - timedelta(days=400)))
    worker._forget_failures(bench(settings, db))
    with db.read() as session:
        assert session.scalars(select(Throttle.key)).all() == []
