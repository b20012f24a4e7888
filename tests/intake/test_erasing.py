"""A tipster takes back how to reach them, or the whole tip."""

from datetime import timedelta

import pytest
from intake.readers import errors_on, open_form, send, tips_in, token_on, words_on, written_on
from sqlalchemy import select, update

from tipline import clock
from tipline.keeping.clearing import clear
from tipline.models import Contact, Event, Receipt, Tip


@pytest.fixture
def words(client):
    return words_on(send(client, body="A lamp was lit.", email="vera@example.org"))


def erase(client, words, part, **more):
    return client.post("/receipt/erase", data={"code": words, "part": part, **more})


def contact_in(db) -> Contact:
    with db.read() as session:
        return session.scalars(select(Contact)).one()


def test_both_are_offered_where_there_is_a_contact(client, words):
    page = client.post("/receipt", data={"code": words}).text
    assert 'name="part" value="contact"' in page
    assert 'name="part" value="tip"' in page
    erase(client, words, "contact", sure="y")
    page = client.post("/receipt", data={"code": words}).text
    assert 'name="part" value="contact"' not in page


@pytest.mark.parametrize(
    ("part", "asked"), [("contact", "Erase how we can reach you?"), ("tip", "Erase your tip?")]
)
def test_nothing_is_erased_before_the_tipster_is_sure(client, db, words, part, asked):
    page = erase(client, words, part)
    assert page.status_code == 200
    assert f"<h1>{asked}</h1>" in page.text
    assert 'name="sure" value="y"' in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert contact_in(db).sealed is not None
    assert len(tips_in(db)) == 1


def test_the_contact_alone_is_erased(client, db, words):
    page = erase(client, words, "contact", sure="y")
    assert "<h1>How to reach you is erased</h1>" in page.text
    assert contact_in(db).sealed is None
    assert client.post("/receipt", data={"code": words}).status_code == 200
    assert "is erased" in erase(client, words, "contact", sure="y").text


def test_the_whole_tip_is_erased_with_its_receipt(client, db, words):
    page = erase(client, words, "tip", sure="y")
    assert page.status_code == 200
    assert "<h1>Your tip is erased</h1>" in page.text
    assert tips_in(db) == []
    with db.read() as session:
        assert session.scalars(select(Receipt.tip_id)).all() == [None]
        events = session.scalars(select(Event).order_by(Event.id)).all()
    assert [(event.kind, event.actor, event.data) for event in events] == [
        ("tip.received", "reader", {}),
        ("tip.erased", "reader", {}),
    ]
    assert client.post("/receipt", data={"code": words}).status_code == 404


def test_an_erased_tip_is_not_stored_again_by_a_page_that_is_reloaded(app, client, db, keyring):
    typed = {"token": open_form(client), "body": "A lamp was lit."}
    words = words_on(client.post("/tip", data=typed))
    assert erase(client, words, "tip", sure="y").status_code == 200
    page = client.post("/tip", data=typed)
    assert (page.status_code, tips_in(db)) == (422, [])
    assert "was erased" in errors_on(page)["token"]
    assert written_on(page) == "A lamp was lit."
    again = client.post("/tip", data={"token": typed["token"], "again": "y"})
    assert "was erased" in errors_on(again)["token"]
    assert client.post("/receipt", data={"code": words}).status_code == 404
    assert client.post("/tip", data={**typed, "token": token_on(page)}).status_code == 201
    with db.read() as session:
        [left] = session.scalars(select(Receipt).where(Receipt.tip_id.is_(None)))
    assert left.answers_mac == b""
    assert left.erased_at == clock.to_minute(left.erased_at)


def test_what_tells_that_is_gone_after_a_day(client, db, words):
    erase(client, words, "tip", sure="y")
    now = clock.now()
    for hours, receipts in ((23, 1), (25, 0)):
        clear(db, None, now=now + timedelta(hours=hours))
        with db.read() as session:
            assert len(session.scalars(select(Receipt)).all()) == receipts


def test_a_tip_on_hold_is_not_said_to_be_erased(client, db, words):
    with db.write() as session:
        session.execute(update(Tip).values(legal_hold=True))
    page = erase(client, words, "tip", sure="y")
    assert "<h1>It will be erased as soon as we may</h1>" in page.text
    assert tips_in(db)[0].erasure_wanted == "tip"


def test_wrong_words_erase_nothing(client, db, words):
    page = erase(client, "no such words", "tip", sure="y")
    assert page.status_code == 404
    assert list(errors_on(page)) == ["code"]
    assert len(tips_in(db)) == 1


@pytest.mark.parametrize("part", ["", "all", "\0"])
def test_what_is_to_be_erased_must_be_said(client, db, words, part):
    assert erase(client, words, part, sure="y").status_code == 422
    assert len(tips_in(db)) == 1
