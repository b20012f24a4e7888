"""What somebody wrote comes back with every answer of ours: no story after all, no database, no room."""

import pytest
from builders import a_story
from intake.readers import errors_on, open_form, send, tips_in, token_on, value_on, words_on, written_on
from sqlalchemy.exc import OperationalError

from tipline.errors import Unavailable
from tipline.intake import actions, queries, token
from tipline.intake.views import tip as views

ANSWERS = {
    "body": "  Zoë said: “no” \n",
    "kind": "correction",
    "about": "Zoë & Co",
    "place": "<b>here</b>",
    "happened": "Saturday",
    "how": "told",
    "link": "https://example.org/a",
    "credit": "Vera L.",
    "name": "Vera",
    "email": "vera@example.org",
    "phone": "555 0100",
    "contact_ok": "y",
    "files_mine": "yes",
    "files_use": "no",
}


def assert_kept(page):
    assert written_on(page) == ANSWERS["body"]
    for name in ("about", "place", "happened", "link", "credit", "name", "email", "phone"):
        assert value_on(page, name) == ANSWERS[name]
    for name, value in {"kind": "correction", "how": "told", "files_mine": "yes", "files_use": "no"}.items():
        assert f'name="{name}" value="{value}" checked' in page.text
    assert 'name="contact_ok" value="y" checked' in page.text


def test_not_about_this_story_keeps_every_answer(client, db, keyring):
    story = a_story(db, "Drummer buys lighthouse")
    first = client.get(f"/tip?story={story.slug}")
    assert "Not about this" in first.text
    page = client.post("/tip", data={**ANSWERS, "token": token_on(first), "drop": "story"})
    assert page.status_code == 200
    assert_kept(page)
    assert errors_on(page) == {}
    assert "Drummer buys lighthouse" not in page.text
    assert token.read(keyring, token_on(page)).story == ""
    assert client.post("/tip", data={**ANSWERS, "token": token_on(page)}).status_code == 201
    assert tips_in(db)[0].story_id is None


def test_dropping_the_story_tells_nothing_of_what_is_still_wrong(client, db):
    page = client.post("/tip", data={"body": "", "email": "vera", "drop": "story"})
    assert page.status_code == 200
    assert errors_on(page) == {}
    assert value_on(page, "email") == "vera"


def full(*_args: object) -> None:
    raise OperationalError("INSERT", {}, Exception("database or disk is full"))


def broken(*_args: object) -> None:
    raise ZeroDivisionError


@pytest.mark.parametrize("failing", [full, broken])
def test_when_storing_fails_the_form_comes_back_with_every_answer(client, db, monkeypatch, failing):
    story = a_story(db, "Drummer buys lighthouse")
    stamp = open_form(client, f"?story={story.slug}")
    with monkeypatch.context() as patched:
        patched.setattr(actions, "submit", failing)
        page = client.post("/tip", data={**ANSWERS, "token": stamp})
    assert page.status_code == 503
    assert_kept(page)
    assert list(errors_on(page)) == ["token"]
    assert "<title>Error: " in page.text
    assert "Drummer buys lighthouse" in page.text
    assert page.headers["Retry-After"] == "60"
    assert tips_in(db) == []
    assert client.post("/tip", data={**ANSWERS, "token": token_on(page)}).status_code == 201


def test_a_tip_that_arrived_after_all_is_not_stored_twice(client, db, monkeypatch):
    stamp = open_form(client)
    with monkeypatch.context() as patched:
        patched.setattr(views, "receipt_page", broken)
        page = send(client, token=stamp)
    assert page.status_code == 503
    assert len(tips_in(db)) == 1
    assert token_on(page) == stamp
    assert send(client, token=token_on(page)).status_code == 201
    assert len(tips_in(db)) == 1


def test_a_receipt_that_cannot_be_shown_just_now_is_asked_for_again(client, db, monkeypatch):
    stamp = open_form(client)
    words = words_on(send(client, token=stamp))
    with monkeypatch.context() as patched:
        patched.setattr(queries, "sent_as", full)
        page = client.post("/tip?lang=en", data={"token": stamp, "again": "y"})
    assert page.status_code == 503
    assert "Your tip has arrived" in page.text
    assert "textarea" not in page.text
    later = client.post("/tip?lang=en", data={"token": token_on(page), "again": "y"})
    assert (later.status_code, words_on(later)) == (201, words)
    assert len(tips_in(db)) == 1


@pytest.mark.parametrize("error", [Unavailable("away"), OperationalError("SELECT", {}, Exception("away"))])
def test_without_a_database_the_form_is_shown_and_the_story_is_remembered(
    client, keyring, monkeypatch, error
):
    def away(*_args: object) -> None:
        raise error

    monkeypatch.setattr(queries, "story_for", away)
    monkeypatch.setattr(queries, "person_name", away)
    monkeypatch.setattr(actions, "submit", away)
    first = client.get("/tip?story=drummer-buys-lighthouse&about=ilka-brandvold")
    assert first.status_code == 200
    page = client.post("/tip", data={**ANSWERS, "token": token_on(first)})
    assert page.status_code == 503
    assert_kept(page)
    assert token.read(keyring, token_on(page)).story == "drummer-buys-lighthouse"


def test_a_form_that_was_sent_shows_its_receipt_again(client, db):
    story = a_story(db, "Drummer buys lighthouse")
    stamp = open_form(client, f"?story={story.slug}")
    first = send(client, token=stamp, kind="question")
    again = client.post("/tip", data={"token": stamp, "again": "y"})
    assert again.status_code == 201
    assert words_on(again) == words_on(first)
    assert "Drummer buys lighthouse" in again.text
    assert "We have your question" in again.text
    assert len(tips_in(db)) == 1


@pytest.mark.parametrize("stamp", ["", "x", None])
def test_a_form_that_was_not_sent_has_no_receipt(client, db, stamp):
    page = client.post("/tip", data={"token": open_form(client) if stamp is None else stamp, "again": "y"})
    assert page.status_code == 422
    assert len(errors_on(page)) == 1
    assert words_on(page) == ""
