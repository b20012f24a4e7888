"""Alerts: whom they reach, what they say, how floods are folded, and that nobody is told twice."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from builders import a_tip, a_user, group_of
from mail_host import MailHost, running
from sqlalchemy import select, update

from tipline import audit, worker
from tipline.delivery import outbox
from tipline.keys import Keyring
from tipline.models import AlertMark, Delivery, State, Tip, TipReader, User, View
from tipline.triage import alerts
from tipline.triage.assign import assign

MINUTE = timedelta(minutes=1)


@pytest.fixture
def settings(settings):
    return replace(settings, smtp_url="smtp://127.0.0.1:1", site_url="https://desk.example", alert_minutes=15)


@pytest.fixture
def nadia(db, now):
    return wanting(db, a_user(db, name="Nadia Verbeek"))


def wanting(db, user, way="mail", scope="all", view=""):
    with db.write() as session:
        wanted = {"way": way, "scope": scope, "view": view}
        session.execute(update(User).where(User.id == user.id).values(alerts=wanted))
    return user


def arrives(
    db, now, body="The drummer bought a lighthouse.", kind="tip.received", by=audit.READER, **columns
):
    tip = a_tip(db, body, **columns)
    happens(db, now, tip, kind, by)
    return tip


def happens(db, now, tip, kind, by=audit.READER):
    with db.write() as session:
        audit.record(session, kind, subject=tip.ref, by=by, at=now)


def letters(db):
    with db.read() as session:
        rows = session.scalars(select(Delivery).order_by(Delivery.id))
        return [(row.payload["to"], row.payload["subject"], row.payload["text"]) for row in rows]


def subjects(db):
    return [subject for _to, subject, _text in letters(db)]


def looks(db, settings, now):
    """Let the worker look, and once more when what came has settled; return how many mails there were."""
    return sum(alerts.send_due(db, settings, now + wait) for wait in (MINUTE * 0, alerts.SETTLES))


def test_a_new_tip_is_told_once_with_how_many_and_where_alone(db, settings, nadia, now):
    looks(db, settings, now)
    arrives(db, now, "Ilka Brandvold was at gate 7.")
    assert looks(db, settings, now) == 1
    [(to, subject, text)] = letters(db)
    assert (to, subject) == (nadia.email, "1 new tip")
    assert "https://desk.example/newsroom/queue" in text
    assert "Ilka" not in text
    assert looks(db, settings, now + MINUTE * 60) == 0


def test_what_was_there_before_somebody_chose_is_no_news(db, settings, nadia, now):
    arrives(db, now)
    assert looks(db, settings, now) == 0
    assert looks(db, settings, now + MINUTE) == 0


def test_a_flood_is_one_mail_and_says_how_many_say_the_same(db, settings, nadia, now):
    looks(db, settings, now)
    first = arrives(db, now)
    for _ in range(30):
        arrives(db, now, group=group_of(db, first))
    for _ in range(6):
        arrives(db, now)
    assert looks(db, settings, now) == 1
    assert subjects(db) == ["37 new tips, 31 of them say the same"]


def test_after_a_mail_there_is_none_for_as_long_as_the_newsroom_set(db, settings, nadia, now):
    looks(db, settings, now)
    arrives(db, now)
    looks(db, settings, now)
    arrives(db, now)
    arrives(db, now)
    assert looks(db, settings, now + MINUTE * 14) == 0
    assert looks(db, settings, now + MINUTE * 16) == 1
    assert subjects(db) == ["1 new tip", "2 new tips"]


def test_what_was_decided_meanwhile_is_not_told(db, settings, nadia, now):
    looks(db, settings, now)
    tip = arrives(db, now)
    alerts.send_due(db, settings, now)
    with db.write() as session:
        session.execute(update(Tip).where(Tip.id == tip.id).values(state=State.SPAM))
    assert alerts.send_due(db, settings, now + MINUTE) == 0
    arrives(db, now)
    assert alerts.send_due(db, settings, now + MINUTE) == 0  # it settles anew
    assert alerts.send_due(db, settings, now + 2 * MINUTE) == 1
    assert subjects(db) == ["1 new tip"]


def test_nobody_hears_of_a_tip_that_they_may_not_see(db, settings, nadia, now):
    named = wanting(db, a_user(db, name="Cora Vantongeren"))
    looks(db, settings, now)
    tip = arrives(db, now, restricted=True)
    with db.write() as session:
        session.add(TipReader(tip_id=tip.id, user_id=named.id, by_id=named.id, at=now))
    assert looks(db, settings, now) == 1
    assert [to for to, _subject, _text in letters(db)] == [named.email]


def test_ones_own_acts_are_no_news(db, settings, nadia, now):
    looks(db, settings, now)
    arrives(db, now, kind="tip.logged", by=nadia)
    assert looks(db, settings, now) == 0
    arrives(db, now, kind="tip.logged", by=a_user(db, name="Cora Vantongeren"))
    assert looks(db, settings, now) == 1


def test_who_wants_what_is_theirs_hears_when_it_is_assigned(db, settings, nadia, now):
    wanting(db, nadia, scope="mine")
    looks(db, settings, now)
    tip, _other = arrives(db, now), arrives(db, now)
    assert looks(db, settings, now) == 0
    colleague = a_user(db, name="Cora Vantongeren")
    with db.write() as session:
        assign(session, tip.ref, nadia.email, by=colleague, now=now)
    assert looks(db, settings, now) == 1
    [(_to, subject, text)] = letters(db)
    assert subject == "1 tip for you"
    assert "queue?state=all&q=assignee%3Ame+assignee%3Adesks" in text


def test_who_wants_a_view_hears_of_what_it_holds(db, settings, nadia, now):
    with db.write() as session:
        session.add(View(owner_id=nadia.id, slug="corrections", name="Corrections", query="kind=correction"))
    wanting(db, nadia, scope="view", view="corrections")
    looks(db, settings, now)
    arrives(db, now)
    assert looks(db, settings, now) == 0
    happens(db, now, a_tip(db, kind="correction"), "tip.received")
    assert looks(db, settings, now) == 1
    assert subjects(db) == ["1 new tip in your view"]


def test_a_view_that_is_gone_tells_nothing(db, settings, nadia, now):
    wanting(db, nadia, scope="view", view="gone")
    looks(db, settings, now)
    arrives(db, now)
    assert looks(db, settings, now) == 0


@pytest.mark.parametrize("change", [{"disabled_at": None}, {"alerts": None}, {"alerts": {"way": "browser"}}])
def test_who_does_not_want_mail_or_may_not_sign_in_gets_none(db, settings, nadia, now, change):
    looks(db, settings, now)
    with db.write() as session:
        values = {"disabled_at": now} if "disabled_at" in change else change
        session.execute(update(User).where(User.id == nadia.id).values(**values))
    arrives(db, now)
    assert looks(db, settings, now) == 0


def test_without_a_mail_server_nothing_is_done(db, settings, nadia, now):
    assert alerts.send_due(db, replace(settings, smtp_url=""), now) == 0
    with db.read() as session:
        assert session.scalars(select(AlertMark)).all() == []


def test_several_workers_tell_once(db, settings, nadia, now):
    looks(db, settings, now)
    arrives(db, now)
    alerts.send_due(db, settings, now)
    told: list[int] = []
    barrier = threading.Barrier(4)

    def work():
        barrier.wait()
        told.append(alerts.send_due(db, settings, now + alerts.SETTLES))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(told) == 1
    assert subjects(db) == ["1 new tip"]


def test_a_mark_far_behind_moves_on_without_a_word(db, settings, nadia, now, monkeypatch):
    monkeypatch.setattr(alerts, "FAR", 3)
    wanting(db, nadia, scope="mine")
    looks(db, settings, now)
    for _ in range(5):
        arrives(db, now)
    assert looks(db, settings, now) == 0
    with db.read() as session:
        assert session.scalars(select(AlertMark.mark)).one().startswith("5.")


def test_the_mail_arrives(db, settings, nadia, now):
    with running(MailHost()) as host:
        here = replace(settings, smtp_url=f"smtp://127.0.0.1:{host.port}")
        looks(db, here, now)
        arrives(db, now)
        looks(db, here, now)
        outbox.drain(db, here, now + alerts.SETTLES)
    assert host.recipients == [f"rcpt TO:<{nadia.email}>"]
    assert "Subject: 1 new tip" in host.letters[0]


def test_the_worker_looks_every_few_seconds(db, settings, nadia):
    bench = worker.Bench(settings, db, Keyring.of(settings.encryption_keys))
    worker.DUTIES["send alerts"](bench)
    with db.read() as session:
        assert session.scalars(select(AlertMark.user_id)).all() in ([nadia.id], [])


def test_a_browser_is_told_the_same(db, signed_in_as, moderator, now):
    browser = signed_in_as(moderator)
    wanting(db, moderator, way="browser")
    assert "data-alerts" in browser.get("/newsroom/queue").text
    first = browser.get("/newsroom/queue/alert").json
    assert first["words"] == ""
    tip = arrives(db, now)
    arrives(db, now, group=group_of(db, tip))
    answer = browser.get("/newsroom/queue/alert", query_string={"since": first["mark"]})
    assert answer.json["words"] == "2 new tips, 2 of them say the same"
    again = browser.get(
        "/newsroom/queue/alert",
        query_string={"since": first["mark"]},
        headers={"If-None-Match": answer.headers["ETag"]},
    )
    assert again.status_code == 304
    assert (
        browser.get("/newsroom/queue/alert", query_string={"since": answer.json["mark"]}).json["words"] == ""
    )


def test_a_browser_that_nobody_chose_is_not_asked(signed_in_as, moderator):
    assert "data-alerts" not in signed_in_as(moderator).get("/newsroom/queue").text
