"""Under suspicion: asked once, sent by itself with a proof, held back without, and never lost."""

import re

import pytest
from builders import fresh
from intake.readers import open_form, send, tips_in, token_on, value_on, words_on, written_on
from intake.solver import challenge_on, solved

from tipline import clock
from tipline.intake import proof
from tipline.intake.token import issue
from tipline.models import Event, Group
from tipline.models.group import rank

ADDRESS = "93.184.216.34"
CODE = "Look: [url=https://cheap.example]cheap[/url]"


@pytest.fixture(autouse=True)
def few_steps(monkeypatch):
    monkeypatch.setattr(proof, "STEPS", 2_000)


@pytest.fixture
def asked(client):
    """The page that asks, after a tip that looks like a program's."""
    page = send(client, body=CODE, about="Vera", email="vera@example.org")
    assert page.status_code == 422
    return page


def again(client, page, **more):
    answers = {"token": token_on(page), "body": CODE, "about": "Vera", "email": "vera@example.org"}
    return client.post("/tip", data={**answers, **more})


def group_of(db, tip):
    with db.read() as session:
        return session.get_one(Group, tip.group_id)


def test_whoever_is_asked_finds_all_they_wrote(asked, db):
    assert written_on(asked) == CODE
    assert value_on(asked, "about") == "Vera"
    assert value_on(asked, "email") == "vera@example.org"
    assert challenge_on(asked)
    assert 'name="proof"' in asked.text
    assert asked.headers["Cache-Control"] == "no-store"
    assert tips_in(db) == []


def test_enter_sends_the_form_as_its_own_button_does(asked):
    buttons = re.findall(r"<button[^>]*>", asked.text)
    first = next(tag for tag in buttons if 'form="tip"' in tag)
    assert "unchecked" not in first
    assert asked.text.index(first) < asked.text.index('id="unchecked"') < asked.text.index("<form method")


def test_nobody_else_is_asked(client):
    assert 'name="proof"' not in client.get("/tip").text
    wrong = send(client, body="")
    assert wrong.status_code == 422
    assert 'name="proof"' not in wrong.text


def test_with_the_proof_it_is_a_tip_like_any_other(client, asked, db):
    page = again(client, asked, proof=solved(challenge_on(asked)))
    assert page.status_code == 201
    [tip] = tips_in(db)
    assert (tip.quarantined, tip.held_back) == (False, None)
    assert group_of(db, tip).rank == rank(0.0, tip.received_at)


def test_without_it_the_tip_is_stored_and_waits_further_down(client, asked, db):
    page = again(client, asked, proof="")
    assert page.status_code == 201
    assert len(words_on(page).split()) == 6
    [tip] = tips_in(db)
    assert (tip.body, tip.state, tip.quarantined, tip.held_back) == (CODE, "pending", True, "hurry code")
    assert group_of(db, tip).rank == rank(-8.0, tip.received_at)
    with db.read() as session:
        assert session.query(Event).one().data == {}


def test_the_receipt_of_what_is_held_back_is_like_any_other(client, asked):
    words = words_on(again(client, asked, proof=""))
    page = client.post("/receipt", data={"code": words})
    assert page.status_code == 200
    assert not re.search(r"\bheld\b", page.text.lower())  # the six words may have "handheld" among them


def test_a_retry_of_what_is_held_back_shows_the_same_receipt(client, asked, db):
    first = again(client, asked, proof="")
    second = again(client, asked)
    third = again(client, asked, proof="nonsense")
    assert (second.status_code, third.status_code) == (201, 201)
    assert words_on(first) == words_on(second) == words_on(third)
    assert len(tips_in(db)) == 1


@pytest.mark.parametrize("answer", ["nonsense", "e30=", "x" * 5_000])
def test_an_answer_that_is_none_is_asked_again(client, asked, db, answer):
    page = again(client, asked, proof=answer)
    assert page.status_code == 422
    assert challenge_on(page) != challenge_on(asked)
    assert tips_in(db) == []


def test_a_proof_is_good_for_one_tip(client, asked, db):
    answer = solved(challenge_on(asked))
    assert again(client, asked, proof=answer).status_code == 201
    other = again(client, asked, token=open_form(client), proof=answer)
    assert other.status_code == 422
    assert len(tips_in(db)) == 1


def test_a_proof_that_ran_out_is_asked_for_once_more(client, asked, db, monkeypatch):
    monkeypatch.setattr(proof, "LIFETIME", -proof.LIFETIME)
    late = again(client, asked, proof="nonsense")
    monkeypatch.undo()
    page = again(client, late, proof=solved(challenge_on(late)))
    assert page.status_code == 422
    assert written_on(page) == CODE


def test_who_takes_their_time_is_not_asked(client, keyring, db):
    early = issue(keyring, now=clock.now() - 60 * proof.LIFETIME / 3600)
    assert send(client, token=early, body=CODE).status_code == 201
    assert not tips_in(db)[0].quarantined


def test_a_filled_trap_is_held_back_unasked(client, db):
    page = send(client, website="https://cheap.example")
    assert page.status_code == 201
    [tip] = tips_in(db)
    assert (tip.quarantined, tip.held_back, tip.state) == (True, "trap hurry", "pending")
    assert fresh(db, tip).spam_score == 1.0


def test_a_flood_from_one_network_is_asked_and_nobody_else(app, client, db):
    client.environ_base["REMOTE_ADDR"] = ADDRESS
    codes = [send(client).status_code for _ in range(12)]
    assert codes == [201] * 10 + [422] * 2
    other = app.test_client()
    other.environ_base["REMOTE_ADDR"] = "93.184.216.99"
    assert send(other).status_code == 201
    assert len(tips_in(db)) == 11


def test_without_limits_no_network_is_a_crowd(client, settings, db):
    object.__setattr__(settings, "rate_limits", "off")
    client.environ_base["REMOTE_ADDR"] = ADDRESS
    assert {send(client).status_code for _ in range(25)} == {201}
