"""Which language an answer is in, who says so, and that the address carries it on."""

import re
from dataclasses import replace
from html import unescape

import pytest
from builders import a_person, a_story
from flask import Flask
from intake.readers import errors_on, open_form, tips_in

from tipline import config
from tipline.app import create_app
from tipline.errors import WrongSetting
from tipline.languages import LANGUAGES
from tipline.text.language import catalogue
from tipline.web import language

TIP_QUESTION = {code: catalogue(code).gettext("Got A Tip?") for code in LANGUAGES}
PAGES = ["/", "/tip", "/receipt", "/stars", "/privacy", "/help", "/nowhere"]


def of(page) -> tuple[str, str]:
    return tuple(re.search(r'<html lang="([^"]*)" dir="([^"]*)" class="public">', page.text).groups())


@pytest.mark.parametrize("path", PAGES)
def test_the_address_says_the_language_of_every_page(client, path):
    page = client.get(f"{path}?lang=ar", headers={"Accept-Language": "de"})
    assert of(page) == ("ar", "rtl")
    assert page.headers["Content-Language"] == "ar"
    assert TIP_QUESTION["ar"] in page.text


@pytest.mark.parametrize("path", PAGES)
def test_else_the_browser_says_it(client, path):
    page = client.get(path, headers={"Accept-Language": "uk-UA,uk;q=0.9,en;q=0.5"})
    assert of(page) == ("uk", "ltr")
    assert "Accept-Language" in page.headers["Vary"]


def test_else_the_newsroom_says_it(settings):
    client = create_app(replace(settings, language="pt")).test_client()
    assert of(client.get("/")) == ("pt", "ltr")
    assert of(client.get("/", headers={"Accept-Language": "tlh"})) == ("pt", "ltr")
    assert of(client.get("/", headers={"Accept-Language": "en"})) == ("en", "ltr")


def test_a_language_that_we_do_not_speak_is_no_setting():
    with pytest.raises(WrongSetting, match="TIPLINE_LANGUAGE is wrong: it must be one of en, es"):
        config.Settings.from_env({"TIPLINE_LANGUAGE": "tlh"})


@pytest.mark.parametrize("asked", ["tlh", "<b>", "%00", "%ff", "x" * 3000, "es&lang=ar"])
def test_anything_asked_for_is_answered(client, asked):
    assert client.get(f"/?lang={asked}").status_code == 200


def test_the_newsroom_stays_english(client, signed_in_as, moderator):
    wish = {"Accept-Language": "ar"}
    door = client.get("/newsroom/login?lang=ar", headers=wish)
    assert '<html lang="en" dir="ltr"' in door.text
    assert "Content-Language" not in door.headers
    lost = signed_in_as(moderator).get("/newsroom/tips/nothing?lang=ar", headers=wish)
    assert '<html lang="en" dir="ltr"' in lost.text
    assert "hreflang" not in lost.text
    assert client.get("/api/v1/nowhere?lang=ar", headers=wish).json["title"] == "Not here"


def test_the_moderators_manual_says_that_it_is_english(client):
    page = client.get("/help/moderators?lang=ar")
    assert of(page) == ("ar", "rtl")
    assert '<article class="column prose" lang="en" dir="ltr">' in page.text


def furnish(db) -> list[str]:
    story = a_story(db, "Drummer buys lighthouse", slug="lighthouse")
    person = a_person(db)
    return ["/", f"/stories/{story.slug}", "/stars", f"/stars/{person.slug}", "/stars?q=zzz", *PAGES]


def addresses(text: str) -> list[str]:
    """Links, and forms that post; a form that GETs carries a hidden field instead."""
    return re.findall(r'<(?:a|form method="post")[^>]* (?:href|action)="(/[^"]*)"', text)


@pytest.mark.parametrize("asked", ["es", "pt-BR", "ckb"])
def test_every_link_and_form_carries_what_the_address_asked_for(client, db, asked):
    for path in furnish(db):
        page = client.get(path + ("&" if "?" in path else "?") + f"lang={asked}")
        forms_that_get = page.text.count("<form action=")
        assert page.text.count(f'<input type="hidden" name="lang" value="{asked}">') == forms_that_get
        assert len(addresses(page.text)) > 4
        assert [address for address in addresses(page.text) if f"lang={asked}" not in address] == [], path


def test_without_it_no_link_is_longer(client, db):
    for path in furnish(db):
        page = client.get(path, headers={"Accept-Language": "es"})
        assert [address for address in addresses(page.text) if "lang=" in address] == [], path


@pytest.mark.parametrize("path", ["/stars?q=%26%22%3C&lang=de", "/?after=x&lang=fr", "/stories/lighthouse"])
def test_the_switch_leads_to_the_same_page_in_each_language(client, db, path):
    furnish(db)
    page = client.get(path)
    for code, name in LANGUAGES.items():
        href = re.search(rf'<a href="(\?[^"]*)" hreflang="{code}" lang="{code}"[^>]*>{name}</a>', page.text)[
            1
        ]
        there = client.get(path.partition("?")[0] + href.replace("&amp;", "&"))
        assert (there.status_code, of(there)[0]) == (page.status_code, code)
        assert href.replace("&amp;", "&").count("lang=") == 1
        if "q=" in path:
            assert "q=%26%22%3C" in href
    here = of(page)[0]
    assert re.search(rf'lang="{here}"[^>]* aria-current="true"', page.text)


def test_a_very_long_address_is_not_repeated(client):
    assert len(client.get("/?x=" + "y" * 5000).text) < 15_000


def test_search_engines_learn_of_the_other_languages(settings):
    client = create_app(replace(settings, site_url="https://tips.lantern.example")).test_client()
    page = client.get("/privacy?lang=de")
    link = '<link rel="alternate" hreflang="fr" href="https://tips.lantern.example/privacy?lang=fr">'
    assert link in page.text
    assert 'rel="alternate"' not in client.get("/nowhere").text


def test_switching_on_the_form_loses_nothing_and_sends_nothing(client, db):
    token = open_form(client)
    typed = {"body": "The lamp was lit at four", "place": "Vardoe", "token": token, "speak": "de"}
    page = client.post("/tip?lang=de", data=typed)
    assert (page.status_code, of(page)) == (200, ("de", "ltr"))
    assert "The lamp was lit at four" in page.text
    assert 'value="Vardoe"' in page.text
    assert errors_on(page) == {}
    assert tips_in(db) == []
    assert 'form="tip" formaction="/tip?lang=ar"' in page.text


def test_switching_keeps_the_page_that_the_reader_came_from(client, db):
    page = client.get("/tip?url=https://lantern.example/a%26b")
    [address] = re.findall(r'form="tip" formaction="([^"]*lang=de)"', page.text)
    typed = {"body": "A lamp", "token": open_form(client)}
    again = client.post(unescape(address), data={**typed, "speak": "de"})
    assert of(again) == ("de", "ltr")
    client.post(
        unescape(re.search(r'<form method="post" action="([^"]*)" id="tip"', again.text)[1]), data=typed
    )
    assert tips_in(db)[0].page_url == "https://lantern.example/a&b"


def test_switching_beside_the_receipts_words_keeps_them(client):
    page = client.post("/receipt?lang=es", data={"code": "abacus abdomen", "message": "More", "speak": "es"})
    assert of(page) == ("es", "ltr")
    assert 'value="abacus abdomen"' in page.text
    assert "More</textarea>" in page.text
    assert 'form="open" formaction="/receipt?lang=ar"' in page.text


def test_switching_on_the_status_page_keeps_the_answer_unsent(client, db):
    sent = client.post("/tip", data={"body": "A lamp", "token": open_form(client)})
    assert 'id="languages"' not in sent.text  # leaving this page would lose the words
    words = " ".join(re.findall(r"<span>(\w[\w-]*)</span>", sent.text))
    page = client.post("/receipt?lang=fr", data={"code": words, "message": "And a door", "speak": "fr"})
    assert "And a door</textarea>" in page.text
    assert catalogue("fr").gettext("We have your tip") in page.text
    assert 'form="reply" formaction="/receipt?lang=ar"' in page.text


@pytest.mark.parametrize(
    ("query", "wish", "stored"),
    [
        ("", "", None),
        ("?lang=pt-BR", "de", "pt-BR"),
        ("", "de-AT, en;q=0.1", "de"),
        ("?lang=ckb", "de", "ckb"),
    ],
)
def test_a_tip_keeps_the_language_its_reader_asked_for(client, db, query, wish, stored):
    headers = {"Accept-Language": wish} if wish else {}
    token = open_form(client)
    assert client.post(f"/tip{query}", data={"body": "x", "token": token}, headers=headers).status_code == 201
    assert [tip.language for tip in tips_in(db)] == [stored]


def test_what_the_newsroom_wrote_is_marked_with_its_language(client, db):
    furnish(db)
    assert '<h1 lang="en">Drummer buys lighthouse</h1>' in client.get("/stories/lighthouse?lang=de").text
    assert "<h1>Drummer buys lighthouse</h1>" in client.get("/stories/lighthouse?lang=en").text


def test_errors_speak_the_readers_language(client):
    said = catalogue("zh").gettext
    for answer in (client.get("/?after=x&lang=zh"), client.delete("/tip?lang=zh"), client.get("/x?lang=zh")):
        assert of(answer) == ("zh", "ltr")
        assert said("Go to the front page") in answer.text
    assert said("There is no such page of stories.") in client.get("/?after=x&lang=zh").text


def test_what_a_reader_typed_is_escaped_inside_translated_sentences(client):
    page = client.get("/stars", query_string={"q": "<b>%(q)s</b>", "lang": "de"})
    assert "„&lt;b&gt;%(q)s&lt;/b&gt;“" in page.text


def test_static_files_feeds_and_probes_have_no_language(client):
    for path in ("/static/base.css", "/feed.xml", "/healthz", "/theme.css"):
        answer = client.get(path, headers={"Accept-Language": "de"})
        assert "Content-Language" not in answer.headers
        assert "Accept-Language" not in answer.headers.get("Vary", "")


def test_outside_of_requests_words_are_english(app: Flask):
    assert language._("Send") == "Send"
    with app.app_context():
        assert language.ngettext("%(num)s day", "%(num)s days", 2000) == "2,000 days"


def test_no_cookie_is_set(client):
    assert "Set-Cookie" not in client.get("/?lang=de").headers
