"""One form, one tip: reloads, retries, copies in parallel, old forms."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from builders import counted
from intake.readers import errors_on, open_form, send, tips_in, token_on, words_on, written_on
from sqlalchemy.exc import IntegrityError

from tipline import clock
from tipline.intake import actions, token


def aged(keyring, hours: float) -> str:
    return token.issue(keyring, now=clock.now() - timedelta(hours=hours))


def test_the_same_form_sent_twice_is_one_tip_with_one_receipt(client, db):
    stamp = open_form(client)
    first = send(client, token=stamp, email="vera@example.org")
    again = send(client, token=stamp, email="vera@example.org")
    assert (first.status_code, again.status_code) == (201, 201)
    assert words_on(first) == words_on(again)
    assert len(tips_in(db)) == 1
    assert counted(db) == {"pending": 1}


def test_line_ends_do_not_make_other_answers(client, db):
    stamp = open_form(client)
    send(client, token=stamp, body="a\r\nb")
    assert send(client, token=stamp, body="a\nb").status_code == 201
    assert len(tips_in(db)) == 1


@pytest.mark.parametrize(
    "change", [{"body": "Something else"}, {"email": "x@example.org"}, {"contact_ok": "y"}]
)
def test_the_same_form_with_other_answers_is_refused_with_the_text_kept(client, db, change):
    stamp = open_form(client)
    send(client, token=stamp)
    page = send(client, token=stamp, **change)
    assert page.status_code == 422
    assert list(errors_on(page)) == ["token"]
    assert "sent once" in errors_on(page)["token"]
    assert written_on(page) == change.get("body", "The drummer bought a lighthouse.")
    assert len(tips_in(db)) == 1
    assert send(client, token=token_on(page), **change).status_code == 201
    assert len(tips_in(db)) == 2


def test_an_old_form_is_refused_with_the_text_kept_and_a_new_token(client, db, keyring):
    page = send(client, token=aged(keyring, 24.1), body="Half a page of text")
    assert page.status_code == 422
    assert "open for more than a day" in errors_on(page)["token"]
    assert written_on(page) == "Half a page of text"
    assert tips_in(db) == []
    assert send(client, token=token_on(page), body="Half a page of text").status_code == 201


def test_a_form_of_nearly_a_day_is_taken(client, keyring):
    assert send(client, token=aged(keyring, 23.9)).status_code == 201


def test_a_retry_is_welcome_at_any_age(client, db, keyring, monkeypatch):
    stamp = open_form(client)
    first = send(client, token=stamp)
    monkeypatch.setattr(token, "AGE_LIMIT", timedelta(seconds=-10))
    again = send(client, token=stamp)
    assert again.status_code == 201
    assert words_on(again) == words_on(first)
    assert send(client, token=stamp, body="other").status_code == 422
    assert len(tips_in(db)) == 1


@pytest.mark.parametrize(
    "stamp", ["", "x", "a.b.c", "t1.AAAA.AAAA", "\ud83d", "t1.ü.x", "t1.A.A", "." * 3000, "t1..", "t9.AA.AA"]
)
def test_a_token_that_is_not_ours_is_refused_with_the_text_kept(client, db, stamp):
    page = client.post("/tip", data={"token": stamp.encode("utf-8", "replace"), "body": "Kept"})
    assert page.status_code == 422
    assert list(errors_on(page)) == ["token"]
    assert written_on(page) == "Kept"
    assert tips_in(db) == []
    assert send(client, token=token_on(page)).status_code == 201


def test_a_missing_token_is_refused_with_the_text_kept(client, db):
    page = client.post("/tip", data={"body": "Kept"})
    assert page.status_code == 422
    assert written_on(page) == "Kept"


@pytest.mark.thorough
def test_a_hundred_copies_at_once_are_one_tip(app, client, db):
    stamp = open_form(client)

    def one(_number: int) -> tuple[int, str]:
        page = send(app.test_client(), token=stamp, name="Vera")
        return page.status_code, words_on(page)

    with ThreadPoolExecutor(16) as pool:
        answers = set(pool.map(one, range(100)))
    assert len(answers) == 1
    assert answers.pop()[0] == 201
    assert len(tips_in(db)) == 1
    assert counted(db) == {"pending": 1}


@pytest.mark.thorough
def test_of_copies_with_different_answers_one_wins(app, client, db):
    stamp = open_form(client)
    with ThreadPoolExecutor(8) as pool:
        pages = list(
            pool.map(lambda number: send(app.test_client(), token=stamp, body=f"{number}"), range(24))
        )
    assert sorted(page.status_code for page in pages) == [201] + [422] * 23
    assert len(tips_in(db)) == 1


def test_a_ref_that_is_taken_is_drawn_again(client, db, monkeypatch):
    refs = iter(["AAAAAAAA", "AAAAAAAA", "BBBBBBBB"])
    monkeypatch.setattr(actions, "new_ref", lambda: next(refs))
    assert send(client).status_code == 201
    assert send(client).status_code == 201
    assert [tip.ref for tip in tips_in(db)] == ["AAAAAAAA", "BBBBBBBB"]
    assert counted(db) == {"pending": 2}


def test_a_tip_that_cannot_get_a_ref_is_answered_with_the_form(client, db, monkeypatch):
    monkeypatch.setattr(actions, "new_ref", lambda: "AAAAAAAA")
    assert send(client).status_code == 201
    page = send(client)
    assert page.status_code == 503
    assert list(errors_on(page)) == ["token"]
    assert counted(db) == {"pending": 1}


def test_a_broken_tip_leaves_nothing_behind(client, db, keyring):
    stamp = token.read(keyring, open_form(client))
    arrival = actions.prepare(keyring, actions.Answers(body="x", name="V"), token=stamp, now=clock.now())
    arrival.contact["key_id"] = None
    with pytest.raises(IntegrityError), db.write() as session:
        actions.submit(session, arrival)
    assert tips_in(db) == []
    assert counted(db) == {}
