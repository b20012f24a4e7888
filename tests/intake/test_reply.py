import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from builders import counted, fresh, group_of
from intake.readers import errors_on, open_form, send, tips_in, value_on, words_on, written_on
from sqlalchemy import select, update

from tipline import clock
from tipline.errors import Unavailable
from tipline.intake import actions, queries
from tipline.intake.views import receipt as receipt_pages
from tipline.models import Counter, Event, Group, Message, State, Tip


@pytest.fixture
def words(client):
    return words_on(send(client))


def reply(client, words, message="It was Leith harbor.", **more):
    return client.post("/receipt/reply", data={"code": words, "message": message, **more})


def messages(db):
    with db.read() as session:
        return session.query(Message).all()


def decided(db, state, **columns):
    """Bring the only tip into `state`, as triage would."""
    with db.write() as session:
        session.execute(update(Tip).values(state=state, version=2, decided_at=clock.now(), **columns))
        session.execute(update(Group).values(state=state, pending=0, rank=1.0))
        session.execute(update(Counter).where(Counter.value == 1).values(value=0))
        session.execute(update(Counter).where(Counter.name == state, Counter.shard == 1).values(value=1))


def test_a_reply_is_stored_as_written_and_shown(client, db, words):
    page = reply(client, words, " First\r\nsecond <b> 👍\0")
    assert page.status_code == 201
    assert "Set-Cookie" not in page.headers
    assert page.headers["Cache-Control"] == "no-store"
    assert "Thank you. We have your message." in page.text
    assert "second &lt;b&gt;" in page.text
    assert written_on(page) == ""
    (message,) = messages(db)
    assert (message.body, message.direction, message.by_id) == (
        " First\nsecond <b> 👍\ufffd",
        "from_tipster",
        None,
    )
    assert message.at == clock.to_minute(message.at)


@pytest.mark.parametrize("state", [State.DECLINED, State.SPAM, State.SNOOZED])
def test_a_reply_brings_a_closed_or_snoozed_tip_back(client, db, words, state, now):
    reason = {"reason": "known", "reason_text": "old"} if state == State.DECLINED else {}
    decided(db, state, snoozed_until=now if state == State.SNOOZED else None, **reason)
    page = reply(client, words)
    assert "<h1>We have your tip</h1>" in page.text
    tip = tips_in(db)[0]
    assert (tip.state, tip.version, tip.reason, tip.reason_text) == ("pending", 3, None, None)
    assert (tip.snoozed_until, tip.decided_at) == (None, None)
    assert tip.replied_at == clock.to_minute(tip.replied_at)
    group = group_of(db, tip)
    assert (group.state, group.pending) == ("pending", 1)
    assert group.rank > 80_000
    assert counted(db) == {"pending": 1}


def test_a_reply_to_an_accepted_tip_changes_no_state(client, db, words):
    decided(db, State.ACCEPTED)
    reply(client, words)
    tip = tips_in(db)[0]
    assert (tip.state, tip.version) == ("accepted", 3)
    assert tip.replied_at is not None
    assert counted(db) == {"accepted": 1}
    assert group_of(db, tip).pending == 0


def test_a_reply_raises_the_version_so_that_nobody_decides_without_having_read_it(client, db, words):
    reply(client, words)
    assert fresh(db, tips_in(db)[0]).version == 2


def test_a_reply_is_in_the_audit_trail_without_its_words(client, db, words):
    decided(db, State.DECLINED, reason="known")
    reply(client, words)
    with db.read() as session:
        event = session.query(Event).order_by(Event.id.desc()).first()
    assert (event.kind, event.actor, event.data) == ("tip.replied", "reader", {"state_before": "declined"})
    assert event.subject == tips_in(db)[0].ref


def test_one_page_sent_twice_is_one_message(client, db, words):
    once = value_on(client.post("/receipt", data={"code": words}), "once")
    first, again = (reply(client, words, once=once) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert len(messages(db)) == 1
    reply(client, words, "Another thing", once=once)
    assert len(messages(db)) == 2


def test_each_page_has_a_mark_of_its_own(client, db, words):
    for _ in range(2):
        reply(client, words, once=value_on(client.post("/receipt", data={"code": words}), "once"))
    assert len(messages(db)) == 2


def test_a_page_without_a_mark_sends_each_time(client, db, words):
    reply(client, words)
    reply(client, words)
    assert len(messages(db)) == 2


def test_a_ref_that_another_tips_message_has_is_drawn_again(client, db, words, monkeypatch):
    monkeypatch.setattr(actions, "message_ref", lambda *_args, **_options: "AAAAAAAA")
    assert reply(client, words).status_code == 201
    assert reply(client, words_on(send(client))).status_code == 201
    assert len({message.tip_id for message in messages(db)}) == 2


def test_a_reply_that_cannot_get_a_ref_is_kept_on_the_page(client, db, words, monkeypatch):
    monkeypatch.setattr(actions, "message_ref", lambda *_args, **_options: "AAAAAAAA")
    monkeypatch.setattr(receipt_pages, "new_ref", lambda: "AAAAAAAA")
    reply(client, words)
    page = reply(client, words_on(send(client)))
    assert (page.status_code, written_on(page)) == (503, "It was Leith harbor.")
    assert len(messages(db)) == 1


@pytest.mark.parametrize("blank", ["", " \n\t"])
def test_an_empty_reply_is_refused(client, db, words, blank):
    page = reply(client, words, blank)
    assert page.status_code == 422
    assert errors_on(page) == {"message": "Write what you want to add."}
    assert messages(db) == []


def test_a_reply_that_is_too_long_is_kept(client, db, words):
    page = reply(client, words, "x" * 100_000)
    assert page.status_code == 422
    assert "100,000" in errors_on(page)["message"]
    assert written_on(page) == "x" * 100_000
    assert messages(db) == []


def test_numbers_in_a_sentence_are_written_as_its_language_does(client, words):
    page = client.post("/tip?lang=de", data={"token": open_form(client), "body": "x" * 20_001})
    assert "20.000" in errors_on(page)["body"]
    assert "20.001" in errors_on(page)["body"]


@pytest.mark.only("postgres")  # SQLite has one lock
def test_a_reply_takes_its_locks_in_the_order_of_every_act(app, client, db, words):
    decided(db, State.DECLINED, reason="known")
    with ThreadPoolExecutor(1) as others, db.write() as session:
        session.execute(select(Group.id).with_for_update())
        page = others.submit(reply, client, words)
        time.sleep(0.5)  # it waits for the group now, and must not hold the tip meanwhile
        session.execute(select(Tip.id).with_for_update(nowait=True))
    assert page.result().status_code == 201


def test_a_reply_with_unknown_words_keeps_the_message(client, db, words):
    page = reply(client, "abacus zoom abacus zoom abacus zoom", "Half a page of text")
    assert page.status_code == 404
    assert written_on(page) == "Half a page of text"
    assert messages(db) == []
    opened = client.post("/receipt", data={"code": words, "message": "Half a page of text"})
    assert written_on(opened) == "Half a page of text"


def test_a_bare_post_is_answered(client):
    assert client.post("/receipt/reply", data={}).status_code == 422
    assert client.get("/receipt/reply").status_code == 405


@pytest.mark.parametrize("error", [Unavailable("away"), ZeroDivisionError()])
def test_an_answer_that_cannot_be_stored_is_kept_and_sent_again_once(client, db, words, monkeypatch, error):
    def fail(*_arguments, **_more):
        raise error

    opened = client.post("/receipt", data={"code": words})
    once = value_on(opened, "once")
    with monkeypatch.context() as patched:
        patched.setattr(actions, "reply", fail)
        page = reply(client, words, "It was Leith harbor.", once=once)
    assert page.status_code == 503
    assert page.headers["Retry-After"] == "60"
    assert (written_on(page), value_on(page, "code")) == ("It was Leith harbor.", words)
    assert "What you wrote is still here" in errors_on(page)["code"]
    again = client.post(
        "/receipt", data={"code": words, "message": written_on(page), "once": value_on(page, "once")}
    )
    assert (again.status_code, written_on(again), value_on(again, "once")) == (
        200,
        "It was Leith harbor.",
        once,
    )
    for _ in range(2):
        assert reply(client, words, written_on(again), once=value_on(again, "once")).status_code == 201
    assert len(messages(db)) == 1


def test_an_answer_is_kept_when_the_database_is_away_altogether(client, words, monkeypatch):
    def away(*_arguments):
        raise Unavailable("away")

    monkeypatch.setattr(queries, "tip_of_receipt", away)
    page = reply(client, words)
    assert (page.status_code, written_on(page)) == (503, "It was Leith harbor.")


def test_a_mark_that_is_not_ours_is_not_carried_on(client, words):
    page = client.post("/receipt", data={"code": words, "once": "<b>not-ours"})
    assert "not-ours" not in page.text


@pytest.mark.thorough
@pytest.mark.parametrize(("path", "typed"), [("/reply", ""), ("", ""), ("/reply", "no")])
def test_of_a_message_beyond_all_bounds_the_beginning_comes_back(client, db, words, path, typed):
    data = {"code": typed or words, "message": "It was Leith. " * 150_000}
    page = client.post(f"/receipt{path}?lang=en", data=data, content_type="multipart/form-data")
    assert (page.status_code, messages(db)) == (413, [])
    assert data["message"].startswith(written_on(page))
    assert len(written_on(page)) > 900_000
    assert "the rest is not" in errors_on(page)["message"]
    assert value_on(page, "code") == data["code"]
