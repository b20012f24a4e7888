"""One's own account: where one is signed in, and a new password."""

import re

import pytest
from doors import PASSWORD, is_signed_in, sign_in, token_in, with_password
from sqlalchemy import select

from tipline.models import Event, Session

NEW = "seven boats in the fog"
ACCOUNT = "/newsroom/account"


@pytest.fixture
def edie(db, editor):
    return with_password(db, editor)


@pytest.fixture
def browser(signed_in_as, edie):
    return signed_in_as(edie)


def change(browser, current=PASSWORD, password=NEW, again=None):
    return browser.post(ACCOUNT, data={"current": current, "password": password, "again": again or password})


def handles(page):
    return re.findall(r'name="session" value="(\w+)"', page.text)


def test_it_says_who_one_is_and_what_one_may(browser):
    page = browser.get(ACCOUNT)
    assert "edie@lantern.example, Editor." in page.text
    assert "write drafts" in page.text


def test_it_lists_where_one_is_signed_in_and_ends_one_elsewhere(browser, signed_in_as, edie):
    elsewhere = signed_in_as(edie)
    page = browser.get(ACCOUNT)
    assert page.text.count("Firefox on Linux") == 2
    [handle] = handles(page)
    response = browser.post(f"{ACCOUNT}/end", data={"session": handle})
    assert (response.status_code, response.location) == (303, ACCOUNT)
    assert not is_signed_in(elsewhere)
    assert is_signed_in(browser)
    assert browser.post(f"{ACCOUNT}/end", data={"session": handle}).status_code == 404


def test_nobody_ends_the_session_of_another(db, browser, signed_in_as, admin):
    hers = signed_in_as(admin)
    with db.read() as session:
        [row] = session.scalars(select(Session).where(Session.user_id == admin.id))
    assert browser.post(f"{ACCOUNT}/end", data={"session": row.token_hash.hex()[:16]}).status_code == 404
    assert is_signed_in(hers)


def test_a_new_password_goes_on_here_and_ends_everything_else(db, app, browser, signed_in_as, edie):
    elsewhere = signed_in_as(edie)
    response = change(browser)
    assert response.status_code == 200
    assert "Your password is changed" in response.text
    assert "tipline_device" in str(response.headers.getlist("Set-Cookie"))
    assert is_signed_in(browser)
    assert not is_signed_in(elsewhere)
    fresh = app.test_client()
    assert sign_in(fresh, edie.email, PASSWORD).status_code == 422
    assert sign_in(fresh, edie.email, NEW).status_code == 303
    with db.read() as session:
        assert session.scalars(select(Event.kind).order_by(Event.id)).first() == "user.password_changed"


@pytest.mark.parametrize(
    ("current", "password", "again", "words"),
    [
        ("not that one", NEW, NEW, "That is not your password now"),
        (PASSWORD, "short", "short", "12 characters"),
        (PASSWORD, NEW, "another thing", "The two are not the same"),
        ("", NEW, NEW, "Write your password of now"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_changes(app, browser, edie, current, password, again, words):
    response = change(browser, current, password, again)
    assert response.status_code == 422
    assert words in response.text
    assert sign_in(app.test_client(), edie.email, PASSWORD).status_code == 303


def test_guessing_the_password_of_an_open_session_is_slowed(browser):
    answers = [change(browser, current="not that one") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [422, 422, 422, 429]
    assert answers[3].headers["Retry-After"] == "1"


def test_a_session_that_was_ended_cannot_be_replayed(app, browser, edie):
    cookie = browser.get_cookie("tipline").value
    browser.post("/newsroom/logout")
    thief = app.test_client()
    thief.set_cookie("tipline", cookie)
    assert not is_signed_in(thief)


def test_the_page_carries_a_token_for_its_forms(browser):
    assert token_in(browser.get(ACCOUNT))
