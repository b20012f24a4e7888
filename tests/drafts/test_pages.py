import re
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from builders import a_tip
from editing import TYPED, a_draft, again, done, drafts, href

from tipline.models import show_ref

HOSTILE = "<script>alert(1)</script> [x](javascript:a) ![p](https://evil.example/p.png) <img src=x onerror=y>"
GETS = ["", "/preview", "/revisions/1"]
POSTS = ["", "/preview", "/state", "/revisions/1/restore"]


@pytest.fixture
def draft(db, editor, now):
    return a_draft(db, editor, now=now)


@pytest.fixture
def browser(signed_in_as, editor):
    return signed_in_as(editor)


@pytest.mark.parametrize("rest", GETS)
def test_editors_read_drafts_and_nobody_else_does(client, signed_in_as, moderator, browser, draft, rest):
    assert browser.get(href(draft, rest)).status_code == 200
    assert signed_in_as(moderator).get(href(draft, rest)).status_code == 403
    assert client.get(href(draft, rest)).status_code == 302


@pytest.mark.parametrize("rest", POSTS)
def test_editors_change_drafts_and_nobody_else_does(
    db, client, signed_in_as, moderator, browser, draft, rest
):
    data = {**TYPED, "version": 1, "step": "submit"}
    assert signed_in_as(moderator).post(href(draft, rest), data=data).status_code == 403
    assert client.post(href(draft, rest), data=data).status_code in {302, 400}
    assert browser.plain_post(href(draft, rest), data=data).status_code == 400
    assert (again(db, draft).version, again(db, draft).state) == (1, "draft")
    assert browser.post(href(draft, rest), data=data).status_code in {200, 303}


def test_only_editors_see_the_board_and_promote(db, client, signed_in_as, moderator, browser):
    tip = a_tip(db)
    assert signed_in_as(moderator).get("/newsroom/drafts").status_code == 403
    assert client.get("/newsroom/drafts").status_code == 302
    assert signed_in_as(moderator).post("/newsroom/drafts", data={"tips": tip.ref}).status_code == 403
    assert client.post("/newsroom/drafts", data={"tips": tip.ref}).status_code in {302, 400}
    assert not drafts(db)
    assert browser.get("/newsroom/drafts").status_code == 200


@pytest.mark.parametrize("rest", ["", "/preview", "/revisions/1", "/revisions/99999999999999999999"])
@pytest.mark.parametrize("ref", ["ZZZZ-ZZZZ", "nonsense", "a%00b"])
def test_what_is_no_draft_is_not_found(browser, ref, rest):
    assert browser.get(f"/newsroom/drafts/{ref}{rest}").status_code == 404


def test_an_empty_board_says_how_a_draft_begins(browser):
    text = browser.get("/newsroom/drafts").text
    assert "A draft begins in the" in text
    assert "Killed" not in text


def test_the_board_shows_drafts_by_state(db, browser, draft):
    browser.post(href(draft), data={**TYPED, "version": 1, "headline": ""})
    browser.post(href(draft, "/state"), data={"step": "kill", "version": 2})
    text = browser.get("/newsroom/drafts").text
    assert re.search(r'id="column-killed">Killed <span class="number">1<', text)
    for part in ("Untitled", "from 1 tip", "Edie Okonjo", "She always wanted one."):
        assert part in text


def test_the_editor_shows_what_the_draft_rests_on(db, browser, editor, now):
    tip = a_tip(db, "I saw https://example.org/p\n\n<b>bold</b>", how="saw")
    text = browser.get(href(a_draft(db, editor, tip, now=now))).text
    for part in (
        show_ref(tip.ref),
        f'href="/newsroom/tips/{tip.ref}"',
        "saw it",
        'href="https://example.org/p"',
        "&lt;b&gt;bold&lt;/b&gt;",
        f'data-insert="I saw https://example.org/p\n\n&lt;b&gt;bold&lt;/b&gt;\n\n[tip {show_ref(tip.ref)}]"',
        "by Edie Okonjo",
        "Version 1",
    ):
        assert part in text


def test_a_preview_shows_what_is_saved(browser, draft):
    text = browser.get(href(draft, "/preview")).text
    assert "<blockquote>" in text
    assert "This text is not saved yet" not in text


def test_a_preview_of_typed_text_saves_nothing(db, browser, draft):
    text = browser.post(href(draft, "/preview"), data={**TYPED, "version": 1}).text
    assert "She <strong>did</strong> it." in text
    assert "This text is not saved yet" in text
    assert again(db, draft).version == 1


def test_a_preview_of_too_long_a_text_keeps_it(browser, draft):
    response = browser.post(href(draft, "/preview"), data={**TYPED, "headline": "x" * 301})
    assert response.status_code == 422
    assert "The headline is over" in response.text
    assert "She **did** it." in response.text


@pytest.mark.parametrize("field", ["headline", "dek", "byline", "body"])
def test_hostile_words_are_inert_on_every_page(db, browser, draft, field):
    browser.post(href(draft), data={**TYPED, "version": 1, field: HOSTILE})
    assert again(db, draft).version == 2
    for path in (href(draft), href(draft, "/preview"), href(draft, "/revisions/2"), "/newsroom/drafts"):
        text = browser.get(path).text
        assert "<script>alert" not in text
        assert "<img src=x" not in text
        assert 'href="javascript' not in text
        assert 'src="https://evil' not in text


@pytest.mark.thorough
def test_markdown_that_swells_beyond_bounds_is_told(browser, draft):
    browser.post(href(draft), data={**TYPED, "version": 1, "body": "&" * 150_000})
    assert browser.get(href(draft, "/preview")).status_code == 413


def test_an_earlier_version_is_shown_and_brought_back(db, browser, draft):
    before = draft.body
    browser.post(href(draft), data={**TYPED, "version": 1})
    page = browser.get(href(draft, "/revisions/1")).text
    assert f'action="{href(draft, "/revisions/1/restore")}"' in page
    response = browser.post(href(draft, "/revisions/1/restore"), data={"version": 2})
    assert (response.status_code, response.location) == (303, href(draft))
    now = again(db, draft)
    assert (now.version, now.body, now.desk) == (3, before, "Music")
    assert done(db)[-1] == ("draft.restored", draft.ref, "Edie Okonjo")


def test_bringing_back_what_stands_there_changes_nothing(db, browser, draft):
    assert browser.post(href(draft, "/revisions/1/restore"), data={"version": 1}).status_code == 303
    assert again(db, draft).version == 1
    assert "Bring this version back" not in browser.get(href(draft, "/revisions/1")).text


def test_bringing_back_over_somebody_elses_save_is_refused(db, browser, draft):
    browser.post(href(draft), data={**TYPED, "version": 1})
    assert browser.post(href(draft, "/revisions/1/restore"), data={"version": 1}).status_code == 409
    assert browser.post(href(draft, "/revisions/7/restore"), data={"version": 2}).status_code == 404
    assert again(db, draft).version == 2
    assert browser.get(href(draft, "/revisions/7")).status_code == 404
