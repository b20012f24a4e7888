"""Linking tips to stories, and taking links away."""

from datetime import timedelta

import pytest
from builders import NOON, a_story, a_tip, counted, fresh, group_of
from sqlalchemy import select
from triage.races import at_once, recount

from tipline.errors import NotFound
from tipline.models import Decision, Link, Reason, State, Story
from tipline.triage.decide import decide
from tipline.triage.links import link, unlink
from tipline.triage.moves import Stale


def linked(db, tip, story, *, by, version=1, **more):
    with db.write() as session:
        return link(session, tip.ref, story.slug, version=version, by=by, now=NOON, **more)


def unlinked(db, tip, story, *, by, version=2):
    with db.write() as session:
        unlink(session, tip.ref, story.slug, version=version, by=by, now=NOON + timedelta(minutes=5))


def links(db):
    with db.read() as session:
        return session.scalars(select(Link).order_by(Link.id)).all()


def tip_count(db, story):
    with db.read() as session:
        return session.get_one(Story, story.id).tip_count


def test_linking_a_pending_tip_accepts_it(db, moderator):
    tip, story = a_tip(db), a_story(db)
    assert linked(db, tip, story, by=moderator).count == 1
    [made] = links(db)
    assert (made.state, made.by_id, made.at) == ("confirmed", moderator.id, NOON)
    assert (fresh(db, tip).state, fresh(db, tip).version) == (State.ACCEPTED, 2)
    assert tip_count(db, story) == 1
    assert counted(db) == {"accepted": 1}


def test_linking_an_accepted_tip_leaves_its_decision_alone(db, moderator, editor):
    tip, story = a_tip(db), a_story(db)
    with db.write() as session:
        decide(session, tip.ref, Decision.ACCEPT, version=1, by=editor, now=NOON - timedelta(hours=1))
    linked(db, tip, story, by=moderator, version=2)
    now = fresh(db, tip)
    assert (now.version, now.decided_by_id, now.decided_at) == (3, editor.id, NOON - timedelta(hours=1))


def test_a_group_is_linked_together(db, moderator):
    first = a_tip(db)
    second = a_tip(db, group=group_of(db, first))
    story = a_story(db)
    assert linked(db, first, story, by=moderator, members={second.ref: 1}).count == 2
    assert tip_count(db, story) == 2
    assert group_of(db, first).state == State.ACCEPTED


def test_linking_twice_is_a_success(db, moderator, editor):
    tip, story = a_tip(db), a_story(db)
    first = linked(db, tip, story, by=moderator)
    again = linked(db, tip, story, by=editor)
    assert (again.batch, again.count) == (first.batch, 0)
    assert tip_count(db, story) == 1


def test_a_stale_version_is_refused(db, moderator, editor):
    tip, story = a_tip(db), a_story(db)
    with db.write() as session:
        decide(session, tip.ref, Decision.DECLINE, version=1, by=editor, now=NOON, reason=Reason.KNOWN)
    with pytest.raises(Stale, match="Edie Okonjo declined this 0 s ago"):
        linked(db, tip, story, by=moderator)
    assert links(db) == []


def test_a_story_that_does_not_exist_is_not_found(db, moderator):
    tip, story = a_tip(db), a_story(db)
    with pytest.raises(NotFound), db.write() as session:
        link(session, tip.ref, "no-such-story", version=1, by=moderator, now=NOON)
    with pytest.raises(NotFound, match="not linked to that story"):
        unlinked(db, tip, story, by=moderator, version=1)


def test_a_suggestion_of_the_machine_becomes_the_link(db, moderator):
    tip, story = a_tip(db), a_story(db)
    with db.write() as session:
        session.add(
            Link(tip_id=tip.id, story_id=story.id, state="suggested", why="names her", score=2.0, at=NOON)
        )
    linked(db, tip, story, by=moderator)
    [made] = links(db)
    assert (made.state, made.by_id, made.why) == ("confirmed", moderator.id, "names her")


def test_unlinking_keeps_the_tip_accepted_and_the_link_as_rejected(db, moderator):
    tip, story = a_tip(db), a_story(db)
    linked(db, tip, story, by=moderator)
    unlinked(db, tip, story, by=moderator)
    unlinked(db, tip, story, by=moderator)  # a second click
    assert [one.state for one in links(db)] == ["rejected"]
    assert (fresh(db, tip).state, fresh(db, tip).version) == (State.ACCEPTED, 3)
    assert tip_count(db, story) == 0


def test_unlinking_needs_the_version(db, moderator):
    tip, story = a_tip(db), a_story(db)
    linked(db, tip, story, by=moderator)
    with pytest.raises(Stale):
        unlinked(db, tip, story, by=moderator, version=1)
    assert tip_count(db, story) == 1


def test_what_was_unlinked_can_be_linked_again(db, moderator):
    tip, story = a_tip(db), a_story(db)
    linked(db, tip, story, by=moderator)
    unlinked(db, tip, story, by=moderator)
    linked(db, tip, story, by=moderator, version=3)
    assert [one.state for one in links(db)] == ["confirmed"]
    assert tip_count(db, story) == 1


def test_two_who_link_to_different_stories_at_once_leave_one_link(db, moderator, editor):
    tip, one, other = a_tip(db), a_story(db), a_story(db)
    results = at_once(lambda: linked(db, tip, one, by=moderator), lambda: linked(db, tip, other, by=editor))
    assert sorted(type(result).__name__ for result in results) == ["Outcome", "Stale"]
    assert len(links(db)) == tip_count(db, one) + tip_count(db, other) == 1
    assert counted(db) == recount(db)
