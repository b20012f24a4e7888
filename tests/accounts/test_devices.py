"""Browsers are called by name, and known ones are told from strangers'."""

import pytest
from sqlalchemy import select

from tipline.accounts import devices
from tipline.models import KnownDevice

WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
        (f"Mozilla/5.0 (Windows NT 10.0) {WEBKIT} Chrome/142 Safari/537.36 Edg/142", "Edge on Windows"),
        (f"Mozilla/5.0 (Linux; Android 16) {WEBKIT} Chrome/142.0 Mobile Safari/537.36", "Chrome on Android"),
        (f"Mozilla/5.0 (iPhone; CPU OS 19_0 like Mac OS X) {WEBKIT} Mobile Safari/604.1", "Safari on iPhone"),
        (f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) {WEBKIT} Safari/605.1.15", "Safari on Mac"),
        ("curl/8.9", "A browser"),
        ("", "A browser"),
    ],
)  # fmt: skip
def test_a_browser_is_called_by_its_name(user_agent, name):
    assert devices.called(user_agent) == name


def test_a_browser_is_known_for_the_user_who_signed_in_only(db, editor, admin, now):
    with db.write() as session:
        secret = devices.remember(session, "", editor, now=now)
    with db.read() as session:
        assert devices.is_known(session, secret, editor)
        assert not devices.is_known(session, secret, admin)
        assert not devices.is_known(session, "", editor)


def test_a_known_browser_keeps_its_secret(db, editor, now):
    with db.write() as session:
        secret = devices.remember(session, "", editor, now=now)
        assert devices.remember(session, secret, editor, now=now) == secret


def test_a_planted_secret_is_not_taken_over(db, editor, now):
    with db.write() as session:
        assert devices.remember(session, "planted", editor, now=now) != "planted"


def test_only_a_hash_is_kept(db, editor, now):
    with db.write() as session:
        secret = devices.remember(session, "", editor, now=now)
    with db.read() as session:
        [kept] = session.scalars(select(KnownDevice.token_hash))
    assert secret.encode() not in kept
