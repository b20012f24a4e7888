"""Each person chooses how to hear of new tips on their account's page."""

from dataclasses import replace

import pytest
from builders import a_user
from sqlalchemy import select

from tipline.accounts import alerts
from tipline.errors import Invalid
from tipline.models import AlertMark, User, View

MAIL = {"smtp_url": "smtp://127.0.0.1:1"}


@pytest.fixture
def browser(signed_in_as, moderator):
    return signed_in_as(moderator)


def chosen(db, user):
    with db.read() as session:
        return session.scalars(select(User.alerts).where(User.id == user.id)).one()


def choose(db, settings, user, way, scope):
    with db.write() as session:
        alerts.choose(session, settings, user, way, scope)


def test_a_choice_is_kept_and_shown(db, browser, moderator):
    answer = browser.post("/newsroom/account/alerts", data={"alert_by": "browser", "alert_of": "mine"})
    assert answer.status_code == 303
    assert chosen(db, moderator) == {"way": "browser", "scope": "mine", "view": ""}
    page = browser.get("/newsroom/account").text
    assert 'value="browser" checked' in page
    assert '<option value="mine" selected>' in page
    assert "data-alerts-here" in page


def test_nothing_is_stored_of_who_wants_none(db, browser, moderator):
    browser.post("/newsroom/account/alerts", data={"alert_by": "browser", "alert_of": "all"})
    browser.post("/newsroom/account/alerts", data={"alert_by": "none", "alert_of": "all"})
    assert chosen(db, moderator) is None


@pytest.mark.parametrize(
    ("way", "scope", "problem"),
    [
        ("pigeon", "all", "how you want to hear"),
        ("browser", "some", "Of which tips".lower()[:8]),
        ("browser", "view:", "of which tips"),
        ("browser", "all:x", "of which tips"),
        ("browser", "view:secret", "no such view"),
        ("mail", "all", "no mail server"),
    ],
)
def test_what_is_no_choice_is_refused(db, browser, moderator, way, scope, problem):
    answer = browser.post("/newsroom/account/alerts", data={"alert_by": way, "alert_of": scope})
    assert answer.status_code == 422
    assert problem in answer.text
    assert chosen(db, moderator) is None


def test_a_view_is_ones_own_or_shared(db, settings, moderator):
    other = a_user(db, name="Cora Vantongeren")
    with db.write() as session:
        session.add_all(
            View(owner_id=owner.id, slug=slug, name=slug, query="", shared=shared)
            for owner, slug, shared in (
                (moderator, "own", False),
                (other, "shared", True),
                (other, "hers", False),
            )
        )
    choose(db, settings, moderator, "browser", "view:own")
    choose(db, settings, moderator, "browser", "view:shared")
    assert chosen(db, moderator)["view"] == "shared"
    with pytest.raises(Invalid):
        choose(db, settings, moderator, "browser", "view:hers")


def test_a_view_that_was_deleted_is_said(db, settings, browser, moderator):
    with db.write() as session:
        session.add(View(owner_id=moderator.id, slug="hot", name="Hot", query=""))
    choose(db, settings, moderator, "browser", "view:hot")
    assert "is gone" not in browser.get("/newsroom/account").text
    with db.write() as session:
        session.delete(session.scalars(select(View)).one())
    assert "The view that you chose is gone" in browser.get("/newsroom/account").text


def test_a_new_choice_begins_anew(db, settings, moderator):
    with db.write() as session:
        session.add(AlertMark(user_id=moderator.id, mark="0.0"))
    choose(db, replace(settings, **MAIL), moderator, "mail", "all")
    with db.read() as session:
        assert session.scalars(select(AlertMark)).all() == []
