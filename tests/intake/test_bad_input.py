"""Whatever is sent: a clear sentence with the text kept, or the tip exactly as written; never a 5xx."""

import json
from io import BytesIO

import pytest
from intake.readers import errors_on, open_form, send, tips_in, token_on, value_on, written_on
from intake.sending import JPEG, files_in

LINES = ("about", "happened", "place", "name")
TEXT_FIELDS = ("body", *LINES, "kind", "how", "link", "email", "phone", "contact_ok", "website", "token")
LIES = {
    "100 KB": "x" * 100_000,
    "NUL": "a\0b",
    "right to left": "\u202edesrever\u202c \u2067abc\u2069",
    "emoji": "👩🏽‍🚒🎉 " * 3,
    "huge number": "9" * 40,
    "negative": "-1",
    "float": "NaN",
    "markup": "</textarea><script>alert(1)</script>",
    "template": "{{ 7 * 7 }}",
    "sql": "'; DROP TABLE tips; --",
    "noncharacter": "\ufffe\uffff",
    "line ends": "a\r\nb\rc\nd",
    "blanks": " \t ",
}


@pytest.mark.thorough
@pytest.mark.parametrize("name", TEXT_FIELDS)
def test_every_field_takes_or_refuses_anything(client, db, name):
    stored = 0
    for lie in LIES.values():
        page = send(client, **{"body": "The drummer bought a lighthouse.", name: lie})
        assert page.status_code in {201, 422}, lie
        assert "Set-Cookie" not in page.headers
        stored += page.status_code == 201
        assert len(tips_in(db)) == stored
        if page.status_code == 422:
            assert errors_on(page)
            assert "<script>alert" not in page.text


WRITTEN = {
    "plain": "The drummer bought a lighthouse.",
    "emoji": "👩🏽‍🚒 saw it 🎉",
    "right to left": "\u202edesrever\u202c שלום \u2067abc\u2069 \u200f",
    "markup": "<script>alert(1)</script> &amp; <b>bold</b>",
    "blanks around": "\n\n  a tab:\t and an end \n ",
    "zalgo": "Z̴̢̛a̷͝l̶g̵o̷",
    "long": "é" * 20_000,
    "line separators": "a\u2028b\u2029c",
}


@pytest.mark.parametrize("text", WRITTEN.values(), ids=WRITTEN)
def test_text_is_stored_exactly_as_written(client, db, text):
    assert send(client, body=text).status_code == 201
    assert tips_in(db)[0].body == text


def test_only_what_no_text_may_hold_is_replaced(client, db):
    assert send(client, body="a\0b\r\nc\x1bd\ufffe").status_code == 201
    assert tips_in(db)[0].body == "a\ufffdb\nc\ufffdd\ufffd"


def test_one_line_answers_lose_their_line_ends_and_nothing_else(client, db):
    send(client, about="  Ilka\r\nBrandvold \u202e ", place="a\0b")
    assert tips_in(db)[0].about == "Ilka Brandvold \u202e"
    assert tips_in(db)[0].place == "a\ufffdb"


def test_bytes_that_are_no_utf8_are_replaced(client, db):
    body = b"token=" + open_form(client).encode() + b"&body=caf%E9+\xff+%ED%A0%80+end&about=%ff"
    page = client.post("/tip", data=body, content_type="application/x-www-form-urlencoded")
    assert page.status_code == 201
    assert tips_in(db)[0].body == "caf\ufffd \ufffd \ufffd\ufffd\ufffd end"
    assert tips_in(db)[0].about == "\ufffd"


def test_a_form_of_countless_fields_is_refused(client, db):
    token = open_form(client)
    page = client.post(
        "/tip", data={"token": token, "body": "x", **{f"f{number}": "" for number in range(300)}}
    )
    assert page.status_code == 413
    assert tips_in(db) == []


def test_a_multipart_form_is_taken_too(client, db):
    data = {"token": open_form(client), "body": "a\0b\r\nc"}
    page = client.post("/tip", data=data, content_type="multipart/form-data")
    assert page.status_code == 201
    assert tips_in(db)[0].body == "a\ufffdb\nc"


def test_json_is_not_a_form(client, db):
    nested = json.dumps({"body": {"a": [[[[]]]]}, "token": open_form(client)})
    assert client.post("/tip", data=nested, content_type="application/json").status_code == 415
    assert client.post("/receipt", data=nested, content_type="application/json").status_code == 415
    assert tips_in(db) == []


def test_a_file_where_text_is_asked_is_no_answer(client, db):
    from io import BytesIO

    data = {"token": open_form(client), "body": (BytesIO(b"text"), "tip.txt")}
    page = client.post("/tip", data=data, content_type="multipart/form-data")
    assert errors_on(page) == {"body": "Write what you know. Half a sentence can be enough."}


def test_the_first_of_several_answers_counts(client, db):
    data = {"token": open_form(client), "body": ["first", "second"]}
    assert client.post("/tip", data=data).status_code == 201
    assert tips_in(db)[0].body == "first"


def test_an_empty_post_is_answered_with_the_form(client):
    page = client.post("/tip", data={})
    assert page.status_code == 422
    assert list(errors_on(page)) == ["body", "token"]


@pytest.mark.parametrize("blank", ["", " ", "\n \t\r\n"])
def test_a_tip_needs_words(client, db, blank):
    assert list(errors_on(send(client, body=blank))) == ["body"]
    assert tips_in(db) == []


def test_what_is_too_long_is_kept_and_measured(client, db):
    text = "👍" * 20_001
    page = send(client, body=text)
    assert errors_on(page) == {"body": "Shorten “What do you know?” to 20,000 characters; it has 20,001 now."}
    assert written_on(page) == text
    assert send(client, body=text[:-1], token=token_on(page)).status_code == 201


@pytest.mark.parametrize("name", LINES)
def test_a_line_is_bounded(client, name):
    page = send(client, **{name: "y" * 501})
    assert list(errors_on(page)) == [name]
    assert value_on(page, name) == "y" * 501
    assert send(client, **{name: "y" * 500}).status_code == 201


def test_a_link_is_bounded(client):
    address = "https://example.org/" + "y" * 1980
    assert send(client, link=address).status_code == 201
    assert "2,000" in errors_on(send(client, link=address + "y"))["link"]


@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)",
        "example.org",
        "ftp://example.org",
        "https://",
        "https://a b",
        "http:/x",
        "//x",
        "mailto:a@b.c",
    ],
)
def test_only_web_addresses_are_links(client, link):
    page = send(client, link=link)
    assert list(errors_on(page)) == ["link"]
    assert value_on(page, "link") == link


@pytest.mark.parametrize(
    "link", ["http://example.org", "HTTPS://пример.рф/ü?q=1#x", "https://[::1]:80/", "https://a?b"]
)
def test_web_addresses_are_taken_as_they_are(client, db, link):
    assert send(client, link=link).status_code == 201
    assert tips_in(db)[0].link == link


@pytest.mark.parametrize("email", ["vera", "@example.org", "vera@", "a b@c.d", "a@b@c"])
def test_an_address_that_cannot_be_one_is_pointed_out(client, email):
    assert list(errors_on(send(client, email=email))) == ["email"]


@pytest.mark.parametrize("phone", ["call me", "12-34", "+"])
def test_a_number_that_cannot_be_one_is_pointed_out(client, phone):
    assert list(errors_on(send(client, phone=phone))) == ["phone"]


def test_numbers_in_other_digits_are_numbers(client):
    assert send(client, phone="٠١٢٣٤٥").status_code == 201


@pytest.mark.parametrize("name", ["kind", "how"])
def test_a_choice_we_do_not_offer_is_refused_with_a_sentence(client, name):
    assert list(errors_on(send(client, **{name: "gossip"}))) == [name]


def test_no_kind_at_all_means_a_tip(client, db):
    assert send(client, kind="", how="").status_code == 201
    assert (tips_in(db)[0].kind, tips_in(db)[0].how) == ("tip", None)


def test_all_fields_full_at_once_are_answered(client):
    data = {name: "x" * 80_000 for name in TEXT_FIELDS if name != "token"}
    page = client.post("/tip", data={**data, "token": open_form(client)})
    assert page.status_code == 422
    assert written_on(page) == "x" * 80_000


def send_by_form(client, **fields):
    """Send a tip as a browser without script does."""
    fields.setdefault("token", open_form(client))
    return client.post("/tip?lang=en", data=fields, content_type="multipart/form-data")


@pytest.mark.thorough
def test_of_a_text_beyond_all_bounds_the_beginning_comes_back_and_all_else(client, db):
    text = "é1\r\n" * 500_000
    more = {"place": "Leith", "files": (BytesIO(JPEG), "beach.jpg"), "email": "vera@example.org"}
    page = send_by_form(client, kind="tip", body=text, **more)
    assert (page.status_code, tips_in(db)) == (413, [])
    kept = written_on(page)
    assert len(kept) > 500_000
    assert text.replace("\r\n", "\n").startswith(kept)
    assert f"its first {len(kept):,} characters are here, the rest is not" in errors_on(page)["body"]
    assert (value_on(page, "place"), value_on(page, "email")) == ("Leith", "vera@example.org")
    assert [file.state for file in files_in(db)] == ["arrived"]


@pytest.mark.parametrize("button", ["speak", "drop"])
def test_a_text_that_was_cut_short_is_never_shown_as_if_it_were_whole(client, button):
    page = send_by_form(client, body="x" * 2_000_000, **{button: "y"})
    assert page.status_code == 413
    assert "the rest is not" in errors_on(page)["body"]


def test_many_long_fields_are_refused_all_together(client, db):
    assert send_by_form(client, body="x" * 2_000_000, place="y" * 2_000_000).status_code == 413
    assert tips_in(db) == []


def test_more_than_a_form_may_hold_is_refused(client, db):
    assert client.post("/tip", data={"token": open_form(client), "body": "x" * 1_100_000}).status_code == 413
    assert tips_in(db) == []
