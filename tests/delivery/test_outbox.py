"""The outbox: written with its cause, taken once, tried again, given up in the end."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from mail_host import MailHost, running
from sqlalchemy import select

from tipline.delivery import outbox
from tipline.delivery.failure import DeliveryFailed
from tipline.models import Delivery, DeliveryState

KINDS = {"mail"}


def put(db, now, marker="m1", kind="mail", **payload):
    with db.write() as session:
        outbox.enqueue(session, kind, marker, payload, now)


def take(db, now):
    with db.write() as session:
        return outbox.take_next(session, KINDS, now)


def settle(db, taken, failure, now):
    with db.write() as session:
        return outbox.settle(session, taken, failure, now)


def stored(db):
    with db.read() as session:
        return session.scalars(select(Delivery).order_by(Delivery.id)).all()


def test_what_is_rolled_back_is_not_announced(db, now):
    def fail():
        with db.write() as session:
            outbox.enqueue(session, "mail", "m1", {}, now)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert stored(db) == []


def test_a_second_one_with_the_same_marker_is_left_out_and_spoils_nothing(db, now):
    with db.write() as session:
        outbox.enqueue(session, "mail", "m1", {"n": 1}, now)
        outbox.enqueue(session, "mail", "m1", {"n": 2}, now)
        outbox.enqueue(session, "mail", "m2", {"n": 3}, now)
    assert [row.payload["n"] for row in stored(db)] == [1, 3]


def test_the_longest_due_comes_first_and_what_is_not_due_waits(db, now):
    put(db, now, "second")
    put(db, now - timedelta(minutes=1), "first")
    put(db, now + timedelta(seconds=1), "later")
    assert [take(db, now).marker, take(db, now).marker, take(db, now)] == ["first", "second", None]


def test_other_kinds_are_left_for_others(db, now):
    put(db, now, kind="cms")
    assert take(db, now) is None
    with db.read() as session:
        assert not outbox.is_due(session, KINDS, now)
        assert outbox.is_due(session, {"cms"}, now)


def test_one_that_its_worker_left_behind_comes_back_after_the_lease(db, now):
    put(db, now)
    take(db, now)
    assert take(db, now + outbox.LEASE) is None
    again = take(db, now + outbox.LEASE + timedelta(seconds=1))
    assert again.attempts == 2


def test_who_lost_the_lease_settles_nothing(db, now):
    put(db, now, n=1)
    slow = take(db, now)
    later = now + outbox.LEASE + timedelta(seconds=1)
    quick = take(db, later)
    assert settle(db, slow, DeliveryFailed("late"), later) is False
    assert settle(db, quick, None, later) is True
    assert stored(db)[0].state == DeliveryState.DONE


def test_what_got_through_is_emptied(db, now):
    put(db, now, to="edie@lantern.example")
    settle(db, take(db, now), None, now)
    assert stored(db)[0].payload == {}


def test_what_failed_for_now_comes_again_after_a_pause(db, now):
    put(db, now)
    settle(db, take(db, now), DeliveryFailed("The mail server is away."), now)
    [row] = stored(db)
    assert (row.state, row.error, row.due_at) == (
        "pending",
        "The mail server is away.",
        now + timedelta(minutes=1),
    )


def test_what_failed_for_good_is_not_tried_again(db, now):
    put(db, now)
    settle(db, take(db, now), DeliveryFailed("No such person.", permanent=True), now)
    assert stored(db)[0].state == DeliveryState.FAILED


def test_pauses_double_up_to_an_hour():
    minutes = [outbox.pause_after(attempts) / timedelta(minutes=1) for attempts in range(10)]
    assert minutes == [1, 1, 2, 4, 8, 16, 32, 60, 60, 60]


def test_after_the_last_attempt_it_is_given_up(db, now):
    put(db, now)
    for _ in range(outbox.MOST_ATTEMPTS):
        settle(db, take(db, now), DeliveryFailed("Away."), now)
        now += outbox.LONGEST_PAUSE
    assert stored(db)[0].state == DeliveryState.FAILED
    assert stored(db)[0].attempts == outbox.MOST_ATTEMPTS


def test_one_that_ends_its_worker_each_time_is_given_up_and_blocks_nobody(db, now):
    put(db, now, "poison")
    for _ in range(outbox.MOST_ATTEMPTS):
        take(db, now)
        now += outbox.LEASE + timedelta(seconds=1)
    put(db, now, "healthy")
    assert take(db, now).marker == "healthy"
    assert stored(db)[0].error == "Its worker did not come back."


def test_several_workers_never_take_the_same(db, now):
    for number in range(12):
        put(db, now, f"m{number}")
    taken, lock = [], threading.Lock()

    def work():
        while (delivery := take(db, now)) is not None:
            with lock:
                taken.append(delivery.marker)

    workers = [threading.Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(taken) == sorted(f"m{number}" for number in range(12))


def test_draining_sends_what_is_due_and_says_how_much(db, settings, now):
    for number in range(3):
        put(db, now, f"m{number}", to="edie@lantern.example", subject="Hello", text="Come in.\n")
    with running(MailHost()) as host:
        served = _with_mail(settings, host)
        assert outbox.drain(db, served, now, limit=2) == 2
        assert outbox.drain(db, served, now) == 1
        assert outbox.drain(db, served, now) == 0
    assert len(host.letters) == 3


def test_a_drained_failure_is_settled_and_the_next_one_goes_out(db, settings, now):
    put(db, now, "bad", to="x@lantern.example", subject="Two\nlines", text="")
    put(db, now, "good", to="edie@lantern.example", subject="Hello", text="")
    with running(MailHost()) as host:
        assert outbox.drain(db, _with_mail(settings, host), now) == 2
    assert [row.state for row in stored(db)] == ["failed", "done"]


def test_nothing_is_sent_inside_a_transaction(db, settings, now):
    """Another writer gets its turn while a mail server takes its time."""
    put(db, now)

    def send(given, _settings, _delivery, moment):
        with given.write() as session:
            outbox.enqueue(session, "other", "while-sending", {}, moment)

    outbox.drain(db, settings, now, senders={"mail": send})
    assert [row.marker for row in stored(db)] == ["m1", "while-sending"]


def test_a_bug_in_a_sender_goes_up_and_the_delivery_comes_back(db, settings, now):
    put(db, now)

    def send(*_args):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        outbox.drain(db, settings, now, senders={"mail": send})
    assert take(db, now + outbox.LEASE + timedelta(seconds=5)).attempts == 2


def _with_mail(settings, host):
    return replace(settings, smtp_url=f"smtp://127.0.0.1:{host.port}", mail_from="desk@lantern.example")
