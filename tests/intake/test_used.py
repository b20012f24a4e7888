"""The receipt says that a tip was used, and where."""

import pytest
from builders import a_story, a_user
from intake.readers import send, tips_in, words_on

from tipline.drafts.actions import promote
from tipline.drafts.publishing import publish, unpublish
from tipline.models import Draft, Role

ADDRESS = "https://lantern.example/2026/lighthouse"


@pytest.fixture
def words(client):
    return words_on(send(client))


@pytest.fixture
def editor(db):
    return a_user(db, Role.EDITOR)


@pytest.fixture
def draft(db, editor, words, now):
    with db.write() as session:
        made = promote(session, [tips_in(db)[0].ref], by=editor, now=now)
        made.state = "approved"
    return made


def page_of(client, words) -> str:
    return client.post("/receipt", data={"code": words}).text


def test_a_story_of_ours_is_linked_by_its_headline(client, db, words, draft, editor, now):
    story = a_story(db, "Lighthouse sold", url=ADDRESS)
    with db.write() as session:
        publish(session, draft.ref, ADDRESS, version=1, by=editor, now=now)
    page = page_of(client, words)
    assert "<h1>We used it</h1>" in page
    assert f'<a href="/stories/{story.slug}" dir="auto">Lighthouse sold</a>' in page


def test_a_story_elsewhere_is_linked_by_its_address(client, db, words, draft, editor, now):
    with db.write() as session:
        publish(session, draft.ref, f"{ADDRESS}?a=1&b=%22", version=1, by=editor, now=now)
    assert (
        f'<a href="{ADDRESS}?a=1&amp;b=%22" rel="noreferrer" dir="ltr">{ADDRESS}?a=1&amp;b=%22</a>'
        in page_of(client, words)
    )


def test_what_was_taken_back_is_not_shown(client, db, words, draft, editor, now):
    for act, more in ((publish, (ADDRESS,)), (unpublish, ())):
        with db.write() as session:
            act(session, draft.ref, *more, version=1, by=editor, now=now)
    page = page_of(client, words)
    assert "<h1>We are looking at it</h1>" in page
    assert ADDRESS not in page
    with db.read() as session:
        assert session.get_one(Draft, draft.id).published_url is None
