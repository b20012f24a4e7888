"""Likely stories in the reading pane: one key links and goes on; the story used last waits at the search."""

from datetime import timedelta

import pytest
from builders import NOON, a_story, a_tip, a_user, fresh
from triage.desk import HTMX, form, forms, tip_of

from tipline import clock
from tipline.models import State
from tipline.search.index import index_story
from tipline.triage.links import link, unlink
from tipline.triage.undo import undo


@pytest.fixture
def desk(signed_in_as, moderator):
    return signed_in_as(moderator)


def a_walrus(db, headline="Walrus returns to the harbor", **columns):
    columns.setdefault("published_at", clock.now() - timedelta(hours=3))
    story = a_story(db, headline, **columns)
    with db.write() as session:
        index_story(session, story.id, story.headline, story.body)
    return story


def offered(page, tip):
    """List the stories on the buttons of the keys 1 to 3."""
    assert page.status_code == 200
    return [
        value
        for each in forms(page.text)
        if each["action"] == f"/newsroom/tips/{tip.ref}/links"
        for name, value in each["buttons"]
        if name == "story"
    ]


def linked(db, tip, story, *, by, at=NOON):
    with db.write() as session:
        return link(session, tip.ref, story.slug, version=fresh(db, tip).version, by=by, now=at)


def test_three_at_most_are_offered_each_with_its_key_and_its_reasons(db, desk):
    for number in range(4):
        a_walrus(db, f"Walrus returns, part {number}")
    tip = a_tip(db, "The WALRUS returns", received_at=clock.now())
    page = desk.get(f"/newsroom/tips/{tip.ref}")
    assert len(offered(page, tip)) == 3
    for key in "123":
        assert f'data-key="{key}" aria-keyshortcuts="{key}"' in page.text
        assert f'<kbd aria-hidden="true">{key}</kbd>' in page.text
    assert 'data-key="4"' not in page.text
    assert "says “returns”, “WALRUS”; 3 h ago" in page.text


def test_a_headline_is_escaped(db, desk):
    a_walrus(db, "Walrus <script>alert(1)</script>")
    tip = a_tip(db, "the walrus <i>")
    assert "<script>alert(1)" not in desk.get(f"/newsroom/tips/{tip.ref}").text


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_its_button_links_and_opens_the_next_tip(db, desk, headers):
    story = a_walrus(db)
    following = a_tip(db, "Something else", received_at=NOON)
    tip = a_tip(db, "The walrus returns", received_at=NOON + timedelta(days=1))
    page = desk.get(f"/newsroom/queue?tip={tip.ref}")
    [slug] = offered(page, tip)
    assert slug == story.slug
    path = f"/newsroom/tips/{tip.ref}/links"
    answer = desk.post(path, data={**form(page.text, path), "story": slug}, headers=headers)
    if not headers:
        answer = desk.get(answer.location)
    assert tip_of(answer.text) == following.ref
    assert fresh(db, tip).state == State.ACCEPTED


def test_what_was_unlinked_is_not_offered_again(db, desk, moderator):
    story, tip = a_walrus(db), a_tip(db, "The walrus returns")
    linked(db, tip, story, by=moderator)
    with db.write() as session:
        unlink(session, tip.ref, story.slug, version=2, by=moderator, now=NOON)
    page = desk.get(f"/newsroom/tips/{tip.ref}")
    assert "Likely stories" not in page.text
    other = a_tip(db, "The walrus returns")
    assert offered(desk.get(f"/newsroom/tips/{other.ref}"), other) == [story.slug]


def test_the_story_linked_last_waits_at_the_search(db, desk, moderator):
    first, last = a_story(db, "Quite another thing"), a_story(db, "The last thing")
    for story in (first, last):
        linked(db, a_tip(db), story, by=moderator)
    tip = a_tip(db, "unheard")
    page = desk.get(f"/newsroom/tips/{tip.ref}")
    assert offered(page, tip) == [last.slug]
    assert '<span class="muted">Last used</span> <bdi>The last thing</bdi>' in page.text
    assert "data-last-used" in page.text


def test_nobody_elses_link_counts_and_none_that_was_taken_back(db, desk, moderator):
    kept, undone = a_story(db, "Quite another thing"), a_story(db, "The last thing")
    linked(db, a_tip(db), kept, by=moderator)
    tip = a_tip(db)
    batch = linked(db, tip, undone, by=moderator).batch
    with db.write() as session:
        undo(session, tip.ref, by=moderator, now=NOON, batch=batch)
    linked(db, a_tip(db), undone, by=a_user(db))
    other = a_tip(db, "unheard")
    assert offered(desk.get(f"/newsroom/tips/{other.ref}"), other) == [kept.slug]


def test_a_tip_that_has_it_already_is_not_offered_the_last_used(db, desk, moderator):
    tip = a_tip(db)
    linked(db, tip, a_story(db, "Quite another thing"), by=moderator)
    assert "data-last-used" not in desk.get(f"/newsroom/tips/{tip.ref}").text


def test_an_empty_search_finds_nothing_and_complains_of_nothing(db, desk):
    tip = a_tip(db, "Nobody was there")
    page = desk.get(f"/newsroom/tips/{tip.ref}/stories?stories=")
    assert page.status_code == 200
    assert "No story matches" not in page.text
