"""Staff log a tip for somebody on the phone: the form's checks, the receipt read out, once."""

import re
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from builders import a_story, counted
from intake.readers import errors_on, tips_in, token_on
from sqlalchemy import select

from tipline import clock
from tipline.keeping.contact import opened_contact
from tipline.models import Channel, Contact, Event, Group
from tipline.triage.changes import mark_now

ZONE = ZoneInfo("America/Los_Angeles")


@pytest.fixture
def desk(signed_in_as, moderator):
    return signed_in_as(moderator)


def log(desk, *, query="", **answers):
    answers.setdefault("token", token_on(desk.get(f"/newsroom/log{query}")))
    answers.setdefault("body", "The drummer bought a lighthouse.")
    return desk.post("/newsroom/log", data=answers)


def words_read_out(page):
    return " ".join(re.findall(r"<li>([a-z-]+)</li>", page.text))


def typed(at):
    return at.astimezone(ZONE).strftime("%Y-%m-%dT%H:%M")


def test_the_text_alone_is_a_tip_with_its_group_and_counter(db, desk, moderator):
    page = log(desk)
    [tip] = tips_in(db)
    assert page.status_code == 201
    assert f"/newsroom/tips/{tip.ref}" in page.text
    assert (tip.channel, tip.kind, tip.state, tip.logged_by_id) == ("phone", "tip", "pending", moderator.id)
    assert clock.now() - tip.received_at < timedelta(minutes=2)
    assert counted(db) == {"pending": 1}
    with db.read() as session:
        assert session.scalars(select(Group.lead_id)).all() == [tip.id]


def test_colleagues_hear_of_it_as_of_any_tip(db, desk, signed_in_as, editor):
    with db.read() as session:
        mark = mark_now(session)
    log(desk)
    [tip] = tips_in(db)
    colleague = signed_in_as(editor)
    assert colleague.get(f"/newsroom/queue/changes?since={mark}").json["new"] == "1 new"
    assert f'id="row-{tip.ref}"' in colleague.get(f"/newsroom/queue/arrivals?since={mark}").text
    assert desk.get(f"/newsroom/queue/changes?since={mark}").json["new"] == ""


def test_the_field_that_matters_has_the_focus_and_the_script_sends(desk):
    page = desk.get("/newsroom/log").text
    assert re.search(r'<textarea id="body"[^>]* autofocus', page)
    assert re.search(r'<form [^>]*action="/newsroom/log"[^>]* data-quick', page)
    assert "/static/log.js" in page


def test_it_is_audited_with_who_and_without_what(db, desk):
    log(desk, body="A secret lighthouse", phone="+1 555 0100")
    [tip] = tips_in(db)
    with db.read() as session:
        [event] = session.scalars(select(Event).where(Event.kind == "tip.logged"))
    assert (event.subject, event.actor, event.data) == (tip.ref, "Mo Castellane", {"channel": "phone"})
    assert "Mo Castellane logged this" in desk.get(f"/newsroom/tips/{tip.ref}").text


def test_the_contact_is_sealed(db, desk, keyring):
    page = log(desk, name="Ida", phone="+1 555 0100", contact_ok="y")
    [tip] = tips_in(db)
    with db.read() as session:
        [contact] = session.scalars(select(Contact))
    assert "555 0100" not in page.text
    assert (contact.given, contact.may_contact) == ("name phone", True)
    opened = opened_contact(keyring, tip.ref, contact.sealed, key_id=contact.key_id)
    assert opened == {"name": "Ida", "phone": "+1 555 0100"}


def test_the_words_that_were_read_out_open_the_tip(client, desk):
    words = words_read_out(log(desk))
    assert len(words.split()) == 6
    page = client.post("/receipt", data={"code": words.upper()})
    assert page.status_code == 200
    assert "The drummer bought a lighthouse." in page.text


def test_the_words_are_shown_this_once_and_kept_nowhere(desk, db):
    answer = log(desk)
    words = words_read_out(answer)
    assert answer.headers["Cache-Control"] == "no-store"
    [tip] = tips_in(db)
    pages = [
        desk.get(path).text for path in ("/newsroom/log", f"/newsroom/tips/{tip.ref}", "/newsroom/queue")
    ]
    assert [page for page in pages if all(word in page for word in words.split())] == []


def test_a_reload_shows_the_same_words_and_stores_nothing(db, desk):
    token = token_on(desk.get("/newsroom/log"))
    first, second = log(desk, token=token), log(desk, token=token)
    assert words_read_out(first) == words_read_out(second) != ""
    assert second.status_code == 201
    [tip] = tips_in(db)
    assert tip.ref in second.text


def test_the_same_form_with_other_words_says_so_and_keeps_them(db, desk):
    token = token_on(desk.get("/newsroom/log"))
    log(desk, token=token)
    page = log(desk, token=token, body="Something else")
    assert page.status_code == 422
    assert "Something else" in page.text
    assert "sent once, with other words" in page.text
    assert log(desk, token=token_on(page), body="Something else").status_code == 201
    assert len(tips_in(db)) == 2


def test_a_token_that_is_none_loses_nothing(db, desk):
    page = log(desk, token="x.y.z", body="Kept")
    assert (page.status_code, tips_in(db)) == (422, [])
    assert "Kept" in page.text
    assert log(desk, token=token_on(page)).status_code == 201


def test_when_it_came_is_read_in_ones_own_zone(db, desk):
    at = clock.to_minute(clock.now() - timedelta(days=2))
    log(desk, received=typed(at), channel="email", kind="correction", how="told", language="de")
    [tip] = tips_in(db)
    assert tip.received_at == at
    assert (tip.channel, tip.kind, tip.how, tip.language) == (Channel.EMAIL, "correction", "told", "de")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("received", typed(clock.now() + timedelta(hours=2))),
        ("received", "2001-01-01T10:00"),
        ("received", "yesterday"),
        ("received", "0001-01-01T00:00+14:00"),
        ("channel", "form"),
        ("channel", "import"),
        ("language", "xx"),
        ("kind", "rumor"),
        ("how", "guessed"),
        ("phone", "12"),
        ("email", "nobody"),
        ("link", "example"),
        ("body", "   "),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(db, desk, field, value):
    page = log(desk, **{field: value})
    assert page.status_code == 422
    assert list(errors_on(page)) == [field]
    assert tips_in(db) == []


def test_it_may_be_about_a_story(db, desk):
    story = a_story(db, "Drummer <buys> lighthouse")
    page = desk.get(f"/newsroom/log?story={story.slug}")
    assert "Drummer &lt;buys&gt; lighthouse" in page.text
    log(desk, query=f"?story={story.slug}")
    [tip] = tips_in(db)
    assert tip.story_id == story.id
