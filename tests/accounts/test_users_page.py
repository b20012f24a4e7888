"""Administrators add accounts, hand over links, and take access away."""

import re

import pytest
from doors import is_signed_in, send
from sqlalchemy import select

from tipline.models import Event, Role, User

USERS = "/newsroom/users"


@pytest.fixture
def ada(signed_in_as, admin):
    return signed_in_as(admin)


def reread(db, user):
    with db.read() as session:
        return session.get_one(User, user.id)


def test_everybody_is_listed_with_role_and_last_visit(ada, moderator, editor):
    page = ada.get(USERS).text
    for user in (moderator, editor):
        assert user.name in page
        assert user.email in page
    assert "never" in page
    assert "just now" in page


def test_a_new_account_gets_a_link_shown_once_with_which_its_owner_comes_in(db, app, ada):
    response = ada.post(USERS, data={"name": "Nia Duarte", "email": "Nia@lantern.example", "role": "editor"})
    assert response.status_code == 201
    link = re.search(r"http://localhost(/newsroom/reset/[\w-]{43})", response.text)[1]
    assert link not in ada.get(USERS).text
    nia = app.test_client()
    password = "seven boats in the fog"
    assert send(nia, link, password=password, again=password).status_code == 303
    assert is_signed_in(nia)
    with db.read() as session:
        acts = [
            (event.kind, event.actor) for event in session.scalars(select(Event).order_by(Event.id).limit(2))
        ]
    assert acts == [("user.added", "Ada Brandvold"), ("user.reset_started", "Ada Brandvold")]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"name": "", "email": "n@l.example", "role": "editor"}, "Write the person’s name"),
        ({"name": "n" * 101, "email": "n@l.example", "role": "editor"}, "at most 100 characters"),
        ({"name": "Nia", "email": "", "role": "editor"}, "Write the person’s e-mail address"),
        ({"name": "Nia", "email": "not one", "role": "editor"}, "looks like name@example.org"),
        ({"name": "Nia", "email": "EDIE@lantern.example", "role": "editor"}, "already"),
        ({"name": "Nia", "email": "n@l.example", "role": "owner"}, "Choose a role."),
        ({"name": "Nia", "email": "n@l.example"}, "Choose a role."),
    ],
)
def test_a_form_that_does_not_do_says_why_and_keeps_what_was_typed(db, ada, editor, fields, words):
    response = ada.post(USERS, data=fields)
    assert response.status_code == 422
    assert words in response.text
    assert f'value="{fields["name"]}"' in response.text
    with db.read() as session:
        assert len(session.scalars(select(User)).all()) == 2


def test_disabling_shuts_out_at_once_and_enabling_lets_back_in(db, ada, editor, signed_in_as):
    hers = signed_in_as(editor)
    assert ada.post(f"{USERS}/disable", data={"email": editor.email}).status_code == 303
    assert not is_signed_in(hers)
    assert "Disabled" in ada.get(USERS).text
    assert ada.post(f"{USERS}/enable", data={"email": editor.email}).status_code == 303
    assert reread(db, editor).disabled_at is None


def test_a_role_counts_from_the_next_click(ada, moderator, signed_in_as):
    his = signed_in_as(moderator)
    assert his.get(USERS).status_code == 403
    assert ada.post(f"{USERS}/role", data={"email": moderator.email, "role": "admin"}).status_code == 303
    assert his.get(USERS).status_code == 200


@pytest.mark.parametrize("role", ["", "owner", "Admin"])
def test_a_role_that_there_is_not_is_refused(db, ada, moderator, role):
    response = ada.post(f"{USERS}/role", data={"email": moderator.email, "role": role})
    assert response.status_code == 422
    assert reread(db, moderator).role == Role.MODERATOR


def test_the_last_administrator_stays(db, ada, admin):
    response = ada.post(f"{USERS}/disable", data={"email": admin.email})
    assert response.status_code == 409
    assert "last administrator" in response.text
    assert reread(db, admin).disabled_at is None


def test_nobody_is_said_to_have_been_faster_where_nobody_was(ada, admin, editor):
    for verb, email in (("disable", admin.email), ("enable", editor.email)):
        answer = ada.post(f"{USERS}/{verb}", data={"email": email})
        assert answer.status_code == 409
        assert "<h1>That did not work</h1>" in answer.text
        assert "Reload" not in answer.text


def test_a_link_for_somebody_is_shown_once(ada, editor):
    response = ada.post(f"{USERS}/reset", data={"email": editor.email})
    assert "Give this link to Edie Okonjo" in response.text
    assert re.search(r"http://localhost/newsroom/reset/[\w-]{43}", response.text)


@pytest.mark.parametrize("verb", ["disable", "enable", "role", "reset"])
def test_acts_on_nobody_say_so(ada, verb):
    response = ada.post(f"{USERS}/{verb}", data={"email": "nobody@lantern.example", "role": "editor"})
    assert response.status_code == 404
    assert "no account with that e-mail address" in response.text
