"""The newsroom writes to a tipster: seen after a moment, taken back before it."""

from datetime import timedelta

import pytest
from builders import a_tip, fresh
from intake.readers import send, tips_in, words_on
from sqlalchemy import select, update
from triage.desk import HTMX, field, form, tip_of

from tipline import clock
from tipline.errors import Conflict
from tipline.models import Event, Message, State, Tip
from tipline.triage.messages import REGRET, take_back

QUESTION = "Which harbor was it?"


@pytest.fixture
def words(client):
    return words_on(send(client))


@pytest.fixture
def tip(db, words):
    return tips_in(db)[0]


@pytest.fixture
def desk(signed_in_as, moderator):
    return signed_in_as(moderator)


def write(desk, tip, body=QUESTION, **options):
    page = desk.get(f"/newsroom/tips/{tip.ref}").text
    sent = form(page, f"/newsroom/tips/{tip.ref}/messages")
    return desk.post(f"/newsroom/tips/{tip.ref}/messages", data={**sent, "body": body}, **options)


def stored(db) -> list[Message]:
    with db.read() as session:
        return list(session.scalars(select(Message).order_by(Message.id)))


def let_the_moment_pass(db) -> None:
    with db.write() as session:
        session.execute(update(Message).values(send_at=clock.now() - timedelta(seconds=1)))


def test_a_message_is_shown_in_the_pane_and_later_to_the_tipster(db, client, desk, tip, words):
    assert write(desk, tip).status_code == 303
    pane = desk.get(f"/newsroom/tips/{tip.ref}").text
    assert "Which harbor was it?" in pane
    assert "The tipster sees it in 1" in pane
    assert "Mo Castellane wrote to the tipster of this" in pane
    (message,) = stored(db)
    assert message.send_at - message.at == REGRET
    assert "Which harbor" not in client.post("/receipt", data={"code": words}).text
    let_the_moment_pass(db)
    page = client.post("/receipt", data={"code": words}).text
    assert "Which harbor was it?" in page
    assert "The Lantern" in page
    assert "Castellane" not in page
    assert "Take it back" not in desk.get(f"/newsroom/tips/{tip.ref}").text


def test_a_message_is_taken_back_before_anybody_saw_it(db, client, desk, tip, words):
    write(desk, tip)
    (message,) = stored(db)
    back = f"/newsroom/tips/{tip.ref}/messages/{message.ref}/take-back"
    assert form(desk.get(f"/newsroom/tips/{tip.ref}").text, back)
    answer = desk.post(back, headers=HTMX).text
    assert "Take it back" not in answer
    assert field(answer, "message-body") == QUESTION
    assert "autofocus" not in answer  # so that the next key is no letter in it
    assert stored(db) == []
    assert desk.post(back).status_code == 404
    with db.read() as session:
        kinds = session.scalars(select(Event.kind).where(Event.subject == tip.ref).order_by(Event.id)).all()
    assert kinds == ["tip.received", "tip.messaged", "tip.message_taken_back"]


def test_what_the_tipster_can_see_is_not_taken_back(db, desk, moderator, tip):
    write(desk, tip)
    (message,) = stored(db)
    with db.write() as session, pytest.raises(Conflict):
        take_back(session, tip.ref, message.ref, by=moderator, now=message.send_at)
    let_the_moment_pass(db)
    page = desk.post(f"/newsroom/tips/{tip.ref}/messages/{message.ref}/take-back")
    assert page.status_code == 409
    assert "too late" in page.text
    assert len(stored(db)) == 1


def test_what_a_tipster_wrote_is_not_taken_back_by_staff(db, client, desk, tip, words):
    client.post("/receipt/reply", data={"code": words, "message": "It was Bergen."})
    (message,) = stored(db)
    assert desk.post(f"/newsroom/tips/{tip.ref}/messages/{message.ref}/take-back").status_code == 404
    assert len(stored(db)) == 1
    assert "It was Bergen." in desk.get(f"/newsroom/tips/{tip.ref}").text


def test_a_form_sent_twice_stores_one_message(db, desk, tip):
    sent = form(desk.get(f"/newsroom/tips/{tip.ref}").text, f"/newsroom/tips/{tip.ref}/messages")
    for _ in range(2):
        response = desk.post(f"/newsroom/tips/{tip.ref}/messages", data={**sent, "body": "Where?"})
        assert response.status_code == 303
    assert len(stored(db)) == 1


def test_the_form_of_one_tip_does_not_write_to_another(db, client, desk, tip):
    write(desk, tip)
    (message,) = stored(db)
    send(client, body="Another")
    other = tips_in(db)[1]
    answer = desk.post(f"/newsroom/tips/{other.ref}/messages", data={"message": message.ref, "body": "Hm"})
    assert answer.status_code == 409
    assert len(stored(db)) == 1


@pytest.mark.parametrize(("body", "said"), [(" \n", "Write something"), ("x" * 5001, "5,000 characters")])
def test_a_message_needs_words_and_an_end(db, desk, tip, body, said):
    answer = desk.post(f"/newsroom/tips/{tip.ref}/messages", data={"body": body})
    assert answer.status_code == 422
    assert said in answer.text
    assert stored(db) == []


def test_nobody_is_written_to_who_holds_no_receipt(db, desk):
    tip = a_tip(db)
    assert f"/newsroom/tips/{tip.ref}/messages" not in desk.get(f"/newsroom/tips/{tip.ref}").text
    assert desk.post(f"/newsroom/tips/{tip.ref}/messages", data={"body": "Hm"}).status_code == 409
    assert desk.post("/newsroom/tips/ZZZZZZZZ/messages", data={"body": "Hm"}).status_code == 404
    assert stored(db) == []


def test_a_question_on_a_closed_tip_is_answered_and_the_tip_comes_back(db, client, desk, tip, words):
    with db.write() as session:
        session.execute(update(Tip).values(state=State.DECLINED, reason="known"))
    write(desk, tip)
    let_the_moment_pass(db)
    page = client.post("/receipt/reply", data={"code": words, "message": "It was Bergen."})
    assert page.status_code == 201
    assert tips_in(db)[0].state == State.PENDING


def decline(desk, tip):
    sent = {"version": "1", "decision": "decline", "reason": "known"}
    assert desk.post(f"/newsroom/tips/{tip.ref}/decision", data=sent).status_code == 303


def test_z_takes_back_a_message_before_what_was_done_earlier(db, desk, tip):
    other = a_tip(db)
    decline(desk, other)
    write(desk, tip)
    page = desk.post("/newsroom/undo").text
    assert "Taken back. The tipster never saw your message; it stands in its field again." in page
    assert (tip_of(page), field(page, "message-body")) == (tip.ref, QUESTION)
    assert stored(db) == []
    assert fresh(db, other).state == State.DECLINED
    assert other.ref in desk.post("/newsroom/undo").location
    assert fresh(db, other).state == State.PENDING


def test_z_takes_back_what_was_done_after_a_message_first(db, desk, tip):
    write(desk, tip)
    other = a_tip(db)
    decline(desk, other)
    desk.post("/newsroom/undo", headers=HTMX)
    assert (fresh(db, other).state, len(stored(db))) == (State.PENDING, 1)
    answer = desk.post("/newsroom/undo", headers=HTMX).text
    assert (tip_of(answer), stored(db)) == (tip.ref, [])
    assert "The tipster never saw your message;" in answer
    assert desk.post("/newsroom/undo", headers=HTMX).status_code == 409


def test_z_leaves_messages_that_are_out_or_a_colleagues(db, desk, tip, signed_in_as, editor):
    write(desk, tip)
    assert signed_in_as(editor).post("/newsroom/undo").status_code == 409
    let_the_moment_pass(db)
    assert desk.post("/newsroom/undo").status_code == 409
    assert len(stored(db)) == 1
