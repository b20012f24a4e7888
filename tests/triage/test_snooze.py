"""Waking tips whose time has come."""

from datetime import timedelta

from builders import NOON, a_tip, counted, fresh, group_of
from sqlalchemy import select
from triage.races import at_once, check_groups

from tipline.models import Event, State
from tipline.triage import snooze
from tipline.triage.snooze import wake


def woken(db, now=NOON):
    with db.write() as session:
        return wake(session, now)


def asleep(db, until=NOON):
    return a_tip(db, state=State.SNOOZED, snoozed_until=until, decided_at=NOON - timedelta(days=1))


def test_a_tip_that_is_due_returns_to_the_queue(db):
    tip, sleeper = asleep(db), asleep(db, NOON + timedelta(seconds=1))
    assert woken(db) == 1
    now = fresh(db, tip)
    assert (now.state, now.snoozed_until, now.version, now.decided_at) == (State.PENDING, None, 2, None)
    assert fresh(db, sleeper).state == State.SNOOZED
    assert group_of(db, tip).state == State.PENDING
    assert counted(db) == {"pending": 1, "snoozed": 1}
    check_groups(db)


def test_waking_is_audited_as_the_machines_act(db):
    tip = asleep(db)
    woken(db)
    with db.read() as session:
        event = session.scalars(select(Event).where(Event.subject == tip.ref)).one()
    assert (event.kind, event.actor, event.actor_id) == ("tip.woke", "tipline", None)


def test_nothing_due_is_nothing_done(db):
    asleep(db, NOON + timedelta(hours=1))
    assert woken(db) == 0


def test_many_are_woken_in_batches_longest_due_first(db, monkeypatch):
    monkeypatch.setattr(snooze, "BATCH", 2)
    late, early, middle = (asleep(db, NOON - timedelta(hours=hours)) for hours in (1, 3, 2))
    assert woken(db) == 2
    assert fresh(db, late).state == State.SNOOZED
    assert woken(db) == 1
    assert {fresh(db, tip).version for tip in (late, early, middle)} == {2}


def test_two_workers_wake_a_tip_once(db):
    tips = [asleep(db) for _ in range(4)]
    results = at_once(lambda: woken(db), lambda: woken(db))
    assert sum(results) == 4
    assert [fresh(db, tip).version for tip in tips] == [2] * 4
    assert counted(db) == {"pending": 4}
