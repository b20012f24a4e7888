"""How often one address may send: a sliding window that does not know addresses.

An address is counted only as an HMAC under a random key that lives for a day and is stored nowhere: in
memory that all web processes of a machine share (`shared_window`), or in Valkey where several machines do
(`valkey_window`). Only public addresses are counted: where a proxy stands in front and
TIPLINE_PROXY_HOPS does not say so, all readers seem to come from one private address, and counting it
would shut the door to everybody.
"""

import hashlib
import hmac
import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol


@dataclass(frozen=True)
class Rule:
    times: int
    window: timedelta


RULES = {
    "tip": Rule(30, timedelta(minutes=10)),
    "receipt": Rule(20, timedelta(minutes=10)),
}


@dataclass(frozen=True)
class Try:
    """One try: whether its rule allows it, and how many were allowed lately, this one included."""

    admitted: bool
    lately: int


UNCOUNTED = Try(admitted=True, lately=0)


class Window(Protocol):
    """Counts the tries of sources; tries that are turned away don't count, so whoever waits gets in."""

    def take(self, source: str, rule: Rule, *, now: datetime) -> Try: ...


class Limits:
    """The rules, applied to the addresses that come."""

    def __init__(self, window: Window) -> None:
        self._window = window

    def take(self, what: str, address: str, *, now: datetime) -> Try:
        """Count one try of `what` from `address`."""
        network = _network(address)
        if network is None:
            return UNCOUNTED
        return self._window.take(f"{what} {network}", RULES[what], now=now)

    def admits(self, what: str, address: str, *, now: datetime) -> bool:
        return self.take(what, address, now=now).admitted


def name_of(source: str, key: bytes) -> bytes:
    """Return the 16 bytes by which a source is known while `key` lives."""
    return hmac.digest(key, source.encode(), hashlib.sha256)[:16]


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
