"""The script and the frame for other sites: what they say, and to whom."""

import gzip
import json
import re
from dataclasses import replace

import pytest
from builders import a_story
from intake.readers import send, tips_in, token_on
from markupsafe import escape

from tipline.intake.page_url import clean_page_url, spellings

GAZETTE, HERALD = "https://gazette.example", "https://herald.example:8443"
PAGE = "https://gazette.example/2026/03/ida"


@pytest.fixture
def settings(settings):
    return replace(settings, embed_origins=(GAZETTE, HERALD), accent="#0a5c36")


def said_by(script):
    return json.loads(re.search(r"^put\((.*)\);$", script, re.MULTILINE)[1])


def test_the_script_is_small(client):
    assert len(gzip.compress(client.get("/embed.js").data)) < 3 * 1024


def test_the_script_carries_the_newsrooms_face(client):
    answer = client.get("/embed.js")
    assert answer.content_type == "text/javascript; charset=utf-8"
    said = said_by(answer.text)
    assert (said["origins"], said["accent"]) == ([GAZETTE, HERALD], "#0a5c36")
    assert said["title"] == "Send a tip to The Lantern"


def test_the_script_may_be_loaded_anywhere_and_is_kept_an_hour(client):
    answer = client.get("/embed.js")
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert answer.headers["Cache-Control"] == "public, max-age=3600"
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert "Set-Cookie" not in answer.headers
    again = client.get("/embed.js", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_the_frame_may_stand_on_the_named_sites_only(client):
    answer = client.get("/embed/tip")
    assert f"frame-ancestors {GAZETTE} {HERALD}" in answer.headers["Content-Security-Policy"]
    assert "X-Frame-Options" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("path", ["/tip", "/", "/receipt", "/embed.js", "/embed/tip/"])
def test_nothing_else_may_be_framed(client, path):
    answer = client.get(path)
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Frame-Options"] == "DENY"


class TestWithoutSites:
    @pytest.fixture
    def settings(self, settings):
        return replace(settings, embed_origins=())

    def test_nobody_may_frame_it(self, client):
        answer = client.get("/embed/tip")
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Frame-Options"] == "DENY"


def test_the_frame_talks_to_a_named_site_only(client):
    assert f'data-host="{GAZETTE}"' in client.get(f"/embed/tip?host={GAZETTE}").text
    assert "data-host" not in client.get("/embed/tip?host=https://evil.example").text
    assert "data-host" not in client.get(f"/tip?host={GAZETTE}").text


def test_a_tip_from_the_frame_keeps_the_page_it_came_from(client, db):
    path = f"/embed/tip?url={PAGE}&host={GAZETTE}&lang=en"
    opened = client.get(path)
    action = re.search(r'<form method="post" action="([^"]+)"', opened.text)[1]
    fields = {"token": token_on(opened), "body": "She came on the mail boat."}
    page = client.post(action.replace("&amp;", "&"), data=fields)
    assert page.status_code == 201
    assert "data-sent" in page.text
    [tip] = tips_in(db)
    assert (tip.channel, tip.page_url, tip.language) == ("embed", PAGE, "en")


def test_the_page_survives_a_mistake(client):
    wrong = client.post(f"/embed/tip?url={PAGE}&host={GAZETTE}", data={"body": ""})
    assert wrong.status_code == 422
    assert str(escape(f"host={GAZETTE}".replace(":", "%3A").replace("/", "%2F"))) in wrong.text
    assert f'data-host="{GAZETTE}"' in wrong.text


def test_a_story_of_ours_is_linked_instead(client, db):
    story = a_story(db, url=PAGE + "/")
    opened = client.get(f"/embed/tip?url={PAGE}")
    assert story.headline in opened.text
    client.post(f"/embed/tip?url={PAGE}", data={"token": token_on(opened), "body": "She came."})
    [tip] = tips_in(db)
    assert (tip.story_id, tip.page_url) == (story.id, None)


def test_the_plain_form_is_no_embed(client, db):
    send(client)
    assert (tips_in(db)[0].channel, tips_in(db)[0].page_url) == ("form", None)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (PAGE, PAGE),
        (f"{PAGE}?p=4711", f"{PAGE}?p=4711"),
        (f"{PAGE}#comments", PAGE),
        ("http://localhost:8080/", "http://localhost:8080/"),
        ("javascript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("//gazette.example/", ""),
        ("https://user:secret@gazette.example/", ""),
        ("https:///path", ""),
        ("https://gazette.example:99999999/", ""),
        ("https://[::1/", ""),
        ("https://gazette.example/a b", ""),
        ("https://gazette.example/\n", ""),
        ("https://gazette.example/\x00", ""),
        ("https://gazette.example/" + "a" * 2_000, ""),
        ("", ""),
    ],
)
def test_an_address_is_plain_or_nothing(given, kept):
    assert clean_page_url(given) == kept


def test_one_page_is_known_by_each_of_its_spellings():
    assert PAGE in spellings(PAGE + "/")
    assert PAGE.replace("https", "http") + "/" in spellings(PAGE)
