"""A draft made of a tip that few may see is there for those few alone."""

import re
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from builders import NOON, a_tip, a_user
from editing import TYPED, a_draft, again, done, drafts, href, revisions
from hostile.test_any_input import path_of, routes

from tipline import audit
from tipline.keeping.erase import erase_tip
from tipline.models import DraftState, Role, TipReader, new_ref, show_ref

CANARY = "heliotrope"
HIDING = [{"restricted": True}, {"escalated_at": NOON}]
ADDRESS = "https://lantern.example/drummer"


@pytest.fixture
def named(db, signed_in_as):
    """An editor who is named for what is hidden."""
    user = a_user(db, Role.EDITOR, name="Lena Holt")
    return user, signed_in_as(user)


@pytest.fixture
def edie(signed_in_as, editor):
    return signed_in_as(editor)


@pytest.fixture
def tip(db):
    return a_tip(db, f"{CANARY} at the pier")


@pytest.fixture
def draft(db, editor, now, tip):
    return a_draft(db, editor, a_tip(db, "A lamp."), tip, now=now)


@pytest.fixture(params=HIDING, ids=["restricted", "escalated"])
def hidden(request, db, named, tip, draft):
    """The draft, after one of its tips was hidden."""
    hide(db, tip, named[0], **request.param)
    return draft


def hide(db, tip, *users, **columns):
    with db.write() as session:
        for column, value in columns.items():
            setattr(session.get_one(type(tip), tip.id), column, value)
        session.add_all(TipReader(tip_id=tip.id, user_id=user.id, by_id=user.id, at=NOON) for user in users)


def in_state(db, draft, state):
    with db.write() as session:
        kept = session.get_one(type(draft), draft.id)
        kept.state, kept.approved_version = state, 1


def answers(app, browser, ref, method):
    """Ask every route of one draft, as one that is there would want to be asked."""
    of_drafts = [rule for rule in routes(app, method) if rule.rule.startswith("/newsroom/drafts/<")]
    asked = [(rule, path_of(rule, {"drafts": show_ref(ref)})) for rule in of_drafts]
    send = browser.get if method == "GET" else browser.post
    fields = {"data": {**TYPED, "version": "1", "step": "submit"}} if method == "POST" else {}
    return {rule.endpoint: send(path, **fields) for rule, path in asked}


def test_others_find_no_page_of_it(app, edie, hidden):
    ghost = new_ref()
    found, missing = answers(app, edie, hidden.ref, "GET"), answers(app, edie, ghost, "GET")
    assert len(found) >= 3
    for endpoint, answer in found.items():
        assert answer.status_code == 404, endpoint
        assert CANARY not in answer.text
        assert told(answer, hidden.ref) == told(missing[endpoint], ghost), endpoint


def told(answer, ref):
    """What the page says, but for the ref that was asked for and the reference of the request."""
    said = re.search(r"<main.*</main>", answer.text, re.DOTALL).group()
    return re.sub(r"<code>\w+</code>", "", said.replace(ref, "").replace(show_ref(ref), ""))


def test_others_can_do_nothing_with_it(app, db, edie, hidden):
    before = done(db, "")
    found = answers(app, edie, hidden.ref, "POST")
    assert len(found) >= 4
    for endpoint, answer in found.items():
        assert answer.status_code == 404, endpoint
        assert CANARY not in answer.text
    assert (again(db, hidden).state, len(revisions(db, hidden)), done(db, "")) == ("draft", 1, before)


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("state", "step"),
    [("draft", "submit"), ("in_review", "return"), ("in_review", "approve"), ("approved", "withdraw"),
     ("approved", "publish"), ("published", "unpublish"), ("draft", "kill"), ("killed", "revive")],
)  # fmt: skip
def test_others_take_no_step_with_it_and_who_is_named_does(db, edie, named, hidden, state, step):
    in_state(db, hidden, state)
    data = {"step": step, "version": 1, "url": ADDRESS}
    assert edie.post(href(hidden, "/state"), data=data).status_code == 404
    assert edie.post(href(hidden, "/state"), data={**data, "url": ""}).status_code == 404
    assert again(db, hidden).state == state
    assert named[1].post(href(hidden, "/state"), data=data).status_code == 303
    assert again(db, hidden).state != state


def test_what_is_sent_badly_is_as_absent_too(edie, hidden):
    for rest in ("", "/preview"):
        data = {**TYPED, "version": 1, "headline": "x" * 301}
        assert edie.post(href(hidden, rest), data=data).status_code == 404


@pytest.mark.parametrize("state", list(DraftState))
def test_the_board_neither_shows_nor_counts_it(db, edie, named, hidden, state):
    in_state(db, hidden, state)
    text = edie.get("/newsroom/drafts").text
    assert show_ref(hidden.ref) not in text
    assert '<span class="number">1<' not in text
    text = named[1].get("/newsroom/drafts").text
    assert href(hidden) in text
    assert '<span class="number">1<' in text


def test_who_is_named_reads_and_saves_it_as_before(db, named, hidden):
    _, browser = named
    page = browser.get(href(hidden)).text
    assert f'<blockquote dir="auto">{CANARY} at the pier' in page
    for rest in ("/preview", "/revisions/1"):
        assert CANARY in browser.get(href(hidden, rest)).text
    assert browser.post(href(hidden), data={**TYPED, "version": 1}).status_code == 303
    assert browser.post(href(hidden, "/revisions/1/restore"), data={"version": 2}).status_code == 303
    assert again(db, hidden).version == 3


def test_who_is_named_for_one_of_its_hidden_tips_alone_does_not_see_it(db, named, editor, now):
    user, browser = named
    one, two = a_tip(db), a_tip(db)
    draft = a_draft(db, editor, one, two, now=now)
    hide(db, one, user, restricted=True)
    hide(db, two, escalated_at=NOON)
    assert browser.get(href(draft)).status_code == 404
    hide(db, two, user)
    assert browser.get(href(draft)).status_code == 200


def test_opened_to_everybody_again_it_is_there_again(db, edie, hidden, tip):
    hide(db, tip, restricted=False, escalated_at=None)
    assert edie.get(href(hidden)).status_code == 200


def test_a_tip_that_others_see_does_not_list_it(db, edie, named, editor, now):
    open_one, tip = a_tip(db), a_tip(db)
    draft = a_draft(db, editor, open_one, tip, now=now)
    assert href(draft).replace("-", "") in edie.get(f"/newsroom/tips/{open_one.ref}").text
    hide(db, tip, named[0], restricted=True)
    assert draft.ref not in edie.get(f"/newsroom/tips/{open_one.ref}").text
    assert draft.ref in named[1].get(f"/newsroom/tips/{open_one.ref}").text


def test_erasing_the_tip_shows_its_draft_to_nobody_else(db, edie, named, hidden, tip):
    with db.write() as session:
        erase_tip(session, session.get_one(type(tip), tip.id), by=audit.READER, now=NOON)
    assert edie.get(href(hidden)).status_code == 404
    assert "This tip was erased" in named[1].get(href(hidden)).text


@pytest.mark.parametrize("columns", HIDING)
def test_a_hidden_tip_is_promoted_as_one_that_never_was(db, edie, columns):
    ghost, tip = new_ref(), a_tip(db, CANARY, **columns)
    for field in ("tips", "tip"):
        found = edie.post("/newsroom/drafts", data={field: tip.ref})
        missing = edie.post("/newsroom/drafts", data={field: ghost})
        assert (found.status_code, missing.status_code) == (404, 404)
        assert told(found, tip.ref) == told(missing, ghost)
    assert not drafts(db)


def test_who_is_named_is_told_why_it_goes_into_no_draft(db, named):
    tip = a_tip(db, CANARY)
    hide(db, tip, named[0], restricted=True)
    answer = named[1].post("/newsroom/drafts", data={"tips": tip.ref})
    assert answer.status_code == 422
    assert f"Only named colleagues may see {show_ref(tip.ref)}" in answer.text
