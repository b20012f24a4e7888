"""The age of a tip is said beside the newsroom's own limits, in words, shape and color."""

import re
from datetime import timedelta

import pytest
from builders import NOON, a_tip

from tipline import clock
from tipline.models import State
from tipline.triage.waiting import IN_TIME, NO_LIMITS, AgeLimits, Waiting, waiting

LIMITS = AgeLimits(4, 24)


@pytest.mark.parametrize(
    ("hours", "said"),
    [
        (0, IN_TIME),
        (4, IN_TIME),
        (4.01, Waiting("due", "4 h")),
        (24, Waiting("due", "4 h")),
        (24.01, Waiting("late", "24 h")),
        (2000, Waiting("late", "24 h")),
    ],
)
def test_a_tip_is_past_the_last_limit_that_it_passed(hours, said):
    assert waiting(State.PENDING, NOON, NOON + timedelta(hours=hours), LIMITS) == said


@pytest.mark.parametrize("state", [state for state in State if state is not State.PENDING])
def test_only_what_waits_can_be_late(state):
    assert waiting(state, NOON, NOON + timedelta(days=9), LIMITS) == IN_TIME


def test_each_limit_can_be_left_out():
    late = NOON + timedelta(days=9)
    assert waiting(State.PENDING, NOON, late, NO_LIMITS) == IN_TIME
    assert waiting(State.PENDING, NOON, late, AgeLimits(4, None)) == Waiting("due", "4 h")
    assert waiting(State.PENDING, NOON, late, AgeLimits(None, 0.5)) == Waiting("late", "30 min")


def test_the_row_and_the_tip_say_it(db, signed_in_as, moderator):
    now = clock.now()
    new, due, late = (a_tip(db, received_at=now - timedelta(hours=hours)) for hours in (1, 5, 30))
    page = signed_in_as(moderator).get(f"/newsroom/queue?tip={late.ref}").text
    times = re.findall(r"<time([^>]*)>([^<]*)", page)
    said = {words.strip(): re.findall(r'class="(\w+)"', attributes) for attributes, words in times}
    assert said["1 h"] == []
    assert said["5 h, past 4 h"] == ["due"]
    assert said["30 h, past 24 h"] == ["late"]
    assert said["waiting 30 h, past your limit of 24 h"] == ["late"]
    assert all(f'id="row-{tip.ref}"' in page for tip in (new, due, late))
