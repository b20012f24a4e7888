"""Deciding tips: alone, in groups, twice, too late, and at the same time."""

from datetime import timedelta

import pytest
from builders import NOON, a_tip, counted, fresh, group_of
from sqlalchemy import select
from triage.races import at_once, check_groups, recount

from tipline.errors import Invalid, InvalidTransition, NotFound
from tipline.models import Decision, Event, Reason, State, Verdict
from tipline.triage.decide import decide
from tipline.triage.moves import Stale
from tipline.triage.tags import add_tag


def decided(db, tip, decision, *, by, version=1, now=NOON, **more):
    with db.write() as session:
        return decide(session, tip.ref, decision, version=version, by=by, now=now, **more)


def events(db, tip):
    with db.read() as session:
        return session.scalars(select(Event).where(Event.subject == tip.ref).order_by(Event.id)).all()


def a_group(db, size):
    first = a_tip(db, "ring at the airport")
    return [first, *(a_tip(db, f"ring {n}", group=group_of(db, first)) for n in range(size - 1))]


@pytest.mark.parametrize(
    ("decision", "more", "state"),
    [
        (Decision.ACCEPT, {}, State.ACCEPTED),
        (Decision.DECLINE, {"reason": Reason.KNOWN}, State.DECLINED),
        (Decision.SPAM, {}, State.SPAM),
        (Decision.SNOOZE, {"until": NOON + timedelta(hours=2)}, State.SNOOZED),
    ],
)
def test_a_decision_changes_the_tip_its_group_and_the_counters(db, moderator, decision, more, state):
    tip = a_tip(db)
    outcome = decided(db, tip, decision, by=moderator, **more)
    now = fresh(db, tip)
    assert (now.state, now.version, now.decided_at, now.decided_by_id) == (state, 2, NOON, moderator.id)
    assert (now.reason, now.snoozed_until) == (more.get("reason"), more.get("until"))
    assert outcome.count == 1
    assert counted(db) == {state: 1}
    assert group_of(db, tip).state == state
    check_groups(db)


def test_reopening_forgets_who_decided(db, moderator):
    tip = a_tip(db, state=State.DECLINED, reason=Reason.KNOWN, decided_at=NOON, decided_by_id=moderator.id)
    decided(db, tip, Decision.REOPEN, by=moderator)
    now = fresh(db, tip)
    assert (now.state, now.reason, now.decided_at, now.decided_by_id) == (State.PENDING, None, None, None)
    assert counted(db) == {State.PENDING: 1}


def test_a_decision_is_audited_without_the_tips_words(db, moderator):
    tip = a_tip(db, "The heliport is a secret")
    decided(db, tip, Decision.DECLINE, by=moderator, reason=Reason.NOT_NEWS)
    [event] = events(db, tip)
    assert (event.kind, event.actor, event.data["reason"]) == ("tip.declined", "Mo Castellane", "not_news")
    assert "heliport" not in str(event.data)


def test_a_verdict_keeps_what_was_before(db, moderator):
    tip = a_tip(db, state=State.SNOOZED, snoozed_until=NOON + timedelta(days=1))
    outcome = decided(db, tip, Decision.ACCEPT, by=moderator)
    with db.read() as session:
        verdict = session.scalars(select(Verdict)).one()
    assert verdict.batch == outcome.batch
    assert verdict.version == 2
    assert verdict.before["state"] == "snoozed"
    assert verdict.before["snoozed_until"] == "2026-03-03T12:00:00+00:00"


def test_a_stale_version_is_refused_naming_who_did_what_and_when(db, moderator, editor):
    tip = a_tip(db)
    decided(db, tip, Decision.DECLINE, by=moderator, reason=Reason.UNVERIFIABLE)
    with pytest.raises(Stale) as refused:
        decided(db, tip, Decision.ACCEPT, by=editor, now=NOON + timedelta(seconds=4))
    assert refused.value.message == "Mo Castellane declined this 4 s ago (cannot be verified)."
    assert fresh(db, tip).version == 2
    assert counted(db) == {State.DECLINED: 1}


def test_who_only_tagged_it_since_is_not_named_for_the_decision(db, moderator, editor):
    tip = a_tip(db)
    decided(db, tip, Decision.SPAM, by=moderator)
    with db.write() as session:
        add_tag(session, tip.ref, "harbor", by=editor, now=NOON)
    with pytest.raises(Stale, match="Mo Castellane marked this as spam"):
        decided(db, tip, Decision.ACCEPT, by=editor)


def test_a_change_that_left_no_event_is_refused_too(db, moderator):
    tip = a_tip(db, version=3)
    with pytest.raises(Stale, match="Somebody changed this tip"):
        decided(db, tip, Decision.ACCEPT, by=moderator, version=1)


def test_the_same_decision_twice_is_a_success(db, moderator, editor):
    tip = a_tip(db)
    first = decided(db, tip, Decision.DECLINE, by=moderator, reason=Reason.KNOWN)
    again = decided(db, tip, Decision.DECLINE, by=editor, reason=Reason.KNOWN)
    assert (again.batch, again.count) == (first.batch, 0)
    assert len(events(db, tip)) == 1
    assert fresh(db, tip).version == 2


def test_the_same_decision_for_another_reason_is_another_decision(db, moderator, editor):
    tip = a_tip(db)
    decided(db, tip, Decision.DECLINE, by=moderator, reason=Reason.KNOWN)
    with pytest.raises(Stale):
        decided(db, tip, Decision.DECLINE, by=editor, reason=Reason.ABUSIVE)


def test_a_decision_that_is_not_open_changes_nothing(db, moderator):
    tip = a_tip(db, state=State.SPAM)
    with pytest.raises(InvalidTransition):
        decided(db, tip, Decision.SNOOZE, by=moderator, until=NOON + timedelta(days=1))
    with pytest.raises(Invalid):
        decided(db, tip, Decision.DECLINE, by=moderator)
    assert (fresh(db, tip).state, events(db, tip)) == (State.SPAM, [])


def test_a_tip_that_does_not_exist_is_not_found(db, moderator):
    with pytest.raises(NotFound), db.write() as session:
        decide(session, "ZZZZZZZZ", Decision.ACCEPT, version=1, by=moderator, now=NOON)


def test_the_members_that_were_seen_are_decided_together(db, moderator):
    first, second, unseen = a_group(db, 3)
    outcome = decided(db, first, Decision.ACCEPT, by=moderator, members={second.ref: 1})
    assert outcome.count == 2
    assert [fresh(db, tip).state for tip in (first, second, unseen)] == ["accepted", "accepted", "pending"]
    group = group_of(db, first)
    assert (group.state, group.pending, group.lead_id) == (State.PENDING, 1, unseen.id)
    decided(db, unseen, Decision.SPAM, by=moderator)
    assert group_of(db, first).state == State.SPAM
    assert counted(db) == {"accepted": 2, "spam": 1}


def test_a_stale_member_stops_the_whole_act(db, moderator, editor):
    first, second, third = a_group(db, 3)
    decided(db, second, Decision.SPAM, by=editor)
    with pytest.raises(Stale, match="Edie Okonjo marked this as spam"):
        decided(db, first, Decision.ACCEPT, by=moderator, members={second.ref: 1, third.ref: 1})
    assert [fresh(db, tip).state for tip in (first, second, third)] == ["pending", "spam", "pending"]
    assert counted(db) == {"pending": 2, "spam": 1}


def test_a_member_that_was_decided_the_same_way_already_does_not_stop_it(db, moderator, editor):
    first, second = a_group(db, 2)
    decided(db, second, Decision.ACCEPT, by=editor)
    assert decided(db, first, Decision.ACCEPT, by=moderator, members={second.ref: 1}).count == 1
    assert counted(db) == {"accepted": 2}


def test_of_two_who_decide_at_once_exactly_one_wins(db, moderator, editor):
    for _ in range(6):
        tip = a_tip(db)
        results = at_once(
            lambda tip=tip: decided(db, tip, Decision.ACCEPT, by=moderator),
            lambda tip=tip: decided(db, tip, Decision.DECLINE, by=editor, reason=Reason.KNOWN),
        )
        assert sorted(type(result).__name__ for result in results) == ["Outcome", "Stale"]
        assert fresh(db, tip).version == 2
    assert counted(db) == recount(db)
    check_groups(db)


def test_members_of_one_group_decided_at_once_leave_its_row_right(db, moderator, editor):
    tips = a_group(db, 6)
    acts = [
        lambda tip=tip, by=by: decided(db, tip, Decision.ACCEPT, by=by)
        for tip, by in zip(tips, [moderator, editor] * 3, strict=True)
    ]
    results = at_once(*acts)
    assert [type(result).__name__ for result in results] == ["Outcome"] * 6
    check_groups(db)
    assert counted(db) == recount(db) == {"accepted": 6}


def test_overlapping_groups_of_tips_do_not_deadlock(db, moderator, editor):
    tips = [a_tip(db, f"tip {n}") for n in range(6)]
    there = {tip.ref: 1 for tip in tips}
    back = {tip.ref: 1 for tip in reversed(tips)}
    results = at_once(
        lambda: decided(db, tips[0], Decision.ACCEPT, by=moderator, members=there),
        lambda: decided(db, tips[-1], Decision.SPAM, by=editor, members=back),
    )
    assert sorted(type(result).__name__ for result in results) == ["Outcome", "Stale"]
    assert counted(db) == recount(db)
