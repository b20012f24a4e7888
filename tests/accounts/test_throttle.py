"""Guessing slows down, for known and unknown accounts alike, and nobody is locked out."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from tipline.accounts import throttle
from tipline.models import Throttle

EMAIL, HERE, THERE = "edie@lantern.example", "192.0.2.7", "198.51.100.9"
SECOND = timedelta(seconds=1)


def count(db, counted, now):
    with db.write() as session:
        return throttle.count(session, counted, now=now)


def take_back(db, counted):
    with db.write() as session:
        throttle.take_back(session, counted)


def failures(db):
    with db.read() as session:
        return sorted(session.scalars(select(Throttle.failures)))


@pytest.fixture
def counted(keyring):
    return throttle.by_account(keyring, EMAIL, HERE)


def test_pauses_grow_from_nothing_to_half_a_minute():
    pauses = [throttle.pause_after(failures) / SECOND for failures in range(10)]
    assert pauses == [0, 0, 0, 1, 2, 4, 8, 16, 30, 30]
    assert throttle.pause_after(10**9) == 30 * SECOND


def test_the_first_three_tries_are_free_and_the_fourth_waits(db, counted, now):
    assert [count(db, counted, now) for _ in range(4)] == [throttle.NO_WAIT] * 3 + [SECOND]


def test_a_try_that_has_to_wait_is_not_counted(db, counted, now):
    for _ in range(9):
        count(db, counted, now)
    assert failures(db) == [3, 3]
    assert count(db, counted, now + SECOND) == throttle.NO_WAIT
    assert failures(db) == [4, 4]


def test_waiting_can_be_asked_without_writing(db, counted, now):
    with db.read() as session:
        assert throttle.wait(session, counted, now=now) == throttle.NO_WAIT
    for _ in range(3):
        count(db, counted, now)
    with db.read() as session:
        assert throttle.wait(session, counted, now=now + SECOND / 4) == SECOND * 3 / 4
    assert failures(db) == [3, 3]


def test_one_account_is_slowed_from_every_source(db, keyring, counted, now):
    for _ in range(3):
        count(db, counted, now)
    assert count(db, throttle.by_account(keyring, EMAIL, THERE), now) == SECOND


def test_one_source_is_slowed_for_every_account(db, keyring, counted, now):
    for _ in range(3):
        count(db, counted, now)
    assert count(db, throttle.by_account(keyring, "ada@lantern.example", HERE), now) == SECOND
    assert count(db, throttle.by_account(keyring, "ada@lantern.example", THERE), now) == throttle.NO_WAIT


def test_a_known_browser_is_not_slowed_by_others_but_by_itself(db, keyring, counted, now):
    for _ in range(3):
        count(db, counted, now)
    browser = throttle.by_browser(keyring, "its secret")
    assert [count(db, browser, now) for _ in range(4)] == [throttle.NO_WAIT] * 3 + [SECOND]


def test_asking_for_links_is_counted_apart_from_signing_in(db, keyring, now):
    for _ in range(3):
        count(db, throttle.by_source(keyring, HERE, act="ask for a link"), now)
    assert count(db, throttle.by_source(keyring, HERE), now) == throttle.NO_WAIT


def test_success_clears_the_account_and_takes_one_try_from_the_source(db, counted, now):
    count(db, counted, now)
    count(db, counted, now)
    take_back(db, counted)
    assert failures(db) == [1]


@pytest.mark.thorough
def test_a_newsroom_behind_one_address_signs_in_without_end(db, keyring, now):
    for number in range(40):
        someone = throttle.by_account(keyring, f"user{number}@lantern.example", HERE)
        assert count(db, someone, now) == throttle.NO_WAIT
        take_back(db, someone)


def test_failures_are_forgotten_after_an_hour_and_swept_away(db, counted, now):
    for _ in range(3):
        count(db, counted, now)
    later = now + throttle.FORGOTTEN_AFTER + SECOND
    assert [count(db, counted, later) for _ in range(4)] == [throttle.NO_WAIT] * 3 + [SECOND]
    with db.write() as session:
        throttle.forget(session, now=later + throttle.FORGOTTEN_AFTER)
    assert failures(db) == [3, 3]
    with db.write() as session:
        throttle.forget(session, now=later + throttle.FORGOTTEN_AFTER + SECOND)
    assert failures(db) == []


def test_a_clock_that_is_set_back_locks_nobody_out(db, counted, now):
    for _ in range(3):
        count(db, counted, now + timedelta(days=2))
    assert [count(db, counted, now) for _ in range(2)] == [throttle.NO_WAIT, 2 * SECOND]
    for _ in range(3):
        take_back(db, counted)
    assert count(db, counted, now - SECOND) == throttle.NO_WAIT  # another machine's clock


def test_many_tries_at_once_are_each_counted(db, counted, now):
    admitted, lock = [], threading.Lock()

    def attempt():
        waiting = count(db, counted, now)
        with lock:
            admitted.append(not waiting)

    threads = [threading.Thread(target=attempt) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert admitted.count(True) == 3
    assert failures(db) == [3, 3]


def test_neither_address_nor_account_can_be_read_from_the_table(db, counted, now):
    count(db, counted, now)
    with db.read() as session:
        keys = session.scalars(select(Throttle.key)).all()
        assert session.scalar(select(func.count()).select_from(Throttle)) == 2
    assert all(len(key) == 32 and HERE.encode() not in key for key in keys)


@pytest.mark.parametrize(
    ("address", "source"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::"),
        ("a socket", ""),
        (None, ""),
    ],
)
def test_a_household_is_one_source(address, source):
    assert throttle.network(address) == source
