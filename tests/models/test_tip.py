from datetime import timedelta

import pytest
from builders import NOON

from tipline.errors import Invalid, InvalidTransition
from tipline.models import Decision, PublicStatus, Reason, State, Tip
from tipline.models.tip import OPEN_FROM, RESULT


def decide(state, decision, **options):
    reason = Reason.KNOWN if decision is Decision.DECLINE else None
    until = NOON + timedelta(hours=1) if decision is Decision.SNOOZE else None
    return Tip(state=state).decide(decision, now=NOON, **{"reason": reason, "until": until, **options})


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("decision", list(Decision))
def test_every_decision_from_every_state(state, decision):
    if decision in OPEN_FROM[state]:
        assert decide(state, decision).state == RESULT[decision]
    else:
        with pytest.raises(InvalidTransition):
            decide(state, decision)


def test_every_closed_state_can_be_reopened():
    for state in set(State) - {State.PENDING}:
        assert decide(state, Decision.REOPEN).state == State.PENDING


def test_a_decline_needs_its_reason_and_a_snooze_its_time():
    with pytest.raises(Invalid):
        decide(State.PENDING, Decision.DECLINE, reason=None)
    for until in (None, NOON):
        with pytest.raises(Invalid):
            decide(State.PENDING, Decision.SNOOZE, until=until)


def test_reasons_and_times_do_not_outlive_their_decision():
    change = decide(State.PENDING, Decision.ACCEPT, reason=Reason.OTHER, until=NOON)
    assert (change.reason, change.snoozed_until) == (None, None)


@pytest.mark.parametrize(
    ("state", "promoted", "said"),
    [
        (State.PENDING, False, PublicStatus.RECEIVED),
        (State.PENDING, True, PublicStatus.LOOKED_AT),
        (State.ACCEPTED, False, PublicStatus.LOOKED_AT),
        (State.SNOOZED, False, PublicStatus.LOOKED_AT),
        (State.DECLINED, False, PublicStatus.CLOSED),
        (State.SPAM, False, PublicStatus.CLOSED),
    ],
)
def test_a_receipt_says_no_more_than_it_may(state, promoted, said):
    assert Tip(state=state).public_status(promoted=promoted) == said


def test_a_used_tip_is_used_whatever_came_later():
    assert Tip(state=State.DECLINED, used_at=NOON).public_status(promoted=False) == PublicStatus.USED
