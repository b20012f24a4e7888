"""A new password by a link: asked for by mail, or handed over; the same words for every address."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from builders import a_user
from doors import PASSWORD, is_signed_in, send, sign_in, with_password
from mail_host import MailHost, running, text_of
from sqlalchemy import select

from tipline import clock
from tipline.accounts import actions, resets
from tipline.models import Delivery, Event, PasswordReset

NEW = "seven boats in the fog"
SITE = "https://tips.lantern.example"


@pytest.fixture
def mailing(settings):
    return replace(settings, smtp_url="smtp://127.0.0.1:9", site_url="http://localhost")


@pytest.fixture
def browser(an_app, mailing):
    return an_app(smtp_url=mailing.smtp_url, site_url=mailing.site_url).test_client()


def ask(browser, email, address="192.0.2.7"):
    return send(browser, "/newsroom/reset", email=email, address=address)


def waiting(db):
    with db.read() as session:
        return session.scalars(select(Delivery).order_by(Delivery.id)).all()


def link_for(db, user, now=None):
    with db.write() as session:
        return "/newsroom/reset/" + actions.start_reset(session, user, now=now or clock.now())


def posted(settings, db, **answers):
    """What the worker sends now."""
    with running(MailHost(answers=answers)) as host:
        served = replace(settings, smtp_url=f"smtp://127.0.0.1:{host.port}", site_url=SITE)
        resets.send_asked(db, served, clock.now())
    return [text_of(letter) for letter in host.letters]


def test_every_address_gets_the_same_words_and_leaves_the_same_row(db, browser, editor):
    pages = [ask(browser, email).text for email in (editor.email, "nobody@lantern.example")]
    assert pages[0] == pages[1]
    assert "If there is an account with that address" in pages[0]
    assert [(row.kind, row.state, list(row.payload)) for row in waiting(db)] == [
        ("reset", "pending", ["email"])
    ] * 2


def test_the_worker_writes_to_those_who_are_there_only(db, settings, browser, editor):
    a_user(db, email="gone@lantern.example", disabled_at=clock.now())
    for email in (editor.email.upper(), "nobody@lantern.example", "gone@lantern.example"):
        ask(browser, email)
    [letter] = posted(settings, db)
    assert letter.startswith("To edie@lantern.example: A new password for the newsroom\n")
    assert re.search(rf"^{SITE}/newsroom/reset/[\w-]{{43}}$", letter, re.MULTILINE)
    assert [(row.state, row.payload) for row in waiting(db)] == [("done", {})] * 3
    with db.read() as session:
        assert [event.actor for event in session.scalars(select(Event))] == ["tipline"]


def test_the_secret_is_stored_nowhere(db, settings, browser, editor):
    ask(browser, editor.email)
    [letter] = posted(settings, db, END="451 later")
    secret = re.search(r"/reset/([\w-]{43})", letter)[1]
    with db.read() as session:
        [kept] = session.scalars(select(PasswordReset.token_hash))
    assert secret.encode() not in kept
    assert secret not in str([(row.payload, row.error, row.marker) for row in waiting(db)])


def test_the_mailed_link_works(db, settings, browser, editor):
    ask(browser, editor.email)
    [letter] = posted(settings, db)
    path = re.search(r"(/newsroom/reset/[\w-]{43})", letter)[1]
    assert send(browser, path, password=NEW, again=NEW).status_code == 303
    assert is_signed_in(browser)


def test_one_letter_in_five_minutes_is_enough(db, keyring, now):
    with db.write() as session:
        for seconds in (0, 1, 200, 301):
            resets.ask(session, keyring, "edie@lantern.example", now=now + timedelta(seconds=seconds))
    assert len(waiting(db)) == 2


def test_one_source_cannot_ask_without_end(db, browser):
    answers = [ask(browser, f"user{number}@lantern.example") for number in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[3].headers["Retry-After"] == "1"
    assert len(waiting(db)) == 3


def test_an_empty_form_says_what_is_missing(browser):
    response = ask(browser, "")
    assert response.status_code == 422
    assert "Write your e-mail address" in response.text


def test_without_a_mail_server_the_page_says_who_can_help(db, client, editor):
    page = client.get("/newsroom/reset")
    assert "An administrator of your newsroom can make you a link" in page.text
    response = send(client, "/newsroom/reset", page="/newsroom/login", email=editor.email)
    assert "sends no mail" in response.text
    assert waiting(db) == []
    assert "An administrator" in client.get("/newsroom/login").text


def test_links_need_an_address_of_ours(settings):
    assert not resets.can_mail(replace(settings, smtp_url="smtp://mail.example", site_url=""))
    assert resets.can_mail(replace(settings, smtp_url="smtp://mail.example", site_url=SITE))


def test_choosing_a_password_signs_in_and_ends_everything_else(db, app, client, editor):
    with_password(db, editor)
    elsewhere = app.test_client()
    sign_in(elsewhere, editor.email)
    path = link_for(db, editor)
    assert "For Edie Okonjo" in client.get(path).text
    response = send(client, path, password=NEW, again=NEW)
    assert (response.status_code, response.location) == (303, "/newsroom/queue")
    assert is_signed_in(client)
    assert not is_signed_in(elsewhere)
    assert sign_in(elsewhere, editor.email, PASSWORD).status_code == 422
    assert sign_in(elsewhere, editor.email, NEW).status_code == 303
    assert client.get(path).status_code == 404


def test_looking_at_a_link_does_not_use_it_up(db, client, editor):
    path = link_for(db, editor)
    assert [client.get(path).status_code for _ in range(2)] == [200, 200]


@pytest.mark.parametrize(
    ("password", "again", "words"),
    [
        ("short", "short", "12 characters"),
        (NEW, NEW + "!", "The two are not the same"),
        ("", "", "Choose a password"),
        ("edie@lantern.example", "edie@lantern.example", "first thing somebody would try"),
    ],
)
def test_a_password_that_cannot_be_taken_leaves_the_link_usable(db, client, editor, password, again, words):
    path = link_for(db, editor)
    response = send(client, path, password=password, again=again)
    assert response.status_code == 422
    assert words in response.text
    assert send(client, path, password=NEW, again=NEW).status_code == 303


def test_an_old_and_an_invented_link_read_the_same(db, client, editor):
    old = link_for(db, editor, now=clock.now() - timedelta(hours=2))
    pages = [client.get(path) for path in (old, "/newsroom/reset/invented", "/newsroom/reset/%00")]
    assert {page.status_code for page in pages} == {404}
    assert all("is older than an hour" in page.text for page in pages)
