"""Whatever people and the machine do to groups, in whatever order: what stands on a row is what is there."""

from contextlib import suppress
from datetime import timedelta

import pytest
from builders import NOON, a_tip, counted, fresh
from extent import extent
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select
from triage.races import recount
from triage.regrouping import act, check_regrouped, emptied

from tipline.assist.groups import group_tips
from tipline.errors import TiplineError
from tipline.models import (
    Band,
    Decision,
    Reason,
    Regrouping,
    State,
    Tip,
    Ungrouped,
    Verdict,
)
from tipline.triage.decide import decide
from tipline.triage.undo import undo

SAID = (
    "Marisol Vance left the Halyard hotel through the kitchen shortly after eleven with her drummer carrying "
    "two suitcases, and asked the driver for the airport while a photographer waited at the front door."
)
ELSE = (
    "The season finale was filmed twice because the harbor scene flooded the set, says a carpenter who built "
    "the pier, and the second ending has the captain surviving after all."
)
FIRST = (SAID, SAID, SAID, ELSE, ELSE, "They broke up")
NUMBER = st.integers(0, len(FIRST))
STEPS = st.one_of(
    st.tuples(st.just("arrive"), st.sampled_from([SAID, ELSE]), NUMBER),
    *(st.tuples(st.just(name), NUMBER, NUMBER) for name in ("join", "split", "set_apart", "undo", "decide")),
)


def tips_in(db):
    with db.read() as session:
        return list(session.scalars(select(Tip).order_by(Tip.id)))


def batches(db):
    with db.read() as session:
        made = [
            session.execute(select(each.batch, each.tip_id).order_by(each.id)).all()
            for each in (Verdict, Regrouping)
        ]
    return [(batch, tip_id) for rows in made for batch, tip_id in rows]


def step(db, user, what, one, other):
    tips = tips_in(db)
    if what == "arrive":
        a_tip(db, one, received_at=NOON + timedelta(minutes=other))
        group_tips(db)
    elif what == "undo":
        if done := batches(db):
            batch, tip_id = done[-1 - one % len(done)]
            tip = next(tip for tip in tips if tip.id == tip_id)
            with db.write() as session:
                undo(session, tip.ref, by=user, now=NOON, batch=batch)
    elif what == "decide":
        choose(db, user, list(Decision)[other % len(Decision)], tips[one % len(tips)])
    else:
        act(db, what, tips[one % len(tips)], tips[other % len(tips)], by=user)


def choose(db, user, decision, tip):
    more = {"reason": Reason.KNOWN} if decision is Decision.DECLINE else {}
    more |= {"until": NOON + timedelta(days=1)} if decision is Decision.SNOOZE else {}
    with db.write() as session:
        decide(session, tip.ref, decision, version=tip.version, by=user, now=NOON, **more)


@pytest.mark.thorough
@settings(
    max_examples=extent(20, 6),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(STEPS, min_size=4, max_size=20))
def test_rows_say_what_is_there_after_any_acts(db, moderator, steps):
    emptied(db)
    for text in FIRST:
        a_tip(db, text)
    group_tips(db)
    for what, one, other in steps:
        with suppress(TiplineError):  # refused, with a sentence
            step(db, moderator, what, one, other)
        check_regrouped(db)
        assert counted(db) == recount(db)


def test_what_was_split_is_not_joined_by_the_machine_later(db, moderator):
    first, second = a_tip(db, SAID), a_tip(db, SAID)
    group_tips(db)
    act(db, "split", first, second, by=moderator)
    with db.write() as session:
        session.execute(insert(Ungrouped), [{"tip_id": tip.id} for tip in (first, second)])
        session.execute(delete(Band))
    group_tips(db)
    check_regrouped(db)
    assert fresh(db, first).group_id != fresh(db, second).group_id
    third = a_tip(db, SAID)
    group_tips(db)
    assert fresh(db, third).group_id in {fresh(db, first).group_id, fresh(db, second).group_id}
    assert fresh(db, third).state == State.PENDING
    check_regrouped(db)
