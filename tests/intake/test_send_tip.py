import json

from builders import a_story, counted
from intake.readers import errors_on, open_form, send, tips_in, token_on, value_on, words_on, written_on

from tipline import clock
from tipline.models import Contact, Event, Group, How, Kind, Receipt, State
from tipline.models.group import rank


def only(db, noun):
    with db.read() as session:
        return session.query(noun).one()


def test_a_tip_is_stored_and_answered_with_six_words(client, db):
    page = send(client, body="The drummer bought a lighthouse.")
    assert page.status_code == 201
    assert len(words_on(page).split()) == 6
    assert page.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in page.headers
    tip = tips_in(db)[0]
    assert (tip.body, tip.kind, tip.state, tip.version) == (
        "The drummer bought a lighthouse.",
        "tip",
        "pending",
        1,
    )


def test_every_answer_is_stored(client, db):
    answers = {
        "kind": "correction",
        "about": "Ilka Brandvold",
        "happened": "Saturday, about 9 pm",
        "place": "Leith harbor",
        "how": "documents",
        "link": "https://example.org/a?b=1#c",
    }
    assert send(client, **answers).status_code == 201
    tip = tips_in(db)[0]
    assert {name: getattr(tip, name) for name in answers} == answers
    assert (Kind(tip.kind), How(tip.how)) == (Kind.CORRECTION, How.DOCUMENTS)


def test_what_is_left_open_stays_empty(client, db):
    send(client)
    tip = tips_in(db)[0]
    assert [tip.about, tip.happened, tip.place, tip.how, tip.link, tip.language, tip.spam_score] == [None] * 7


def test_it_is_in_the_queue_and_counted_at_once(client, db):
    send(client)
    tip, group = tips_in(db)[0], only(db, Group)
    assert (group.lead_id, group.size, group.pending, group.state) == (tip.id, 1, 1, State.PENDING)
    assert tip.group_id == group.id
    assert group.rank == rank(0.0, tip.received_at)
    assert counted(db) == {"pending": 1}


def test_times_are_kept_to_the_minute(client, db):
    send(client)
    tip, event = tips_in(db)[0], only(db, Event)
    assert tip.received_at == clock.to_minute(tip.received_at)
    assert event.at == tip.received_at


def test_the_event_holds_nothing_of_what_was_written(client, db):
    send(client, email="vera@example.org")
    event = only(db, Event)
    assert (event.kind, event.actor, event.subject) == ("tip.received", "reader", tips_in(db)[0].ref)
    assert event.data == {}


def test_the_contact_is_sealed_apart_from_the_tip(client, db, keyring):
    send(client, name="Vera Lindqvist", email="Vera@Example.org", contact_ok="y")
    tip, contact = tips_in(db)[0], only(db, Contact)
    opened = keyring.open(contact.sealed, key_id=contact.key_id, bound_to=f"contact:{tip.ref}")
    assert json.loads(opened) == {"name": "Vera Lindqvist", "email": "Vera@Example.org"}
    assert (contact.given, contact.may_contact, contact.tip_id) == ("name email", True, tip.id)
    assert contact.sender_hash == keyring.mac("sender", b"vera@example.org")


def test_one_phone_number_is_one_sender_however_it_is_written(client, db):
    send(client, phone="+1 (555) 010-0199")
    send(client, phone="1 555 010 0199")
    with db.read() as session:
        first, second = session.query(Contact).all()
    assert first.sender_hash == second.sender_hash
    assert first.sealed != second.sealed


def test_a_name_alone_makes_no_sender(client, db):
    send(client, name="Vera")
    assert only(db, Contact).sender_hash is None


def test_no_contact_is_stored_when_none_was_given(client, db):
    assert send(client, contact_ok="y").status_code == 201
    with db.read() as session:
        assert session.query(Contact).count() == 0


def test_only_a_keyed_hash_of_the_receipt_is_stored(client, db, keyring):
    words = words_on(send(client))
    receipt = only(db, Receipt)
    assert receipt.key_id == "t1"
    assert receipt.lookup_hash == keyring.mac("receipt", words.replace(" ", "").replace("-", "").encode())


def test_a_tip_about_a_story_keeps_the_story(client, db):
    story = a_story(db, "Drummer buys lighthouse")
    page = send(client, token=open_form(client, f"?story={story.slug}"), kind="question")
    assert tips_in(db)[0].story_id == story.id
    assert "Drummer buys lighthouse" in page.text
    assert "We have your question" in page.text


def test_a_story_that_went_away_meanwhile_is_no_obstacle(client, db):
    story = a_story(db)
    token = open_form(client, f"?story={story.slug}")
    with db.write() as session:
        session.delete(story)
    assert send(client, token=token).status_code == 201
    assert tips_in(db)[0].story_id is None


def test_the_story_survives_a_mistake_in_the_form(client, db):
    story = a_story(db, "Drummer buys lighthouse")
    wrong = send(client, token=open_form(client, f"?story={story.slug}"), body="")
    assert wrong.status_code == 422
    assert "Drummer buys lighthouse" in wrong.text
    assert send(client, token=token_on(wrong)).status_code == 201
    assert tips_in(db)[0].story_id == story.id


def test_a_filled_trap_is_stored_but_sinks(client, db):
    page = send(client, website="https://cheap.example")
    assert page.status_code == 201
    assert len(words_on(page).split()) == 6
    tip, group = tips_in(db)[0], only(db, Group)
    assert (tip.state, tip.spam_score) == ("pending", 1.0)
    assert group.rank < rank(0.0, tip.received_at)


def test_a_mistake_keeps_every_answer_and_names_what_to_do(client, db):
    answers = {
        "body": "  Zoë said: “no” \n",
        "kind": "release",
        "about": "Zoë & Co",
        "happened": "now",
        "place": "<b>here</b>",
        "how": "told",
        "link": "example.org",
        "name": "Vera",
        "email": "vera",
        "phone": "12",
        "contact_ok": "y",
    }
    page = send(client, **answers)
    assert page.status_code == 422
    assert list(errors_on(page)) == ["link", "email", "phone"]
    assert written_on(page) == answers["body"]
    for name in ("about", "happened", "place", "link", "name", "email", "phone"):
        assert value_on(page, name) == answers[name]
    assert 'value="release" checked' in page.text
    assert 'value="told" checked' in page.text
    assert 'name="contact_ok" value="y" checked' in page.text
    assert page.text.count('class="fold" open>') == 3
    assert "<title>Error: " in page.text
    assert tips_in(db) == []
    corrected = {"link": "", "email": "", "phone": "", "token": token_on(page)}
    assert client.post("/tip", data={**answers, **corrected}).status_code == 201
