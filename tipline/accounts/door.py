"""Who knocks: an address and a password, judged the same for accounts that are there and that are not.

Same words, same time: an unknown account is counted like a known one, and its password is checked
against a hash that opens for nothing. Only then is it asked whether the account may sign in.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from tipline.accounts import devices, passwords, queries, throttle
from tipline.accounts.throttle import NO_WAIT, Counted
from tipline.db import Database
from tipline.keys import Keyring
from tipline.models import User

WRONG = "That e-mail address and that password do not go together."


@dataclass(frozen=True)
class Knock:
    """One try to sign in; `device` is the secret of a known browser, or ""."""

    email: str
    password: str
    address: str | None
    device: str


@dataclass(frozen=True)
class Answer:
    """Whom to let in, or how long to wait before the next try is looked at."""

    user: User | None
    counted: Counted
    wait: timedelta = NO_WAIT


def examine(db: Database, keyring: Keyring, knock: Knock, *, now: datetime) -> Answer:
    """Judge a try to sign in, counting it first; the caller takes the count back when somebody comes in."""
    with db.read() as session:
        user = queries.user_by_email(session, knock.email)
        known = user is not None and devices.is_known(session, knock.device, user)
        counted = _counted(keyring, knock, known=known)
        wait = throttle.wait(session, counted, now=now)
    if not wait:
        with db.write() as session:
            wait = throttle.count(session, counted, now=now)
    if wait:
        return Answer(None, counted, wait)
    right = passwords.matches(user.password_hash if user else None, knock.password)
    welcome = right and user is not None and user.disabled_at is None
    return Answer(user if welcome else None, counted)


def _counted(keyring: Keyring, knock: Knock, *, known: bool) -> Counted:
    if known:
        return throttle.by_browser(keyring, knock.device)
    return throttle.by_account(keyring, queries.as_stored(knock.email), knock.address)


def words_for(wait: timedelta) -> str:
    """Say how long to wait, in whole seconds."""
    seconds = whole_seconds(wait)
    return f"That was often in a row. Wait {seconds} second{'s' if seconds > 1 else ''}, then try again."


def whole_seconds(wait: timedelta) -> int:
    """Round a wait up to seconds, as Retry-After has them."""
    return -(-wait // timedelta(seconds=1))
