"""How often one address may send: a sliding window, in memory, that does not know addresses.

An address is kept only as an HMAC under a random key that lives for a day and is stored nowhere. Only
public addresses are counted: where a proxy stands in front and TIPLINE_PROXY_HOPS does not say so, all
readers seem to come from one private address, and counting it would shut the door to everybody.
"""

import hashlib
import hmac
import ipaddress
import secrets
import threading
from collections import deque
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tipline.config import Settings

COUNTED_TOGETHER = timedelta(minutes=1)
MOST_SOURCES = 50_000  # about 20 MiB; then the ones seen first are forgotten


@dataclass(frozen=True)
class Rule:
    times: int
    window: timedelta


RULES = {
    "tip": Rule(30, timedelta(minutes=10)),
    "receipt": Rule(20, timedelta(minutes=10)),
    "bytes": Rule(1024 * 1024 * 1024, timedelta(hours=1)),  # of files; the newsroom may choose another number
}
# What comes along with the files of a form: its text, and how browsers wrap each part.
FORM_BYTES = 2 * 1024 * 1024
# What a script sends at a time, at most.
PART_BYTES = 4 * 1024 * 1024
# So much more than a form may bring is still read, so that it is answered with its text kept.
SPARE_BYTES = 64 * 1024 * 1024


def body_limits(settings: Settings) -> dict[str, int]:
    """Return the paths that take files, and the largest body of each."""
    whole = settings.max_upload_bytes + FORM_BYTES + SPARE_BYTES
    return {"/tip": whole, "/receipt/reply": whole, "/tip/files": PART_BYTES + FORM_BYTES}


class Limits:
    """The windows of one process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: dict[bytes, deque[tuple[datetime, int]]] = {}
        self._key = b""
        self._day: date | None = None

    def admits(
        self, what: str, address: str, *, now: datetime, weight: int = 1, most: int | None = None
    ) -> bool:
        """Count one try of `what` from `address`, or `weight` of it; say whether the rule allows it.

        Tries that are turned away don't count, so whoever waits gets in. `most` replaces the rule's number.
        """
        network = _network(address)
        if network is None:
            return True
        rule = RULES[what]
        with self._lock:
            self._begin_day(now)
            source = hmac.digest(self._key, f"{what} {network}".encode(), hashlib.sha256)[:16]
            seen = self._seen.setdefault(source, deque())
            while seen and now - seen[0][0] >= rule.window:
                seen.popleft()
            if sum(counted for _, counted in seen) + weight > (most or rule.times):
                return False
            if weight > 1 and seen and now - seen[-1][0] < COUNTED_TOGETHER:
                seen[-1] = (seen[-1][0], seen[-1][1] + weight)
            else:
                seen.append((now, weight))
            self._forget()
        return True

    def _begin_day(self, now: datetime) -> None:
        if now.date() != self._day:
            self._day = now.date()
            self._key = secrets.token_bytes(32)
            self._seen.clear()

    def _forget(self) -> None:
        while len(self._seen) > MOST_SOURCES:
            del self._seen[next(iter(self._seen))]


def _network(address: str) -> str | None:
    """Return what is counted: an IPv4 address, or the /64 that one IPv6 subscriber has; None for neither."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return None
    if isinstance(parsed, ipaddress.IPv6Address):
        mapped = parsed.ipv4_mapped
        if mapped is None:
            return str(ipaddress.ip_network((parsed, 64), strict=False)) if parsed.is_global else None
        parsed = mapped
    return str(parsed) if parsed.is_global else None
