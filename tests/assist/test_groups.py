"""Tips that say the same become one row; what differs, what a person decided or set apart, stays apart."""

from datetime import timedelta

import pytest
from builders import NOON, a_tip, counted, fresh, group_of
from sqlalchemy import bindparam, select, update

from tipline.assist import groups
from tipline.assist.alike import CANDIDATES
from tipline.assist.groups import group_tips
from tipline.models import Apart, Band, Group, State, Tip
from tipline.prepared import Prepared

SAID = (
    "Marisol Vance left the Halyard hotel through the kitchen shortly after eleven with her drummer carrying "
    "two suitcases, and asked the driver for the airport while a photographer waited at the front door."
)
NEARLY = SAID.replace("shortly", "a little").replace("two", "three") + " My cousin works there."
ELSE = (
    "The season finale was filmed twice because the harbor scene flooded the set, says a carpenter who built "
    "the pier, and the second ending has the captain surviving after all."
)


def look(db):
    while group_tips(db):
        pass


def rows(db):
    with db.read() as session:
        return session.query(Group).order_by(Group.id).all()


def test_what_says_the_same_becomes_one_row(db):
    first, second = a_tip(db, SAID), a_tip(db, NEARLY, received_at=NOON + timedelta(hours=1))
    look(db)
    (group,) = rows(db)
    assert fresh(db, second).group_id == fresh(db, first).group_id == group.id
    assert (group.size, group.pending, group.lead_id) == (2, 2, first.id)
    assert group.newest_at == NOON + timedelta(hours=1)
    assert group.score == 1.0
    assert counted(db) == {"pending": 2}


@pytest.mark.thorough
def test_a_flood_in_one_batch_becomes_one_row(db):
    for _ in range(60):
        a_tip(db, SAID)
    look(db)
    (group,) = rows(db)
    assert (group.size, group.pending) == (60, 60)


def test_what_says_something_else_stays_apart(db):
    a_tip(db, SAID)
    a_tip(db, ELSE)
    look(db)
    assert [group.size for group in rows(db)] == [1, 1]


@pytest.mark.parametrize("short", ["They broke up", "", "!!!", "她和鼓手一起离开了酒店"])
def test_short_texts_are_not_joined(db, short):
    a_tip(db, short)
    a_tip(db, short)
    look(db)
    assert [group.size for group in rows(db)] == [1, 1]


def test_a_correction_does_not_join_a_tip(db):
    a_tip(db, SAID)
    a_tip(db, SAID, kind="correction")
    look(db)
    assert [group.size for group in rows(db)] == [1, 1]


@pytest.mark.parametrize("hidden", [{"quarantined": True}, {"restricted": True}, {"escalated_at": NOON}])
def test_nothing_joins_what_only_some_may_see(db, hidden):
    a_tip(db, SAID, **hidden)
    a_tip(db, SAID)
    look(db)
    assert [group.size for group in rows(db)] == [1, 1]


def test_a_group_that_was_decided_comes_back_with_one_new(db):
    closed = a_tip(db, SAID, state=State.DECLINED)
    look(db)
    new = a_tip(db, SAID)
    look(db)
    group = group_of(db, fresh(db, new))
    assert (group.state, group.size, group.pending, group.lead_id) == ("pending", 2, 1, new.id)
    assert fresh(db, closed).state == "declined"


def test_a_tip_that_was_decided_meanwhile_stays_where_it_is(db, monkeypatch):
    a_tip(db, SAID)
    look(db)
    second = a_tip(db, SAID)
    alone = groups.alone_at_groups

    def decided_meanwhile(session):
        accepted = update(Tip).where(Tip.id == second.id).values(state=bindparam("state"))
        Prepared(accepted).run(session, {"state": State.ACCEPTED})
        alone(session)

    monkeypatch.setattr(groups, "alone_at_groups", decided_meanwhile)
    look(db)
    assert [group.size for group in rows(db)] == [1, 1]


@pytest.mark.parametrize("which", [0, 1])
def test_what_was_hidden_meanwhile_joins_nothing(db, monkeypatch, which):
    tips = [a_tip(db, SAID)]
    look(db)
    tips.append(a_tip(db, SAID))
    alone = groups.alone_at_groups

    def hidden_meanwhile(session):
        hidden = update(Tip).where(Tip.id == tips[which].id).values(restricted=bindparam("restricted"))
        Prepared(hidden).run(session, {"restricted": True})
        alone(session)

    monkeypatch.setattr(groups, "alone_at_groups", hidden_meanwhile)
    look(db)
    assert [group.size for group in rows(db)] == [1, 1]


def test_what_a_person_set_apart_stays_apart(db, moderator):
    first, second = a_tip(db, SAID), a_tip(db, SAID)
    with db.write() as session:
        session.add(Apart(tip_id=first.id, other_id=second.id, by_id=moderator.id, at=NOON))
    look(db)
    assert [group.size for group in rows(db)] == [1, 1]


def test_what_stays_apart_does_not_meet_by_way_of_a_third(db, moderator):
    """Both are looked at in one batch: the first has joined the third by then, in thought only."""
    third = a_tip(db, SAID)
    look(db)
    first, second = a_tip(db, SAID), a_tip(db, SAID)
    with db.write() as session:
        session.add(Apart(tip_id=first.id, other_id=second.id, by_id=moderator.id, at=NOON))
    look(db)
    assert fresh(db, first).group_id == fresh(db, third).group_id
    assert [group.size for group in rows(db)] == [2, 1]


def test_who_is_joined_takes_others_along_in_the_same_batch(db):
    """The last is like the one before it, which is elsewhere by the time that it is its turn."""
    first = a_tip(db, SAID)
    look(db)
    words, more = SAID.split(), "where the florist from Calder Street waved at both of them twice"
    a_tip(db, " ".join([*words[8:], more]))
    last = a_tip(db, " ".join([*words[16:], more]))
    look(db)
    assert {fresh(db, last).group_id} == {group.id for group in rows(db)} == {fresh(db, first).group_id}


def test_two_workers_take_each_tip_once(db):
    for _ in range(5):
        a_tip(db, SAID)
    with db.read() as session:
        waiting = groups._waiting(session, 50)
        wishes = groups._wishes(session, waiting)
    for taken in (5, 0):
        with db.write() as session:
            assert groups._settle(session, waiting, wishes) == taken
    assert [group.size for group in rows(db)] == [5]


def told_by_bands(db):
    """List the ids of the tips by whose bands others find them."""
    with db.read() as session:
        return sorted(set(session.scalars(select(Band.tip_id))))


def one_by_one(db, *texts, **columns):
    tips = []
    for text in texts:
        tips.append(a_tip(db, text, **columns))
        look(db)
    return [tip.id for tip in tips]


def test_of_a_flood_as_many_are_found_as_are_looked_at(db):
    first, *more, last = one_by_one(db, *[SAID] * (CANDIDATES + 2))
    assert told_by_bands(db) == [first, *more[: CANDIDATES - 1]]
    (nearly,) = one_by_one(db, NEARLY)
    assert told_by_bands(db)[-1] == nearly  # which says something of its own
    assert [group.size for group in rows(db)] == [CANDIDATES + 3]
    assert last not in told_by_bands(db)


def test_who_repeats_a_flood_but_does_not_join_it_is_found(db, moderator):
    flood = one_by_one(db, *[SAID] * CANDIDATES)
    (question,) = one_by_one(db, SAID, kind="question")
    apart = a_tip(db, SAID)
    with db.write() as session:
        pairs = [Apart(tip_id=tip_id, other_id=apart.id, by_id=moderator.id, at=NOON) for tip_id in flood]
        session.add_all(pairs)
    look(db)
    assert told_by_bands(db) == [*flood, question, apart.id]
