"""Taking back."""

from datetime import timedelta

import pytest
from builders import NOON, a_story, a_tip, counted, fresh, group_of
from sqlalchemy import select
from triage.races import at_once, check_groups, recount
from triage.regrouping import act

from tipline.errors import Conflict
from tipline.models import Decision, Event, Link, Reason, State, Story
from tipline.triage.bulk import decide_many
from tipline.triage.decide import Choice, decide
from tipline.triage.links import link, unlink
from tipline.triage.moves import Stale
from tipline.triage.restrict import restrict
from tipline.triage.undo import last_act, undo

LATER = NOON + timedelta(minutes=1)


def declined(db, tip, *, by, **more):
    with db.write() as session:
        return decide(
            session, tip.ref, Decision.DECLINE, version=1, by=by, now=NOON, reason=Reason.KNOWN, **more
        )


def undone(db, tip, *, by, **which):
    with db.write() as session:
        return undo(session, tip.ref, by=by, now=LATER, **which)


def test_a_decision_is_taken_back_by_the_version_it_made(db, moderator):
    tip = a_tip(db)
    declined(db, tip, by=moderator)
    assert undone(db, tip, by=moderator, version=2).count == 1
    now = fresh(db, tip)
    assert (now.state, now.reason, now.version) == (State.PENDING, None, 3)
    assert (now.decided_at, now.decided_by_id) == (None, None)
    assert counted(db) == {"pending": 1}
    check_groups(db)


def test_what_was_snoozed_sleeps_again(db, moderator):
    until = NOON + timedelta(days=1)
    tip = a_tip(db, state=State.SNOOZED, snoozed_until=until, decided_at=NOON, decided_by_id=moderator.id)
    outcome = declined(db, tip, by=moderator)
    undone(db, tip, by=moderator, batch=outcome.batch)
    now = fresh(db, tip)
    assert (now.state, now.snoozed_until, now.decided_at, now.decided_by_id) == (
        State.SNOOZED, until, NOON, moderator.id,
    )  # fmt: skip


def test_a_batch_is_taken_back_as_a_whole(db, moderator):
    first = a_tip(db)
    second = a_tip(db, group=group_of(db, first))
    declined(db, first, by=moderator, members={second.ref: 1})
    assert undone(db, first, by=moderator, version=2).count == 2
    assert counted(db) == {"pending": 2}
    assert group_of(db, first).pending == 2


def by_itself(db, tip, *, by):
    return declined(db, tip, by=by)


def to_a_story(db, tip, *, by):
    slug = a_story(db).slug
    with db.write() as session:
        return link(session, tip.ref, slug, version=1, by=by, now=NOON)


@pytest.mark.parametrize("act_on", [by_itself, to_a_story])
def test_who_spoke_for_a_group_speaks_again(db, moderator, act_on):
    first = a_tip(db)
    second = a_tip(db, group=group_of(db, first))
    outcome = act_on(db, first, by=moderator)
    assert group_of(db, first).lead_id == second.id
    undone(db, first, by=moderator, batch=outcome.batch)
    assert group_of(db, first).lead_id == first.id
    outcome = act_on(db, second, by=moderator)
    undone(db, second, by=moderator, batch=outcome.batch)
    assert group_of(db, first).lead_id == first.id


def test_taking_back_twice_is_a_success(db, moderator, editor):
    tip = a_tip(db)
    outcome = declined(db, tip, by=moderator)
    undone(db, tip, by=moderator, batch=outcome.batch)
    assert undone(db, tip, by=editor, batch=outcome.batch).count == 0
    assert fresh(db, tip).version == 3


def test_what_somebody_changed_since_is_not_taken_back(db, moderator, editor):
    first = a_tip(db)
    second = a_tip(db, group=group_of(db, first))
    outcome = declined(db, first, by=moderator, members={second.ref: 1})
    with db.write() as session:
        decide(session, second.ref, Decision.ACCEPT, version=2, by=editor, now=LATER)
    with pytest.raises(Stale, match="Edie Okonjo accepted this 0 s ago"):
        undone(db, first, by=moderator, batch=outcome.batch)
    assert [fresh(db, tip).state for tip in (first, second)] == ["declined", "accepted"]


def test_what_was_never_decided_cannot_be_taken_back(db, moderator):
    tip = a_tip(db)
    with pytest.raises(Conflict, match="nothing here to take back"):
        undone(db, tip, by=moderator, version=1)
    with pytest.raises(Conflict, match="nothing here to take back"):
        undone(db, tip, by=moderator)


def test_a_batch_of_other_tips_is_not_taken_back_from_here(db, moderator):
    tip, other = a_tip(db), a_tip(db)
    outcome = declined(db, other, by=moderator)
    with pytest.raises(Conflict):
        undone(db, tip, by=moderator, batch=outcome.batch)


def test_taking_back_a_link_removes_it_and_reopens_the_tip(db, moderator):
    tip, story = a_tip(db), a_story(db)
    with db.write() as session:
        outcome = link(session, tip.ref, story.slug, version=1, by=moderator, now=NOON)
    undone(db, tip, by=moderator, batch=outcome.batch)
    with db.read() as session:
        assert session.scalars(select(Link)).all() == []
        assert session.get_one(Story, story.id).tip_count == 0
    assert fresh(db, tip).state == State.PENDING


def test_taking_back_a_second_linking_leaves_the_link_rejected_as_before(db, moderator):
    tip, story = a_tip(db), a_story(db)
    with db.write() as session:
        link(session, tip.ref, story.slug, version=1, by=moderator, now=NOON)
        unlink(session, tip.ref, story.slug, version=2, by=moderator, now=NOON)
        outcome = link(session, tip.ref, story.slug, version=3, by=moderator, now=NOON)
    undone(db, tip, by=moderator, batch=outcome.batch)
    with db.read() as session:
        assert session.scalars(select(Link)).one().state == "rejected"
        assert session.get_one(Story, story.id).tip_count == 0


def test_taking_back_is_audited(db, moderator):
    tip = a_tip(db)
    declined(db, tip, by=moderator)
    undone(db, tip, by=moderator, version=2)
    with db.read() as session:
        kinds = session.scalars(select(Event.kind).where(Event.subject == tip.ref).order_by(Event.id)).all()
    assert kinds == ["tip.declined", "tip.undone"]


def test_of_two_who_take_back_at_once_one_does_it(db, moderator, editor):
    tip = a_tip(db)
    outcome = declined(db, tip, by=moderator)
    results = at_once(
        *(lambda by=by: undone(db, tip, by=by, batch=outcome.batch) for by in (moderator, editor))
    )
    assert sorted(result.count for result in results) == [0, 1]
    assert fresh(db, tip).version == 3
    assert counted(db) == recount(db)


def test_what_was_done_to_one_tip_is_taken_back_to_the_first(db, moderator):
    tip = a_tip(db)
    batches, decisions = [], (Decision.ACCEPT, Decision.SPAM, Decision.REOPEN, Decision.ACCEPT)
    for version, decision in enumerate(decisions, 1):
        with db.write() as session:
            outcome = decide(session, tip.ref, decision, version=version, by=moderator, now=NOON)
        batches.append(outcome.batch)
    before = [State.PENDING, State.ACCEPTED, State.SPAM, State.PENDING]
    for batch, state in zip(reversed(batches), reversed(before), strict=True):
        assert undone(db, tip, by=moderator, batch=batch).count == 1
        assert fresh(db, tip).state == state
    assert counted(db) == recount(db)


def test_a_decision_stands_again_when_a_regrouping_is_taken_back(db, moderator):
    tip, other = a_tip(db), a_tip(db)
    decision = declined(db, tip, by=moderator)
    joining = act(db, "join", tip, other, by=moderator)
    undone(db, tip, by=moderator, batch=joining.batch)
    assert undone(db, tip, by=moderator, batch=joining.batch).count == 0
    assert undone(db, tip, by=moderator, batch=decision.batch).count == 1
    assert fresh(db, tip).state == State.PENDING


def test_what_is_hidden_since_is_left_and_not_spoken_of(db, moderator, editor):
    tips = [a_tip(db), a_tip(db)]
    with db.write() as session:
        seen = {tip.ref: 1 for tip in tips}
        bulk = decide_many(session, Choice(Decision.ACCEPT), seen, by=moderator, now=NOON)
    with db.write() as session:
        restrict(session, tips[1].ref, [], "A witness", version=2, by=editor, now=NOON)
        assert last_act(session, by=moderator, since=NOON) == (tips[0].ref, bulk.batch, NOON)
    assert undone(db, tips[0], by=moderator, batch=bulk.batch).count == 1
    assert [fresh(db, tip).state for tip in tips] == [State.PENDING, State.ACCEPTED]
    assert counted(db) == recount(db)


def test_what_lies_under_another_change_is_not_taken_back(db, moderator):
    tip, story = a_tip(db), a_story(db)
    with db.write() as session:
        first = link(session, tip.ref, story.slug, version=1, by=moderator, now=NOON)
        unlink(session, tip.ref, story.slug, version=2, by=moderator, now=NOON)
        second = decide(session, tip.ref, Decision.SPAM, version=3, by=moderator, now=NOON)
    undone(db, tip, by=moderator, batch=second.batch)
    with pytest.raises(Stale):
        undone(db, tip, by=moderator, batch=first.batch)
    assert fresh(db, tip).state == State.ACCEPTED
