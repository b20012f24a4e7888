from dataclasses import replace
from datetime import timedelta

from tipline.intake import token
from tipline.keys import Keyring


def test_a_token_says_when_about_what_and_under_which_key(keyring, now):
    read = token.read(keyring, token.issue(keyring, now=now, story="drummer-buys-lighthouse"))
    assert (read.issued_at, read.story, read.key_id) == (now, "drummer-buys-lighthouse", "t1")
    assert len(read.nonce) == 16


def test_a_token_of_a_retired_key_is_still_read_while_the_ring_has_it(keyring, now):
    stamp = token.issue(keyring, now=now)
    rotated = Keyring({"t2": b"2" * 32, **keyring.keys})
    assert token.read(rotated, stamp).key_id == "t1"
    assert token.read(rotated, token.issue(rotated, now=now)).key_id == "t2"
    assert token.read(Keyring({"t2": b"2" * 32}), stamp) is None


def test_a_changed_token_is_no_token(keyring, now):
    stamp = token.issue(keyring, now=now, story="a")
    for place, character in enumerate(stamp[:-1]):
        changed = stamp[:place] + ("B" if character != "B" else "C") + stamp[place + 1 :]
        assert token.read(keyring, changed) is None


def test_a_token_lives_for_a_day(keyring, now):
    read = token.read(keyring, token.issue(keyring, now=now))
    assert not read.is_expired(now + timedelta(hours=24))
    assert read.is_expired(now + timedelta(hours=24, seconds=1))


def test_two_tokens_of_one_moment_differ(keyring, now):
    first, second = (token.read(keyring, token.issue(keyring, now=now)) for _ in range(2))
    assert replace(first, nonce=b"") == replace(second, nonce=b"")
    assert first.nonce != second.nonce
