"""“There is news on your tip”: one mail, to those who asked for it, that says nothing else."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from builders import a_tip, a_user
from mail_host import MailHost, running, text_of
from sqlalchemy import delete, select, update

from tipline import worker
from tipline.delivery import ping
from tipline.keeping.erase import erase_contact
from tipline.keys import KeyFile, Keyring, as_setting
from tipline.models import Contact, Delivery, Event, Message, Tip, new_ref
from tipline.worker import Bench

EMAIL = "vera.canary@example.org"
LATER = timedelta(minutes=1)


@pytest.fixture
def host():
    with running(MailHost()) as host:
        yield host


@pytest.fixture
def mailing(settings, host):
    return replace(settings, smtp_url=f"smtp://127.0.0.1:{host.port}", mail_from="desk@lantern.example")


@pytest.fixture
def tip(db, keyring):
    return a_reachable_tip(db, keyring)


def a_reachable_tip(db, keyring, *, wants=True, language=None, key_id="t1"):
    tip = a_tip(db, language=language)
    sealed = keyring.seal(json.dumps({"email": EMAIL}).encode(), bound_to=f"contact:{tip.ref}")
    with db.write() as session:
        session.add(Contact(tip_id=tip.id, sealed=sealed, key_id=key_id, given="email", ping=wants))
    return tip


def write(db, tip, now):
    """Write to a tipster, to be seen at once."""
    author = a_user(db)
    message = Message(
        ref=new_ref(), tip_id=tip.id, direction="to_tipster", body="Which harbor?", by_id=author.id,
        at=now, send_at=now,
    )  # fmt: skip
    with db.write() as session:
        session.add(message)
        session.flush()
        ping.announce_message(session, message)
    return message


def outbox(db):
    with db.read() as session:
        return list(session.scalars(select(Delivery).order_by(Delivery.id)))


def openings(db):
    with db.read() as session:
        return list(session.scalars(select(Event).where(Event.kind == "tip.contact_opened")))


def test_the_mail_says_that_there_is_news_and_nothing_else(db, keyring, mailing, host, tip, now):
    message = write(db, tip, now)
    assert ping.send_due(db, mailing, keyring, now + LATER) == 1
    (letter,) = host.letters
    assert text_of(letter).splitlines() == [
        f"To {EMAIL}: There is news on your tip.",
        "There is news on your tip. To read it, open our site as you did before and use your six words.",
    ]
    for telling in (tip.ref, message.ref, "drummer", "harbor?", "http"):
        assert telling not in letter
    (opened,) = openings(db)
    assert (opened.subject, opened.actor, opened.data) == (tip.ref, "tipline", {"why": "ping"})


def test_no_address_lies_in_the_outbox(db, keyring, mailing, tip, now):
    write(db, tip, now)
    (row,) = outbox(db)
    assert row.payload == {"tip": tip.id}
    assert EMAIL not in row.marker


def test_there_is_one_mail_in_twelve_hours_until_the_tipster_comes_back(db, keyring, mailing, host, tip, now):
    for hours in (0, 1, 11, 12, 13):
        moment = now + timedelta(hours=hours)
        write(db, tip, moment)
        ping.send_due(db, mailing, keyring, moment)
    assert len(host.letters) == 2
    with db.write() as session:
        ping.come_back(session, tip.id)
    moment = now + timedelta(hours=14)
    write(db, tip, moment)
    ping.send_due(db, mailing, keyring, moment)
    assert len(host.letters) == 3
    assert len(openings(db)) == 3


def test_a_message_that_was_taken_back_is_no_news(db, keyring, mailing, host, tip, now):
    write(db, tip, now)
    with db.write() as session:
        session.execute(delete(Message))
    assert ping.send_due(db, mailing, keyring, now + LATER) == 1
    assert host.letters == []
    assert openings(db) == []


def test_nothing_is_sent_before_the_tipster_can_see_it(db, keyring, mailing, host, tip, now):
    write(db, tip, now + LATER)
    assert ping.send_due(db, mailing, keyring, now) == 0
    assert host.letters == []


def test_a_published_story_is_news_unless_that_was_taken_back(db, keyring, mailing, host, tip, now):
    for used_at, letters in ((None, 0), (now, 1)):
        with db.write() as session:
            session.execute(update(Tip).values(used_at=used_at))
            ping.announce(session, tip.id, f"used-D-{letters}", due=now)
        ping.send_due(db, mailing, keyring, now)
        assert len(host.letters) == letters


def test_who_did_not_ask_or_erased_the_address_is_left_alone(db, keyring, mailing, host, tip, now):
    write(db, a_reachable_tip(db, keyring, wants=False), now)
    write(db, a_tip(db), now)
    assert outbox(db) == []
    write(db, tip, now)
    with db.write() as session:
        erase_contact(session, tip, by="reader", now=now)
    ping.send_due(db, mailing, keyring, now)
    assert host.letters == []


def test_a_mail_that_did_not_get_through_is_tried_again(db, keyring, mailing, host, tip, now):
    host.answers["DATA"] = "451 later"
    write(db, tip, now)
    ping.send_due(db, mailing, keyring, now)
    (row,) = outbox(db)
    assert row.state == "pending"
    assert EMAIL not in f"{row.error}{row.payload}"
    host.answers.clear()
    ping.send_due(db, mailing, keyring, now + timedelta(minutes=2))
    assert len(host.letters) == 1


def test_an_address_that_is_refused_for_good_is_given_up_and_named_nowhere(
    db, keyring, mailing, host, tip, now
):
    host.answers["RCPT"] = f"550 no {EMAIL}"
    write(db, tip, now)
    ping.send_due(db, mailing, keyring, now)
    (row,) = outbox(db)
    assert row.state == "failed"
    assert EMAIL not in f"{row.error}{row.payload}{row.marker}"


def test_a_seal_that_does_not_open_is_given_up(db, keyring, mailing, host, tip, now):
    with db.write() as session:
        session.execute(update(Contact).values(sealed=b"x" * 40))
    write(db, tip, now)
    ping.send_due(db, mailing, keyring, now)
    assert [row.state for row in outbox(db)] == ["failed"]
    assert host.letters == []


def test_the_mail_is_in_the_language_of_the_tip(db, keyring, mailing, host, now, monkeypatch):
    class Marked:
        def __init__(self, language):
            self.language = language

        def gettext(self, message):
            return f"{self.language}: {message}"

    monkeypatch.setattr(ping, "catalogue", Marked)
    write(db, a_reachable_tip(db, keyring, language="pt-BR"), now)
    write(db, a_reachable_tip(db, keyring, language="tlh"), now)
    ping.send_due(db, mailing, keyring, now)
    subjects = [text_of(letter).split(": ", 1)[1][:2] for letter in host.letters]
    assert subjects == ["pt", "en"]


def test_without_a_mail_server_it_is_not_promised(settings, mailing):
    assert not ping.can_ping(settings)
    assert ping.can_ping(mailing)


def test_the_worker_opens_what_was_sealed_after_the_keys_changed(db, mailing, host, tmp_path, now):
    file = tmp_path / "keys"
    old, new = {"t1": b"o" * 32}, {"t2": b"n" * 32}
    file.write_text(as_setting(old))
    bench = Bench(replace(mailing, encryption_keys=tuple(old.items())), db, KeyFile(file).ring())
    file.write_text(as_setting(new | old))
    write(db, a_reachable_tip(db, Keyring(new), key_id="t2"), now)
    worker.run_once(bench, {"send pings": worker.DUTIES["send pings"]})
    assert [row.state for row in outbox(db)] == ["done"]
    assert len(host.letters) == 1
