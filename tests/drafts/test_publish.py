"""A draft is marked as published: its tipsters learn of it, and of its taking back."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from builders import a_tip, fresh
from editing import a_draft, again, done, href

ADDRESS = "https://lantern.example/drummer-lighthouse"


@pytest.fixture
def tips(db):
    return [a_tip(db), a_tip(db, "The pilot told me.")]


@pytest.fixture
def draft(db, editor, now, tips):
    return approved(db, a_draft(db, editor, *tips, now=now))


@pytest.fixture
def browser(signed_in_as, editor):
    return signed_in_as(editor)


def approved(db, draft, state="approved"):
    with db.write() as session:
        kept = session.get_one(type(draft), draft.id)
        kept.state, kept.approved_version = state, 1
    return draft


def publish(browser, draft, url=ADDRESS, version=1):
    return browser.post(href(draft, "/state"), data={"step": "publish", "version": version, "url": url})


def unpublish(browser, draft):
    return browser.post(href(draft, "/state"), data={"step": "unpublish", "version": 1})


@pytest.mark.parametrize("state", ["approved", "sent"])
def test_publishing_marks_the_tips_as_used_to_the_minute(db, browser, draft, tips, state):
    approved(db, draft, state)
    assert publish(browser, draft).status_code == 303
    assert (again(db, draft).state, again(db, draft).published_url) == ("published", ADDRESS)
    assert again(db, draft).approved_version == 1
    for tip in tips:
        used_at = fresh(db, tip).used_at
        assert (used_at.second, used_at.microsecond) == (0, 0)
        assert fresh(db, tip).version == 1
    assert [kind for kind, _, _ in done(db, "tip.used")] == ["tip.used"] * 2
    page = browser.get(href(draft)).text
    assert "It is published." in page
    assert f'<a href="{ADDRESS}" rel="noreferrer">' in page
    assert 'value="publish"' not in page


@pytest.mark.parametrize(
    "url", ["", "lantern.example", "javascript:alert(1)", "https://", "https://a b", "https://user@evil.example/",
            "https://a.example/" + "x" * 2000],
)  # fmt: skip
def test_without_an_address_that_readers_can_follow_nothing_happens(db, browser, draft, tips, url):
    page = publish(browser, draft, url)
    assert page.status_code == 422
    assert "Say where readers find it" in page.text
    assert 'id="url-error"' in page.text
    assert again(db, draft).state == "approved"
    assert fresh(db, tips[0]).used_at is None


@pytest.mark.parametrize("state", ["approved", "sent"])
def test_without_a_headline_nothing_is_published(db, browser, draft, tips, state):
    with db.write() as session:
        kept = session.get_one(type(draft), draft.id)
        kept.state, kept.headline = state, ""
    page = publish(browser, draft)
    assert page.status_code == 422
    assert "Give it a headline first." in page.text
    assert "The draft stays as it is" in page.text
    assert f'value="{ADDRESS}"' in page.text
    assert (again(db, draft).state, again(db, draft).published_url) == (state, None)
    assert fresh(db, tips[0]).used_at is None


@pytest.mark.parametrize("state", ["draft", "in_review", "killed"])
def test_what_nobody_approved_is_not_published(db, browser, draft, state):
    approved(db, draft, state)
    assert publish(browser, draft).status_code == 409
    assert again(db, draft).published_url is None


def test_publishing_twice_is_done_once_and_an_old_version_is_refused(db, browser, draft):
    assert publish(browser, draft, version=2).status_code == 409
    assert [publish(browser, draft).status_code for _ in range(2)] == [303, 303]
    assert publish(browser, draft, "https://lantern.example/other").status_code == 409
    assert [kind for kind, _, _ in done(db)].count("draft.published") == 1


def test_taking_it_back_clears_what_no_other_story_used(db, browser, editor, draft, tips, now):
    other = approved(db, a_draft(db, editor, tips[0], now=now.replace(hour=15)))
    publish(browser, draft)
    publish(browser, other, "https://lantern.example/second")
    assert [unpublish(browser, draft).status_code for _ in range(2)] == [303, 303]
    assert (again(db, draft).state, again(db, draft).published_url) == ("approved", None)
    assert again(db, draft).approved_version == 1
    assert fresh(db, tips[0]).used_at is not None
    assert fresh(db, tips[1]).used_at is None
    assert [kind for kind, _, _ in done(db)].count("draft.unpublished") == 1
    unpublish(browser, other)
    assert fresh(db, tips[0]).used_at is None


def test_a_published_text_is_not_changed(browser, draft):
    publish(browser, draft)
    assert browser.post(href(draft), data={"version": 1, "headline": "Else", "body": "x"}).status_code == 409
