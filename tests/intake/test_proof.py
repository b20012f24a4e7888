"""A proof of work: bound to one form, to its time, and to us."""

import base64
import json
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from intake.solver import solved

from tipline import clock
from tipline.intake import proof, token
from tipline.keys import Keyring

KEYRING = Keyring({"k1": bytes(32)})


def a_token(now=None):
    return token.read(KEYRING, token.issue(KEYRING, now=now or clock.now()))


@pytest.fixture(autouse=True)
def few_steps(monkeypatch):
    monkeypatch.setattr(proof, "STEPS", 2_000)


def test_a_solved_challenge_holds():
    form = a_token()
    assert proof.holds(KEYRING, form, solved(proof.challenge(KEYRING, form, now=clock.now())))


def test_it_holds_for_no_other_form():
    answer = solved(proof.challenge(KEYRING, a_token(), now=clock.now()))
    assert not proof.holds(KEYRING, a_token(), answer)


def test_it_runs_out():
    form = a_token()
    answer = solved(proof.challenge(KEYRING, form, now=clock.now() - proof.LIFETIME - timedelta(seconds=1)))
    assert not proof.holds(KEYRING, form, answer)


def test_a_challenge_of_somebody_elses_is_none():
    form, other = a_token(), Keyring({"k1": b"x" * 32})
    assert not proof.holds(KEYRING, form, solved(proof.challenge(other, form, now=clock.now())))


@pytest.mark.parametrize(
    "change",
    [
        {"keyPrefix": "00"},
        {"cost": 0},
        {"expiresAt": 99_999_999_999},
        {"data": {"form": "another"}},
        {"nonce": "00" * 16},
    ],
)
def test_a_challenge_that_was_made_easier_is_none(change):
    form = a_token()
    said = json.loads(base64.b64decode(solved(proof.challenge(KEYRING, form, now=clock.now()))))
    said["challenge"]["parameters"] |= change
    assert not proof.holds(KEYRING, form, base64.b64encode(json.dumps(said).encode()).decode())


def test_a_wrong_answer_is_none():
    form = a_token()
    said = json.loads(base64.b64decode(solved(proof.challenge(KEYRING, form, now=clock.now()))))
    said["solution"]["counter"] += 1
    assert not proof.holds(KEYRING, form, base64.b64encode(json.dumps(said).encode()).decode())


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)
PARAMETERS = ("algorithm", "nonce", "salt", "cost", "keyPrefix", "expiresAt", "data")
PARTS = st.fixed_dictionaries(
    {"signature": JUNK, "parameters": st.fixed_dictionaries(dict.fromkeys(PARAMETERS, JUNK))}
)
SAID = st.fixed_dictionaries(
    {
        "challenge": JUNK | PARTS,
        "solution": JUNK | st.fixed_dictionaries({"counter": JUNK, "derivedKey": JUNK}),
    }
)


@pytest.mark.thorough
@given(st.text() | SAID.map(lambda said: base64.b64encode(json.dumps(said).encode()).decode()))
def test_no_answer_raises(answer):
    assert not proof.holds(KEYRING, a_token(), answer)


@pytest.mark.parametrize("text", ["[" * 100_000, "1" * 10_000, '{"challenge":' * 500])
def test_no_long_or_deep_answer_raises(text):
    assert not proof.holds(KEYRING, a_token(), base64.b64encode(text.encode()).decode())
    assert not proof.holds(KEYRING, a_token(), base64.b64encode(text[:1_400].encode()).decode())
