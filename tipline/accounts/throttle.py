"""Slow down whoever guesses passwords, without ever locking a newsroom out.

Failures are counted per account and per source, known or unknown alike. The first three cost nothing,
each further one doubles the wait, up to half a minute. A try is counted before its password is looked
at, in a transaction of its own, so that a hundred tries at once are a hundred; one that succeeds is
taken back. A browser that signed in before is counted by itself alone: strangers cannot slow it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address

from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from tipline.keys import Keyring
from tipline.models import Throttle

FREE_FAILURES = 3
LONGEST_SECONDS = 30
FORGOTTEN_AFTER = timedelta(hours=1)
NO_WAIT = timedelta(0)


@dataclass(frozen=True)
class Counted:
    """What a try counts against: what is tried and, unless None, where it comes from."""

    target: bytes
    source: bytes | None = None

    @property
    def keys(self) -> list[bytes]:
        return sorted(key for key in (self.target, self.source) if key is not None)


def by_account(keyring: Keyring, email: str, address: str | None) -> Counted:
    """Count against an account, real or not, and an address."""
    return Counted(_key(keyring, "account", email), by_source(keyring, address).target)


def by_source(keyring: Keyring, address: str | None, *, act: str = "sign in") -> Counted:
    """Count against an address alone, each act by itself."""
    return Counted(_key(keyring, f"source {act}", network(address)))


def by_browser(keyring: Keyring, name: str) -> Counted:
    """Count against one browser that is known, or one session."""
    return Counted(_key(keyring, "browser", name))


def network(address: str | None) -> str:
    """Return what stands for a source: the address, or for IPv6 its /64, which one household has."""
    try:
        parsed: IPv4Address | IPv6Address = ip_address(address or "")
    except ValueError:
        return ""
    if isinstance(parsed, IPv6Address):
        parsed = parsed.ipv4_mapped or IPv6Address(int(parsed) >> 64 << 64)
    return str(parsed)


def pause_after(failures: int) -> timedelta:
    """Return how long to wait after so many failures: nothing three times, then 1, 2, 4 … 30 s."""
    if failures < FREE_FAILURES:
        return NO_WAIT
    return timedelta(seconds=min(2 ** min(failures - FREE_FAILURES, 10), LONGEST_SECONDS))


def wait(session: Session, counted: Counted, *, now: datetime) -> timedelta:
    """Return how long whoever tries must still wait, writing nothing."""
    rows = session.scalars(select(Throttle).where(Throttle.key.in_(counted.keys)))
    return _longest_wait(rows, now)


def count(session: Session, counted: Counted, *, now: datetime) -> timedelta:
    """Count a try as failed, until `take_back`, and return zero; or count nothing and return the wait.

    The caller gives it a transaction of its own.
    """
    keys = counted.keys
    _make_rows(session, keys, now)
    rows = _locked(session, keys)
    if waiting := _longest_wait(rows, now):
        return waiting
    for row in rows:
        row.failures = _recent(row, now) + 1
        row.last_at = now
    return NO_WAIT


def take_back(session: Session, counted: Counted) -> None:
    """Undo the count of a try that succeeded: its target starts anew, its source loses this one try."""
    session.execute(delete(Throttle).where(Throttle.key == counted.target))
    if counted.source is not None:
        one_less = update(Throttle).where(Throttle.key == counted.source, Throttle.failures > 0)
        session.execute(one_less.values(failures=Throttle.failures - 1))


def forget(session: Session, *, now: datetime) -> None:
    """Delete counts that no longer slow anybody."""
    session.execute(delete(Throttle).where(Throttle.last_at < now - FORGOTTEN_AFTER))


def _make_rows(session: Session, keys: Sequence[bytes], now: datetime) -> None:
    rows = [{"key": key, "failures": 0, "last_at": now} for key in keys]
    if session.get_bind().dialect.name == "sqlite":
        session.execute(sqlite.insert(Throttle).on_conflict_do_nothing(), rows)
    else:
        session.execute(postgresql.insert(Throttle).on_conflict_do_nothing(), rows)


def _locked(session: Session, keys: Sequence[bytes]) -> Sequence[Throttle]:
    # One order for all, or two tries at once would wait for each other for ever.
    statement = select(Throttle).where(Throttle.key.in_(keys)).order_by(Throttle.key).with_for_update()
    return session.scalars(statement).all()


def _longest_wait(rows: Iterable[Throttle], now: datetime) -> timedelta:
    return max((_wait(row, now) for row in rows), default=NO_WAIT)


def _wait(row: Throttle, now: datetime) -> timedelta:
    if row.last_at - now > timedelta(seconds=LONGEST_SECONDS):
        return NO_WAIT  # the clock was set back, which must lock nobody out until it is there again
    pause = pause_after(_recent(row, now))
    return max(NO_WAIT, min(pause, row.last_at + pause - now))


def _recent(row: Throttle, now: datetime) -> int:
    return 0 if now - row.last_at > FORGOTTEN_AFTER else row.failures


def _key(keyring: Keyring, what: str, value: str) -> bytes:
    return keyring.mac("throttle", what.encode(), value.encode("utf-8", "replace"))
