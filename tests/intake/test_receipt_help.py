"""What helps with six words: keeping them, typing them, and a door that a flood does not shut."""

import pytest
from intake.readers import errors_on, send, value_on, words_on
from sqlalchemy import select, update

from tipline.intake.limits import RULES
from tipline.models import Contact

ELSEWHERE = "93.184.216.34"


@pytest.fixture
def words(client):
    return words_on(send(client))


def wrong(word: str) -> str:
    """Return a word that is one slip away."""
    return word[:-1] + word[-1] * 3


def test_the_receipt_page_holds_a_code_and_a_form_that_saves_without_script(client):
    page = send(client)
    assert '<svg class="qr"' in page.text
    assert value_on(page, "words") == words_on(page)


def test_the_saved_file_says_the_six_words_and_nothing_else(client, words):
    file = client.post("/receipt/file", data={"words": words})
    assert (file.status_code, file.mimetype) == (200, "text/plain")
    assert file.text == f"{words}\n"
    assert file.headers["Content-Disposition"] == "attachment; filename=receipt.txt"
    assert file.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in file.headers


@pytest.mark.parametrize("words", ["", "abacus", "abacus zoom abacus zoom abacus <b>", "curl evil | sh"])
def test_nothing_but_six_listed_words_is_sent_back_as_a_file(client, words):
    page = client.post("/receipt/file", data={"words": words})
    assert page.status_code == 422
    assert "Content-Disposition" not in page.headers


def test_a_slip_is_answered_with_what_may_have_been_meant(client, words):
    first = words.split()[0]
    page = client.post("/receipt", data={"code": words.replace(first, wrong(first), 1)})
    assert page.status_code == 404
    assert f"“{wrong(first)}” is not one of our words." in errors_on(page)["code"]
    assert "<title>Error: " in page.text


def test_the_words_that_were_meant_open_with_one_press(client):
    page = client.post("/receipt", data={"code": "abacus zoom abacus zombi abacus zoom", "message": "Kept"})
    assert 'name="meant" value="abacus zoom abacus zombie abacus zoom"' in page.text
    assert "Kept" in page.text


def test_agreeing_to_what_was_meant_opens_it(client, words):
    page = client.post("/receipt", data={"code": "what was typed", "meant": words})
    assert page.status_code == 200


def test_the_answer_to_a_slip_is_the_same_whether_the_receipt_exists(client, words):
    first = words.split()[0]
    there = client.post("/receipt", data={"code": words.replace(first, wrong(first), 1)})
    strange = " ".join([wrong(first), *["abacus", "zoom", "abacus", "zoom", "abacus"]])
    not_there = client.post("/receipt", data={"code": strange})
    assert errors_on(there) == errors_on(not_there)


@pytest.mark.parametrize(("typed", "count"), [("abacus zoom", "2"), ("abacus " * 7, "7")])
def test_a_missing_or_doubled_word_is_counted(client, typed, count):
    page = client.post("/receipt", data={"code": typed})
    assert errors_on(page)["code"].startswith(f"Those are {count} words")


def test_a_flood_of_wrong_words_is_turned_away_but_the_right_ones_still_open(client, words):
    client.environ_base["REMOTE_ADDR"] = ELSEWHERE
    wrong_codes = [client.post("/receipt", data={"code": f"no such words {n}"}) for n in range(25)]
    limit = RULES["receipt"].times
    assert [page.status_code for page in wrong_codes] == [404] * limit + [429] * (25 - limit)
    assert client.post("/receipt", data={"code": words}).status_code == 200
    assert client.post("/receipt/reply", data={"code": words, "message": "More"}).status_code == 201


def test_opening_a_receipt_forgets_that_there_was_a_mail(client, db, now):
    words = words_on(send(client, email="vera@example.org"))
    with db.write() as session:
        session.execute(update(Contact).values(ping=True, pinged_at=now))
    client.post("/receipt", data={"code": words})
    with db.read() as session:
        assert session.scalars(select(Contact.pinged_at)).all() == [None]
