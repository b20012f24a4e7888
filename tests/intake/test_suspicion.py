"""What is weighed: habits of people ask nothing of them, a flood is asked."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tipline.intake.suspicion import weigh
from tipline.models import Sign

TEXT = "She left by the side door on Saturday, with a ring on her finger."
LINKS = "\n".join(f"https://cheap-{n}.example/buy" for n in range(5))
CODE = "Look: [url=https://cheap.example]cheap[/url]"


def doubt(body=TEXT, *, trapped=False, seconds=60.0, lately=1):
    return weigh(body, trapped=trapped, age=timedelta(seconds=seconds), lately=lately)


def test_a_person_who_takes_their_time_shows_no_sign():
    assert doubt().signs == ()
    assert not doubt().asks


@pytest.mark.parametrize(
    ("sign", "shown"),
    [
        (Sign.HURRY, {"seconds": 0.5}),
        (Sign.HURRY, {"seconds": 2.9, "body": TEXT * 200}),
        (Sign.LINKS, {"body": LINKS}),
        (Sign.CODE, {"body": CODE}),
        (Sign.CROWD, {"lately": 11}),
    ],
)
def test_one_habit_alone_asks_nothing(sign, shown):
    found = doubt(**shown)
    assert found.signs == (sign,)
    assert not found.asks
    assert not found.holds_back


def test_a_list_of_links_pasted_at_once_asks_nothing():
    assert not doubt(LINKS, seconds=1).asks


@pytest.mark.parametrize(
    "shown",
    [
        {"lately": 11, "seconds": 1},
        {"lately": 11, "body": LINKS},
        {"lately": 21},
        {"body": CODE, "seconds": 1},
    ],
)
def test_what_floods_do_is_asked(shown):
    assert doubt(**shown).asks


def test_the_trap_holds_back_and_asks_nothing():
    found = doubt(trapped=True, seconds=0, lately=30)
    assert found.holds_back
    assert not found.asks
    assert found.signs == (Sign.TRAP, Sign.HURRY, Sign.CROWD)


def test_links_in_a_text_are_no_sign():
    told = " ".join(f"On day {n} she wrote this, look: https://example.org/{n}" for n in range(9))
    assert doubt(told).signs == ()


def test_three_links_are_no_sign():
    assert doubt("\n".join(LINKS.splitlines()[:3])).signs == ()


def test_a_clock_that_went_back_is_no_more_than_hurry():
    assert doubt(seconds=-30).signs == (Sign.HURRY,)


@given(st.text(), st.booleans(), st.timedeltas(), st.integers(0, 1000))
def test_nothing_raises(body, trapped, age, lately):
    weigh(body, trapped=trapped, age=age, lately=lately)
