"""Each reason with its points: more of what makes a tip worth reading never lowers it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tipline.assist.score import Facts, Part, parts, total
from tipline.assist.spam import Opinion
from tipline.models import How, State


def scored(**facts):
    return total(parts(Facts(**facts)))


def reasons(**facts):
    return [part.reason for part in parts(Facts(**facts))]


def test_a_plain_tip_is_placed_by_its_age_alone():
    assert parts(Facts()) == ()
    assert total(()) == 0


@pytest.mark.parametrize(
    ("facts", "part"),
    [
        ({"size": 8}, Part("8 say the same", 3.0)),
        ({"hows": frozenset({How.TOLD, How.SAW})}, Part("Saw it", 1.0)),
        ({"hows": frozenset({How.DOCUMENTS})}, Part("Has documents", 1.5)),
        ({"files": 1}, Part("Came with 1 file", 0.8)),
        ({"files": 4}, Part("Came with 4 files", 1.0)),
        ({"from_story": True}, Part("Sent from a story’s page", 0.5)),
        ({"named": ("Ida Marlowe",)}, Part("Names Ida Marlowe, of a recent story", 1.0)),
        ({"named": ("A", "B", "C", "D")}, Part("Names A, B, C and others, of a recent story", 1.0)),
        (
            {"earlier": {State.ACCEPTED: 5, State.DECLINED: 1}},
            Part("The same sender’s other tips: 5 accepted, 1 declined", 1.4),
        ),
        ({"earlier": {State.SPAM: 1}}, Part("The same sender’s other tips: 1 spam", -2.0)),
        ({"held_back": True}, Part("Held back: it looked as if a program sent it", -8.0)),
        ({"trapped": True}, Part("Filled in a field that people don’t see", -4.0)),
        (
            {"opinion": Opinion(0.9, known=True, telling=("prize", "@link"))},
            Part("Reads like spam here, 90% likely: “prize”, a link", -4.0),
        ),
    ],
)
def test_a_reason_says_what_it_adds(facts, part):
    assert parts(Facts(**facts)) == (part,)


def test_what_adds_nothing_is_not_told():
    assert reasons(hows=frozenset({How.ONLINE}), earlier={State.PENDING: 3}, opinion=Opinion(0.5)) == []


def test_reading_unlike_spam_raises_nothing():
    assert scored(opinion=Opinion(0.01, known=True)) == 0
    assert scored(opinion=Opinion(0.69, known=True)) == 0


def test_spam_alone_sinks_a_tip_by_little_more_than_a_day():
    assert scored(opinion=Opinion(0.999999, known=True, telling=("prize",))) == -5.0


def test_points_are_added_up():
    assert scored(size=2, hows=frozenset({How.SAW}), files=3, from_story=True) == 3.5


def test_a_sender_known_for_good_tips_outweighs_one_mistake():
    assert scored(earlier={State.ACCEPTED: 9, State.DECLINED: 1}) > 1.5
    assert scored(earlier={State.ACCEPTED: 1}) < scored(earlier={State.ACCEPTED: 5})


FACTS = st.builds(
    Facts,
    size=st.integers(1, 10_000),
    hows=st.frozensets(st.sampled_from(How)),
    files=st.integers(0, 50),
    from_story=st.booleans(),
    earlier=st.dictionaries(st.sampled_from(State), st.integers(0, 1000)),
    opinion=st.builds(Opinion, st.floats(0, 1)),
)


@given(FACTS, st.floats(0, 1))
def test_no_judgement_of_words_raises_a_tip(facts, likely):
    plain = Facts(**{**vars(facts), "opinion": Opinion()})
    judged = Facts(**{**vars(facts), "opinion": Opinion(likely, known=True)})
    assert -5.01 < total(parts(judged)) - total(parts(plain)) <= 0


@given(FACTS)
def test_more_who_say_the_same_never_lower_it(facts):
    larger = Facts(**{**vars(facts), "size": facts.size + 1})
    assert total(parts(larger)) >= total(parts(facts))
