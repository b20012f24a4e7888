"""Waking tips whose time has come."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from builders import NOON, a_tip, counted, fresh, group_of
from sqlalchemy import select, update
from triage.races import at_once, check_groups

from tipline import clock
from tipline.models import Event, State, User
from tipline.triage import snooze
from tipline.triage.snooze import wake
from tipline.triage.words import moment


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


def test_a_tip_that_was_put_off_says_until_when_in_ones_own_zone(db, signed_in_as, moderator, editor):
    with db.write() as session:
        session.execute(update(User).where(User.id == editor.id).values(timezone="Asia/Tokyo"))
    tip, until = a_tip(db), (clock.now() + timedelta(days=9)).replace(minute=30, second=0, microsecond=0)
    data = {"decision": "snooze", "until": until.isoformat(), "version": "1"}
    assert signed_in_as(moderator).post(f"/newsroom/tips/{tip.ref}/decision", data=data).status_code == 303
    for user, zone in ((moderator, "America/Los_Angeles"), (editor, "Asia/Tokyo")):
        browser, words = signed_in_as(user), moment(until, ZoneInfo(zone), clock.now())
        page = browser.get(f"/newsroom/tips/{tip.ref}").text
        assert f"<p>Put off until {words}, by Mo Castellane, " in page
        assert f"Mo Castellane put this off until {words} <time" in page
        row = browser.get("/newsroom/queue?state=snoozed").text.split(f'id="row-{tip.ref}"')[1]
        assert f'<time datetime="{until.isoformat()}">until {words}</time>' in row.split("</li>")[0]
    assert ">until " not in browser.get("/newsroom/queue").text


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
