import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from editing import TYPED, a_draft, again, done, href


@pytest.fixture
def draft(db, editor, now):
    return a_draft(db, editor, now=now)


@pytest.fixture
def browser(signed_in_as, editor):
    return signed_in_as(editor)


def stepping(browser, draft, step, version=1):
    return browser.post(href(draft, "/state"), data={"step": step, "version": version})


def test_a_draft_goes_its_whole_way(db, browser, draft):
    for step, state in [
        ("submit", "in_review"),
        ("return", "draft"),
        ("submit", "in_review"),
        ("approve", "approved"),
        ("withdraw", "in_review"),
        ("kill", "killed"),
        ("revive", "draft"),
    ]:
        response = stepping(browser, draft, step)
        assert (response.status_code, response.location) == (303, href(draft))
        assert again(db, draft).state == state
    assert [kind for kind, _, _ in done(db)][1:] == [
        "draft.submitted",
        "draft.returned",
        "draft.submitted",
        "draft.approved",
        "draft.withdrawn",
        "draft.killed",
        "draft.revived",
    ]


def test_an_approval_is_for_one_version(db, browser, draft):
    stepping(browser, draft, "submit")
    browser.post(href(draft), data={**TYPED, "version": 1})
    assert stepping(browser, draft, "approve", version=1).status_code == 409
    assert stepping(browser, draft, "approve", version=2).status_code == 303
    assert again(db, draft).approved_version == 2
    assert "Nothing stands between version 2 and the CMS." in browser.get(href(draft)).text
    browser.post(href(draft), data={**TYPED, "version": 2, "body": "One more word."})
    assert (again(db, draft).state, again(db, draft).approved_version) == ("in_review", None)


def test_a_step_sent_twice_is_taken_once(db, browser, draft):
    assert [stepping(browser, draft, "submit").status_code for _ in range(2)] == [303, 303]
    assert [kind for kind, _, _ in done(db)] == ["draft.created", "draft.submitted"]


@pytest.mark.parametrize(
    ("step", "status"), [("approve", 409), ("withdraw", 409), ("publish", 422), ("", 422)]
)
def test_a_step_that_is_not_open_is_refused(db, browser, draft, step, status):
    assert stepping(browser, draft, step).status_code == status
    assert again(db, draft).state == "draft"


@pytest.mark.parametrize(("state", "step"), [("draft", "submit"), ("in_review", "approve")])
def test_without_a_headline_no_step_leads_towards_readers(db, browser, draft, state, step):
    browser.post(href(draft), data={**TYPED, "version": 1, "headline": " "})
    with db.write() as session:
        session.get_one(type(draft), draft.id).state = state
    before = done(db)
    page = stepping(browser, draft, step, version=2)
    assert page.status_code == 422
    assert '<a href="#headline">Give it a headline first.</a>' in page.text
    assert 'id="headline-error"' in page.text
    assert "She **did** it." in page.text
    assert (again(db, draft).state, again(db, draft).version, done(db)) == (state, 2, before)
    browser.post(href(draft), data={**TYPED, "version": 2})
    assert stepping(browser, draft, step, version=3).status_code == 303


@pytest.mark.parametrize(
    ("state", "step"), [("in_review", "return"), ("approved", "withdraw"), ("draft", "kill")]
)
def test_back_from_readers_it_goes_without_one(db, browser, draft, state, step):
    with db.write() as session:
        kept = session.get_one(type(draft), draft.id)
        kept.state, kept.headline = state, ""
    assert stepping(browser, draft, step).status_code == 303


def test_the_editor_says_what_is_missing_and_offers_what_is_open(browser, draft):
    text = browser.get(href(draft)).text
    assert "Between this draft and the CMS: a dek, a review and an approval." in text
    for step, offered in (("submit", True), ("kill", True), ("approve", False), ("revive", False)):
        assert (f'value="{step}"' in text) is offered


@pytest.mark.parametrize(
    ("state", "says"),
    [("killed", "unless somebody revives it"), ("sent", "It has left"), ("published", "It is published")],
)
def test_a_draft_that_is_out_of_hand_says_so(db, browser, draft, state, says):
    with db.write() as session:
        session.get_one(type(draft), draft.id).state = state
    assert says in browser.get(href(draft)).text
    board = browser.get("/newsroom/drafts").text
    assert draft.headline in board
