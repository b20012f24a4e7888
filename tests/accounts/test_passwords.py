"""Passwords are hashed by RFC 9106, judged in a sentence, and cost the same for everybody."""

import threading
import unicodedata

import pytest
from argon2 import PasswordHasher, extract_parameters
from argon2.profiles import RFC_9106_LOW_MEMORY

from tipline.accounts import passwords
from tipline.errors import Invalid, Unavailable

GOOD = "a lighthouse for the drummer"


def test_hashes_are_argon2id_with_the_low_memory_profile():
    assert extract_parameters(passwords.hash_password(GOOD)) == RFC_9106_LOW_MEMORY


def test_a_hash_opens_for_its_password_alone(quick_hashes):
    stored = passwords.hash_password(GOOD)
    assert passwords.matches(stored, GOOD)
    assert not passwords.matches(stored, GOOD + " ")


def test_two_ways_of_typing_an_accent_are_one_password(quick_hashes):
    stored = passwords.hash_password(unicodedata.normalize("NFD", "crème brûlée à minuit"))
    assert passwords.matches(stored, unicodedata.normalize("NFC", "crème brûlée à minuit"))


def test_any_characters_open_again(quick_hashes):
    odd = "nul \0, emoji 🎭 and \udcff alone"
    assert passwords.matches(passwords.hash_password(odd), odd)


@pytest.mark.thorough
def test_nobody_opens_the_dummy_which_costs_what_a_hash_costs():
    assert extract_parameters(passwords.DUMMY) == RFC_9106_LOW_MEMORY
    assert not passwords.matches(None, "")
    assert not passwords.matches(None, GOOD)


@pytest.mark.thorough
def test_no_hash_and_a_right_one_both_go_through_argon2(monkeypatch):
    checked = []

    class Watched(PasswordHasher):
        def verify(self, stored, candidate):
            checked.append(extract_parameters(stored))
            return super().verify(stored, candidate)

    stored = passwords.hash_password(GOOD)
    monkeypatch.setattr(passwords, "_hasher", Watched.from_parameters(RFC_9106_LOW_MEMORY))
    passwords.matches(stored, GOOD)
    passwords.matches(None, GOOD)
    passwords.matches(stored, "x" * 5000)
    assert checked == [RFC_9106_LOW_MEMORY] * 3


def test_a_damaged_hash_opens_for_nothing():
    assert not passwords.matches("not a hash", GOOD)


@pytest.mark.thorough
def test_a_hash_with_other_parameters_opens_and_is_outdated():
    old = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(GOOD)
    assert passwords.matches(old, GOOD)
    assert passwords.is_outdated(old)
    assert not passwords.is_outdated(passwords.hash_password(GOOD))


@pytest.mark.parametrize("password", ["elevenchars", "", "e\u0301" * 11])
def test_under_twelve_characters_is_too_short(password):
    assert "12 characters" in passwords.fault(password, email="edie@lantern.example")


def test_twelve_characters_and_a_thousand_bytes_are_taken():
    assert passwords.fault("twelve chars", email="edie@lantern.example") is None
    assert passwords.fault("x" * 1000, email="edie@lantern.example") is None


def test_over_a_thousand_bytes_is_too_long_and_never_matches(quick_hashes):
    assert "too long" in passwords.fault("é" * 501, email="edie@lantern.example")
    assert not passwords.matches(passwords.hash_password("x" * 1001), "x" * 1001)


@pytest.mark.parametrize("password", ["Edie.Okonjo@lantern.example", "edie.okonjo1"])
def test_the_address_itself_is_no_password(password):
    email = "edie.okonjo1@lantern.example" if "@" not in password else password.lower()
    assert "e-mail address" in passwords.fault(password, email=email)


def test_checked_returns_the_password_or_refuses_with_the_sentence():
    assert passwords.checked(GOOD, email="edie@lantern.example") == GOOD
    with pytest.raises(Invalid, match="12 characters"):
        passwords.checked("short", email="edie@lantern.example")


def test_a_crowd_waits_for_a_place_and_not_for_ever(monkeypatch, quick_hashes):
    monkeypatch.setattr(passwords, "_places", threading.BoundedSemaphore(1))
    monkeypatch.setattr(passwords, "PATIENCE_SECONDS", 0.01)
    with passwords._Place(), pytest.raises(Unavailable, match="try again"):
        passwords.matches(None, GOOD)
    assert not passwords.matches(None, GOOD)
