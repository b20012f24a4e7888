"""Signing in says the same to everybody who is wrong, slows guessing, and locks nobody out."""

import html
import re
from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from builders import a_tip, a_user
from doors import FIREFOX, PASSWORD, is_signed_in, sign_in, token_in, with_password
from sqlalchemy import select, update

from tipline import clock
from tipline.accounts import door, passwords
from tipline.models import Event, Note, Session, Throttle, User

LOGIN = "/newsroom/login"


@pytest.fixture
def edie(db, editor):
    return with_password(db, editor)


@pytest.fixture
def later(monkeypatch):
    """A function: let time pass."""
    passed = [timedelta()]
    real = clock.now
    monkeypatch.setattr(clock, "now", lambda: real() + passed[0])

    def pass_by(**units):
        passed[0] += timedelta(**units)

    return pass_by


def without_what_was_typed(response):
    """A page without token and address, so that two can be compared."""
    return re.sub(r'value="[^"]*"', "", response.text)


def test_the_right_pair_goes_to_the_queue(db, client, edie):
    response = sign_in(client, " EDIE@lantern.example ")
    assert (response.status_code, response.location) == (303, "/newsroom/queue")
    assert is_signed_in(client)
    with db.read() as session:
        [row] = session.scalars(select(Session))
        [event] = session.scalars(select(Event))
    assert (row.device, row.user_id) == ("Firefox on Linux", edie.id)
    assert (event.kind, event.subject, event.actor_id) == ("user.signed_in", edie.email, edie.id)


def test_wrong_unknown_disabled_and_passwordless_read_the_same(db, client, edie):
    with_password(db, a_user(db, email="gone@lantern.example", disabled_at=clock.now()))
    a_user(db, email="new@lantern.example")
    wrong = sign_in(client, edie.email, "not that one")
    others = [
        sign_in(client, email, password, address=f"192.0.2.{number}")
        for number, (email, password) in enumerate([
            ("nobody@lantern.example", PASSWORD), ("gone@lantern.example", PASSWORD),
            ("new@lantern.example", PASSWORD), ("no address", PASSWORD), ("nul\0@l.example", PASSWORD),
            (edie.email, "x" * 5000), ("nul\0@lantern.example", "🎭\0" * 30),
        ], 20)
    ]  # fmt: skip
    assert wrong.status_code == 422
    assert door.WRONG in html.unescape(wrong.text)
    assert {(other.status_code, without_what_was_typed(other)) for other in others} == {
        (422, without_what_was_typed(wrong))
    }
    assert not is_signed_in(client)


def test_what_was_typed_stays_but_never_the_password(client, edie):
    response = sign_in(client, edie.email, "not that one")
    assert f'value="{edie.email}"' in response.text
    assert "not that one" not in response.text


@pytest.mark.parametrize(
    ("email", "password", "words"),
    [("", PASSWORD, "Write your e-mail address"), ("e@l.example", "", "Write your password"),
     ("e" * 300, PASSWORD, "too long for an e-mail address")],
)  # fmt: skip
def test_an_unfinished_form_says_what_is_missing(client, db, email, password, words):
    response = sign_in(client, email, password)
    assert response.status_code == 422
    assert words in response.text
    with db.read() as session:
        assert session.scalars(select(Throttle)).all() == []


@pytest.mark.parametrize("email", ["edie@lantern.example", "nobody@lantern.example"])
def test_the_fourth_guess_waits_for_known_and_unknown_alike(client, edie, email):
    for _ in range(3):
        assert sign_in(client, email, "not that one").status_code == 422
    response = sign_in(client, email, "not that one")
    assert response.status_code == 429
    assert response.headers["Retry-After"] == "1"
    assert "Wait 1 second, then try again" in response.text


def test_whoever_waits_gets_in(client, edie, later):
    for _ in range(3):
        sign_in(client, edie.email, "not that one")
    assert sign_in(client, edie.email).status_code == 429
    later(seconds=1)
    assert sign_in(client, edie.email).status_code == 303


def test_guesses_from_everywhere_slow_the_account_but_not_its_known_browser(app, client, edie, later):
    sign_in(client, edie.email)
    stranger = app.test_client()
    for number in range(3):
        sign_in(stranger, edie.email, "not that one", address=f"198.51.100.{number}")
    assert sign_in(stranger, edie.email, address="203.0.113.1").status_code == 429
    client.post("/newsroom/logout", data={"csrf_token": token_in(client.get("/newsroom/account"))})
    assert not is_signed_in(client)
    assert sign_in(client, edie.email).status_code == 303


def test_a_known_browser_cannot_guess_without_end_either(client, edie):
    sign_in(client, edie.email)
    client.delete_cookie("tipline")
    answers = [sign_in(client, edie.email, "not that one").status_code for _ in range(4)]
    assert answers == [422, 422, 422, 429]


def test_a_known_browser_is_not_known_for_other_accounts(db, client, edie, admin):
    sign_in(client, edie.email)
    client.delete_cookie("tipline")
    for _ in range(3):
        sign_in(client, admin.email, "not that one")
    assert sign_in(client, admin.email, "not that one").status_code == 429


def test_a_try_that_must_wait_is_refused_also_when_it_slips_past_the_first_look(client, edie, monkeypatch):
    monkeypatch.setattr("tipline.accounts.throttle.wait", lambda *_args, **_named: timedelta(0))
    for _ in range(3):
        sign_in(client, edie.email, "not that one")
    assert sign_in(client, edie.email).status_code == 429


def test_the_cookies_cannot_be_read_by_scripts_and_stay_in_the_newsroom(client, edie):
    response = sign_in(client, edie.email)
    device = next(
        line for line in response.headers.getlist("Set-Cookie") if line.startswith("tipline_device=")
    )
    assert "HttpOnly" in device
    assert "SameSite=Strict" in device
    assert "Path=/newsroom" in device
    assert "Secure" not in device


def test_an_old_hash_is_made_anew_at_sign_in(db, client, editor):
    old = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(PASSWORD)
    with db.write() as session:
        session.execute(update(User).where(User.id == editor.id).values(password_hash=old))
    assert sign_in(client, editor.email).status_code == 303
    with db.read() as session:
        stored = session.get_one(User, editor.id).password_hash
    assert stored != old
    assert not passwords.is_outdated(stored)


@pytest.mark.parametrize(
    ("wanted", "goes_to"),
    [
        ("/newsroom/account", "/newsroom/account"),
        ("/newsroom/account?x=two%20words#end", "/newsroom/account?x=two%20words#end"),
        ("", "/newsroom/queue"),
        ("https://evil.example/newsroom/account", "/newsroom/queue"),
        ("//evil.example/newsroom/account", "/newsroom/queue"),
        ("/newsroom/../..//evil.example", "/newsroom/queue"),
        ("/newsroom/\\evil.example", "/newsroom/queue"),
        ("/newsroom/account\r\nSet-Cookie: x=y", "/newsroom/queue"),
        ("/tip", "/newsroom/queue"),
        ("/newsroom/logout", "/newsroom/queue"),
        ("/newsroom/login?next=/newsroom/login", "/newsroom/queue"),
        ("/newsroom/nowhere", "/newsroom/queue"),
    ],
)
def test_next_leads_to_pages_of_the_newsroom_only(client, edie, wanted, goes_to):
    assert sign_in(client, edie.email, next=wanted).location == goes_to


def test_next_survives_a_wrong_password(client, edie):
    page = client.get(LOGIN, query_string={"next": "/newsroom/account"})
    assert 'name="next" value="/newsroom/account"' in page.text
    again = sign_in(client, edie.email, "not that one", next="/newsroom/account")
    assert 'name="next" value="/newsroom/account"' in again.text


def test_whoever_is_in_already_is_sent_on(client, edie):
    sign_in(client, edie.email)
    response = client.get(LOGIN, query_string={"next": "/newsroom/account"})
    assert (response.status_code, response.location) == (302, "/newsroom/account")


def test_what_was_being_written_goes_on_after_signing_in(client, edie):
    kept = {
        "kept.name": "Zoë <Zed>",
        "kept.email": "zoe@lantern.example",
        "kept.csrf_token": "old",
        "next": "/newsroom/users",
    }
    refused = sign_in(client, edie.email, "not that one", **kept)
    assert refused.status_code == 422
    assert 'name="kept.name" value="Zoë &lt;Zed&gt;"' in refused.text
    assert 'name="next" value="/newsroom/users"' in refused.text
    page = sign_in(client, edie.email, **kept)
    assert page.status_code == 200
    assert 'action="/newsroom/users"' in page.text
    assert 'name="name" value="Zoë &lt;Zed&gt;"' in page.text
    assert page.text.count('name="csrf_token"') == 1
    assert is_signed_in(client)


def test_what_was_being_written_is_never_sent_to_another_site(client, edie):
    page = sign_in(client, edie.email, **{"kept.body": "mine", "next": "https://evil.example/"})
    assert "evil.example" not in page.text


def sign_out(browser, _db, _user):
    browser.post("/newsroom/logout", data={"csrf_token": token_in(browser.get("/newsroom/account"))})


def sign_out_and_come_back_with_the_cookie(browser, db, user):
    cookie = browser.get_cookie("tipline").value
    sign_out(browser, db, user)
    browser.set_cookie("tipline", cookie)


def be_away(_browser, db, _user):
    with db.write() as session:
        session.execute(update(Session).values(seen_at=clock.now() - timedelta(minutes=31)))


def be_disabled(_browser, db, user):
    with db.write() as session:
        session.execute(update(User).where(User.id == user.id).values(disabled_at=clock.now()))


ENDS = [sign_out, sign_out_and_come_back_with_the_cookie, be_away, be_disabled]


@pytest.fixture
def note(db, client, edie):
    """Where a note goes, and the note, from a page that was opened before the session ended."""
    sign_in(client, edie.email)
    tip = a_tip(db, "The drummer left by the back door.")
    token = token_in(client.get(f"/newsroom/tips/{tip.ref}"))
    return f"/newsroom/tips/{tip.ref}/notes", {"csrf_token": token, "body": "Zoë <called> back"}


@pytest.mark.parametrize("end", ENDS)
def test_however_a_session_ended_what_was_being_written_is_kept(db, client, edie, note, end):
    path, written = note
    end(client, db, edie)
    answer = client.post(path, data=written, headers={"Sec-Fetch-Site": "same-origin"})
    assert answer.status_code == 401
    assert 'name="kept.body" value="Zoë &lt;called&gt; back"' in answer.text
    assert f'name="next" value="{path}"' in answer.text
    assert "drummer" not in answer.text
    assert not is_signed_in(client)


def test_what_was_kept_is_sent_after_signing_in(db, client, edie, note):
    path, written = note
    sign_out(client, db, edie)
    page = client.post(path, data=written)
    fields = {"csrf_token": token_in(page), "email": edie.email, "password": PASSWORD, "next": path}
    page = client.post("/newsroom/login", data={**fields, "kept.body": written["body"]})
    assert client.post(path, data={**written, "csrf_token": token_in(page)}).status_code == 303
    with db.read() as session:
        assert session.scalars(select(Note.body)).all() == [written["body"]]


def test_a_page_of_an_older_session_loses_nothing(db, client, edie, note):
    path, written = note
    sign_out(client, db, edie)
    sign_in(client, edie.email)
    page = client.post(path, data=written)
    assert page.status_code == 400
    assert 'name="body" value="Zoë &lt;called&gt; back"' in page.text
    assert f'action="{path}"' in page.text
    in_the_pane = client.post(path, data=written, headers={"HX-Request": "true"})
    assert in_the_pane.headers["HX-Retarget"] == "body"
    assert client.post(path, data={**written, "csrf_token": token_in(page)}).status_code == 303
    with db.read() as session:
        assert session.scalars(select(Note.body)).all() == [written["body"]]


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}])
def test_no_other_site_sends_through_an_older_page(db, client, edie, note, headers):
    sign_out(client, db, edie)
    sign_in(client, edie.email)
    answer = client.post(note[0], data=note[1], headers=headers)
    assert (answer.status_code, "called" in answer.text) == (403, False)


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}])
def test_no_other_site_puts_words_into_the_page_for_signing_in(client, note, headers):
    client.delete_cookie("tipline")
    answer = client.post(note[0], data=note[1], headers=headers)
    assert (answer.status_code, "called" in answer.text) == (403, False)


def test_a_form_without_a_word_leads_to_the_door_and_passwords_are_not_kept(client):
    passwords = {"current": PASSWORD, "password": "seven boats", "again": "seven boats"}
    for fields in ({}, {"name": "of no page"}, {"csrf_token": "old"}, {"csrf_token": "old", **passwords}):
        answer = client.post("/newsroom/account", data=fields)
        assert (answer.status_code, answer.location) == (302, LOGIN)
    kept = {f"kept.{name}": value for name, value in passwords.items()}
    page = sign_in(client, "nobody@lantern.example", **{"kept.body": "mine", **kept})
    assert ("mine" in page.text, "seven boats" in page.text) == (True, False)


def test_signing_out_ends_the_session(db, client, edie):
    sign_in(client, edie.email)
    token = token_in(client.get("/newsroom/account"))
    response = client.post("/newsroom/logout", data={"csrf_token": token}, headers={"User-Agent": FIREFOX})
    assert (response.status_code, response.location) == (303, LOGIN)
    assert not is_signed_in(client)
    with db.read() as session:
        assert [event.kind for event in session.scalars(select(Event).order_by(Event.id))] == [
            "user.signed_in",
            "user.signed_out",
        ]


def test_known_and_unknown_accounts_go_through_the_same_steps(db, keyring, edie, monkeypatch):
    checked, written = [], []
    monkeypatch.setattr(passwords, "matches", lambda stored, _password: checked.append(stored))
    for email, address in ((edie.email, "192.0.2.7"), ("nobody@lantern.example", "192.0.2.8")):
        door.examine(db, keyring, door.Knock(email, PASSWORD, address, ""), now=clock.now())
        with db.read() as session:
            written.append(len(session.scalars(select(Throttle)).all()))
    assert checked == [edie.password_hash, None]
    assert written == [2, 4]


def test_success_never_counts_against_anybody(app, edie):
    answers = [sign_in(app.test_client(), edie.email).status_code for _ in range(5)]
    assert answers == [303] * 5
