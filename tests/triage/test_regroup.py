"""Joining, splitting and setting apart: alone, twice, too late, taken back, and against each other."""

from datetime import timedelta

import pytest
from builders import NOON, a_tip, counted, fresh, group_of
from sqlalchemy import select, update
from triage.races import at_once, check_groups, recount
from triage.regrouping import act, check_regrouped, pairs_apart, together

from tipline.assist.ranking import score_groups
from tipline.errors import Conflict, Invalid
from tipline.models import Decision, Event, Group, Reason, State
from tipline.triage.decide import decide
from tipline.triage.moves import Stale
from tipline.triage.regroup import join
from tipline.triage.undo import undo

LATER = NOON + timedelta(minutes=1)


def undone(db, tip, batch, *, by):
    with db.write() as session:
        return undo(session, tip.ref, by=by, now=LATER, batch=batch)


def decided(db, tip, decision=Decision.ACCEPT, *, by, **more):
    with db.write() as session:
        version = fresh(db, tip).version
        return decide(session, tip.ref, decision, version=version, by=by, now=NOON, **more)


def grouped(db, by, size):
    first = a_tip(db, "ring 0")
    rest = [a_tip(db, f"ring {number}") for number in range(1, size)]
    for tip in rest:
        act(db, "join", tip, first, by=by)
    return [first, *rest]


def events(db, tip):
    with db.read() as session:
        return session.scalars(select(Event).where(Event.subject == tip.ref).order_by(Event.id)).all()


def test_two_that_say_the_same_become_one_row(db, moderator):
    one, two = a_tip(db, "a ring"), a_tip(db, "the ring", received_at=LATER)
    act(db, "join", one, two, by=moderator)
    group = group_of(db, fresh(db, one))
    assert together(db, one, two)
    assert (group.size, group.pending, group.newest_at) == (2, 2, LATER)
    assert counted(db) == {"pending": 2}
    check_regrouped(db)


def test_the_smaller_group_moves_to_the_larger(db, moderator):
    crowd, one = grouped(db, moderator, 3), a_tip(db)
    home = fresh(db, crowd[0]).group_id
    act(db, "join", crowd[1], one, by=moderator)
    assert fresh(db, one).group_id == home
    assert group_of(db, fresh(db, one)).size == 4
    check_regrouped(db)


def test_each_keeps_its_state_and_what_is_new_speaks_for_the_group(db, moderator):
    old, new = a_tip(db), a_tip(db)
    decided(db, old, Decision.DECLINE, reason=Reason.KNOWN, by=moderator)
    act(db, "join", new, old, by=moderator)
    group = group_of(db, fresh(db, new))
    assert (group.state, group.pending, group.lead_id, group.earlier) == ("pending", 1, new.id, "declined")
    assert fresh(db, old).state == State.DECLINED
    check_regrouped(db)


def test_joining_is_audited_and_raises_the_version(db, moderator):
    one, two = a_tip(db), a_tip(db)
    act(db, "join", one, two, by=moderator)
    [event] = events(db, one)
    assert (event.kind, event.actor, event.data["other"]) == ("tip.joined", "Mo Castellane", two.ref)
    assert fresh(db, one).version == 2


def test_joining_twice_is_a_success(db, moderator, editor):
    one, two = a_tip(db), a_tip(db)
    first = act(db, "join", one, two, by=moderator)
    again = act(db, "join", one, two, by=editor)
    assert (again.batch, again.count) == (first.batch, 0)


@pytest.mark.parametrize("name", ["join", "set_apart"])
def test_what_was_changed_meanwhile_is_refused_by_who_and_what(db, moderator, editor, name):
    one, two = a_tip(db), a_tip(db)
    decided(db, two, Decision.SPAM, by=editor)
    versions = {one.ref: 1, two.ref: 1}
    from tipline.triage import regroup

    with pytest.raises(Stale, match="Edie Okonjo marked this as spam"), db.write() as session:
        getattr(regroup, name)(session, one.ref, two.ref, versions=versions, by=moderator, now=NOON)
    assert not together(db, one, two)
    assert pairs_apart(db) == set()


def test_who_decides_a_tip_that_was_joined_meanwhile_is_told(db, moderator, editor):
    one, two = a_tip(db), a_tip(db)
    act(db, "join", one, two, by=editor)
    with pytest.raises(Stale, match="Edie Okonjo joined this with another"), db.write() as session:
        decide(session, one.ref, Decision.ACCEPT, version=1, by=moderator, now=NOON)


def test_an_act_needs_the_version_of_both(db, moderator):
    one, two = a_tip(db), a_tip(db)
    with pytest.raises(Invalid), db.write() as session:
        join(session, one.ref, two.ref, versions={one.ref: 1}, by=moderator, now=NOON)


@pytest.mark.parametrize("columns", [{"kind": "correction"}, {"quarantined": True}, {"restricted": True},
                                     {"escalated_at": NOON}])  # fmt: skip
def test_what_cannot_share_a_row_is_not_joined(db, moderator, columns):
    one, two = a_tip(db), a_tip(db, **columns)
    with pytest.raises(Conflict, match="cannot be one row"):
        act(db, "join", one, two, by=moderator)


def test_a_join_is_taken_back(db, moderator):
    crowd, pair = grouped(db, moderator, 3), grouped(db, moderator, 2)
    batch = act(db, "join", crowd[0], pair[0], by=moderator).batch
    assert together(db, *crowd, *pair)
    undone(db, crowd[0], batch, by=moderator)
    assert together(db, *crowd)
    assert together(db, *pair)
    assert not together(db, crowd[0], pair[0])
    check_regrouped(db)
    assert undone(db, crowd[0], batch, by=moderator).count == 0


def test_a_join_is_not_taken_back_when_somebody_decided_since(db, moderator, editor):
    one, two = a_tip(db), a_tip(db)
    batch = act(db, "join", one, two, by=moderator).batch
    decided(db, one, by=editor)
    with pytest.raises(Stale, match="Edie Okonjo accepted this"):
        undone(db, one, batch, by=moderator)
    assert together(db, one, two)


def test_a_split_tip_stands_alone_and_never_comes_back(db, moderator):
    crowd = grouped(db, moderator, 3)
    act(db, "split", crowd[0], crowd[2], by=moderator)
    gone = fresh(db, crowd[2])
    assert together(db, *crowd[:2])
    assert (group_of(db, gone).size, group_of(db, gone).lead_id) == (1, gone.id)
    assert pairs_apart(db) == {(crowd[0].id, gone.id), (crowd[1].id, gone.id)}
    check_regrouped(db)
    with pytest.raises(Conflict, match="not the same"):
        act(db, "join", gone, crowd[1], by=moderator)


def test_the_lead_can_be_taken_out_of_its_own_group(db, moderator):
    crowd = grouped(db, moderator, 3)
    act(db, "split", crowd[0], crowd[0], by=moderator)
    assert not together(db, crowd[0], crowd[1])
    check_regrouped(db)
    assert act(db, "split", crowd[0], crowd[0], by=moderator).count == 0


def place(db, tip):
    while score_groups(db):
        pass
    group = group_of(db, fresh(db, tip))
    return group.lead_id, group.score, group.rank


def led_by_a_witness(db, by, size=3):
    lead = a_tip(db, "The ring was red and hung at the pier.", how="saw")
    rest = [a_tip(db, f"ring {number}") for number in range(1, size)]
    for tip in rest:
        act(db, "join", tip, lead, by=by)
    return [lead, *rest]


@pytest.mark.parametrize("viewed", [0, 1])
def test_who_spoke_for_a_group_speaks_again_when_its_split_is_taken_back(db, moderator, viewed):
    crowd = led_by_a_witness(db, moderator)
    before = place(db, crowd[0])
    assert before[0] == crowd[0].id
    batch = act(db, "split", crowd[viewed], crowd[0], by=moderator).batch
    assert place(db, crowd[1])[0] == crowd[1].id
    assert undone(db, crowd[0], batch, by=moderator).viewed == crowd[viewed].ref
    assert place(db, crowd[0]) == before
    check_groups(db)


def test_who_spoke_for_a_group_speaks_again_when_its_joining_is_taken_back(db, moderator):
    crowd, elsewhere = grouped(db, moderator, 2), grouped(db, moderator, 3)
    with db.write() as session:
        session.execute(update(Group).where(Group.lead_id == crowd[0].id).values(lead_id=crowd[1].id))
    before = place(db, crowd[0])
    batch = act(db, "join", elsewhere[0], crowd[0], by=moderator).batch
    undone(db, elsewhere[0], batch, by=moderator)
    assert place(db, crowd[0]) == before
    assert before[0] == crowd[1].id
    check_groups(db)


def test_a_group_that_went_to_another_since_is_spoken_for_by_that(db, moderator):
    crowd, elsewhere = grouped(db, moderator, 3), grouped(db, moderator, 4)
    batch = act(db, "split", crowd[0], crowd[0], by=moderator).batch
    act(db, "join", crowd[1], elsewhere[0], by=moderator)
    undone(db, crowd[0], batch, by=moderator)
    assert group_of(db, fresh(db, crowd[0])).lead_id == elsewhere[0].id
    check_regrouped(db)


def test_a_split_is_taken_back_to_wherever_its_group_is_now(db, moderator):
    crowd, elsewhere = grouped(db, moderator, 3), grouped(db, moderator, 4)
    batch = act(db, "split", crowd[0], crowd[2], by=moderator).batch
    act(db, "join", crowd[1], elsewhere[0], by=moderator)
    undone(db, crowd[2], batch, by=moderator)
    assert together(db, *crowd, *elsewhere)
    assert pairs_apart(db) == set()
    check_regrouped(db)


def test_a_split_is_not_taken_back_against_somebodys_word(db, moderator, editor):
    crowd, other = grouped(db, moderator, 2), a_tip(db)
    batch = act(db, "split", crowd[0], crowd[1], by=moderator).batch
    act(db, "set_apart", other, crowd[1], by=editor)
    act(db, "join", other, crowd[0], by=editor)
    with pytest.raises(Conflict, match="they stay apart"):
        undone(db, crowd[1], batch, by=moderator)
    assert not together(db, *crowd)
    check_regrouped(db)


def test_what_is_set_apart_stays_so_when_its_group_moves(db, moderator):
    one, crowd, home = a_tip(db), grouped(db, moderator, 2), grouped(db, moderator, 3)
    act(db, "set_apart", one, crowd[0], by=moderator)
    act(db, "join", crowd[0], home[0], by=moderator)
    with pytest.raises(Conflict, match="not the same"):
        act(db, "join", one, home[1], by=moderator)
    check_regrouped(db)


def test_setting_apart_is_taken_back(db, moderator):
    one, two = a_tip(db), a_tip(db)
    batch = act(db, "set_apart", one, two, by=moderator).batch
    assert act(db, "set_apart", one, two, by=moderator).count == 0
    undone(db, one, batch, by=moderator)
    assert pairs_apart(db) == set()
    act(db, "join", one, two, by=moderator)
    assert [event.kind for event in events(db, one)] == [
        "tip.set_apart", "tip.regrouping_undone", "tip.joined",
    ]  # fmt: skip


def test_members_of_one_group_are_not_set_apart_but_taken_out(db, moderator):
    one, two = grouped(db, moderator, 2)
    with pytest.raises(Conflict, match="in one group"):
        act(db, "set_apart", one, two, by=moderator)


@pytest.mark.thorough
def test_several_who_regroup_at_once_leave_the_groups_right(db, moderator, editor):
    for _ in range(3):
        tips = [a_tip(db, f"ring {number}") for number in range(6)]
        acts = [
            lambda one=one, two=two, by=by: act(db, "join", one, two, by=by)
            for one, two, by in zip(tips, [*tips[1:], tips[0]], [moderator, editor] * 3, strict=True)
        ]
        results = at_once(*acts)
        assert {type(result).__name__ for result in results} <= {"Outcome", "Stale"}
        check_regrouped(db)
    assert counted(db) == recount(db)


def test_a_group_that_is_decided_while_it_is_joined_is_decided_or_refused_as_a_whole(db, moderator, editor):
    for _ in range(4):
        one, two = a_tip(db), a_tip(db)
        at_once(
            lambda one=one, two=two: act(db, "join", one, two, by=moderator),
            lambda one=one, two=two: decided(db, two, Decision.SPAM, by=editor),
        )
        check_regrouped(db)
    assert counted(db) == recount(db)


def test_nothing_is_left_of_an_empty_group(db, moderator):
    one, two = a_tip(db), a_tip(db)
    act(db, "join", one, two, by=moderator)
    with db.read() as session:
        assert len(session.scalars(select(Group)).all()) == 1
