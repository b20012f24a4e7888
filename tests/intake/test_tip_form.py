import gzip
import re
from html import escape

import pytest
from builders import a_person, a_story
from intake.readers import open_form, send, tips_in, value_on, words_on
from sqlalchemy import update

from tipline.intake import token
from tipline.models import PersonState, Story


def test_the_form_is_shown_without_a_cookie_and_kept_out_of_caches(client):
    page = client.get("/tip")
    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in page.headers
    assert "What do you know?" in page.text


def test_each_form_has_a_token_of_its_own(client):
    assert open_form(client) != open_form(client)


def test_the_form_names_the_story_it_was_opened_from(client, db, keyring):
    story = a_story(db, "Drummer buys <lighthouse>")
    page = client.get(f"/tip?story={story.slug}")
    assert "Drummer buys &lt;lighthouse&gt;" in page.text
    assert token.read(keyring, open_form(client, f"?story={story.slug}")).story == story.slug


def test_a_story_that_was_taken_down_is_named_to_nobody(client, db, keyring):
    story = a_story(db, "Drummer buys lighthouse", url="https://lantern.example/lighthouse")
    stamp = open_form(client, f"?story={story.slug}")
    words = words_on(send(client, token=stamp))
    with db.write() as session:
        session.execute(update(Story).values(state="gone"))
    pages = [client.get(f"/tip?story={story.slug}"), client.get(f"/tip?url={story.url}")]
    pages += [client.post("/tip", data={"token": stamp, "body": ""})]
    pages += [client.post("/tip", data={"token": stamp, "again": "y"})]
    pages += [client.post("/receipt", data={"code": words})]
    assert [page.status_code for page in pages] == [200, 200, 422, 201, 200]
    assert not any(story.headline in page.text for page in pages)


def test_a_story_we_do_not_have_is_left_out(client, keyring):
    assert token.read(keyring, open_form(client, "?story=no-such-story")).story == ""


@pytest.mark.parametrize("asked", ["%00", "a%00b", "%ff%fe", "%F0%9F%91%8D", "x" * 5000, "%ED%A0%80"])
def test_anything_in_the_address_is_answered_with_the_form(client, asked):
    assert client.get(f"/tip?story={asked}&about={asked}&lang={asked}").status_code == 200


def test_a_person_is_filled_in_and_their_part_of_the_form_is_open(client, db):
    a_person(db, "Ilka Brandvold")
    page = client.get("/tip?about=ilka-brandvold")
    assert value_on(page, "about") == "Ilka Brandvold"
    assert page.text.count('class="fold" open>') == 1


def test_a_person_whom_readers_do_not_see_is_not_named(client, db):
    a_person(db, "Ilka Brandvold", state=PersonState.CANDIDATE)
    assert "Ilka" not in client.get("/tip?about=ilka-brandvold").text


def test_all_folds_are_closed_at_first(client):
    assert "fold" in client.get("/tip").text
    assert 'class="fold" open>' not in client.get("/tip").text


@pytest.mark.parametrize(
    ("asked", "direction"), [("ar", "rtl"), ("ar-EG", "rtl"), ("fa-IR", "ltr"), ("es", "ltr"), ("<b>", "ltr")]
)
def test_the_language_asked_for_sets_the_direction_if_we_speak_it(client, asked, direction):
    assert f'dir="{direction}" class="public"' in client.get("/tip", query_string={"lang": asked}).text


def test_the_language_asked_for_comes_along_with_the_tip(client, db):
    page = client.get("/tip?lang=pt-BR")
    assert 'action="/tip?lang=pt-BR"' in page.text
    sent = client.post("/tip?lang=pt-BR", data={"body": "Olá", "token": open_form(client)})
    assert sent.status_code == 201
    assert tips_in(db)[0].language == "pt-BR"


@pytest.mark.parametrize("asked", ['"><script>', "x" * 40, "e", "en_US", ""])
def test_what_is_no_language_is_ignored(client, asked):
    assert 'action="/tip"' in client.get("/tip", query_string={"lang": asked}).text


@pytest.mark.parametrize(
    ("accepted", "packed"),
    [("gzip, deflate, br", True), ("gzip;q=0.5", True), ("gzip;q=0", False), ("br, gzip; q=0.000", False)],
)
def test_a_page_is_packed_for_whoever_wants_it_so(client, accepted, packed):
    page = client.get("/tip", headers={"Accept-Encoding": accepted})
    assert ("Content-Encoding" in page.headers) == packed
    assert (b"What do you know?" in page.data) != packed


def test_the_page_kept_ready_is_the_same_packed_and_for_each_story(client, db):
    stories = [a_story(db, "Drummer buys <lighthouse>"), a_story(db, "token-goes-here")]
    for story in stories * 2:
        address = f"/tip?story={story.slug}"
        packed = client.get(address, headers={"Accept-Encoding": "gzip"})
        assert "Accept-Encoding" in packed.headers["Vary"]
        text = gzip.decompress(packed.data).decode()
        stamp = re.compile(r'name="token" value="[^"]+"')
        assert stamp.sub("", text) == stamp.sub("", client.get(address).text)
        assert f"“{escape(story.headline)}”" in text


@pytest.mark.thorough
def test_languages_that_we_do_not_have_fill_no_memory(app, client):
    for number in range(30):
        assert client.get(f"/tip?lang=qq-{number:04}").status_code == 200
    assert app.extensions.get("tipline.intake.pages", {}) == {}


def test_what_the_newsroom_wrote_says_its_language_and_direction(an_app):
    told = {"tip_headline": "Tell us", "tip_intro": "A tip is safe here.", "tip_thanks": "Well done."}
    client = an_app(**told, safer_channels=("By post",)).test_client()
    page = client.get("/tip?lang=ar").text
    for tag in ('<h1 lang="en" dir="auto">Tell us', '<p class="intro" lang="en" dir="auto">A tip',
                '<bdi lang="en">By post'):  # fmt: skip
        assert tag in page
    sent = client.post("/tip?lang=ar", data={"token": open_form(client), "body": "A lamp"}).text
    assert '<p lang="en" dir="auto">Well done.' in sent
    assert '<h1 dir="auto">Tell us' in client.get("/tip?lang=en").text


def test_our_own_words_are_in_the_language_of_the_page(client):
    page = client.get("/tip?lang=ar").text
    assert "<h1>" in page
    assert '<p class="intro">' in page
