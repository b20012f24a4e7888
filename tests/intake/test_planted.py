"""What another site makes a reader's browser send never leads the reader under somebody else's receipt."""

import re

import pytest
from intake.readers import errors_on, open_form, send, tips_in, token_on, value_on, words_on, written_on
from intake.sending import JPEG, files_in, send_part

ELSEWHERE = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}


def planted(client, path="/tip", **fields):
    return client.post(path, data=fields, headers=ELSEWHERE)


def test_a_tip_is_not_taken_under_a_token_of_another_site(client, db):
    theirs = open_form(client)
    page = planted(client, token=theirs, body="Something true.")
    assert (page.status_code, tips_in(db)) == (422, [])
    assert token_on(page) != theirs
    assert written_on(page) == "Something true."
    assert send(client, token=token_on(page), body=written_on(page)).status_code == 201


def test_files_do_not_wait_under_a_token_of_another_site(client, db):
    theirs = open_form(client)
    send_part(client, theirs, JPEG, name="theirs.jpg")
    for fields in ({"token": theirs}, {"stage": theirs}, {"token": theirs, "speak": "y"}):
        page = planted(client, **fields)
        assert theirs not in page.text
        assert "theirs.jpg" not in page.text
    assert len(files_in(db)) == 1


def test_another_sites_receipt_is_not_shown_as_the_readers(client):
    theirs = open_form(client)
    words = words_on(send(client, token=theirs))
    assert words_on(planted(client, token=theirs, again="y")) == ""
    for path in ("/receipt", "/receipt/reply", "/receipt/file"):
        page = planted(client, path, code=words, words=words, meant=words, message="Something true.")
        assert page.status_code == 422
        assert list(errors_on(page)) == ["code"]
        assert (value_on(page, "code"), "once" in re.findall(r'name="(\w+)"', page.text)) == ("", False)


def test_another_site_erases_nothing(client, db):
    theirs = open_form(client)
    send_part(client, theirs, JPEG)
    assert planted(client, "/tip/files/remove", token=theirs, all="y").status_code == 422
    assert len(files_in(db)) == 1


@pytest.mark.parametrize("site", ["same-origin", "same-site", "none", None])
def test_our_own_pages_and_older_browsers_send_as_ever(client, db, site):
    fields = {"token": open_form(client), "body": "Something true."}
    assert (
        client.post("/tip", data=fields, headers={"Sec-Fetch-Site": site} if site else {}).status_code == 201
    )
    assert len(tips_in(db)) == 1
