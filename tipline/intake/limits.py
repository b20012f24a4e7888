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
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from tipline.config import Settings

MIB = 1024 * 1024
# What comes along with the files of a form: its text, and how browsers wrap each part.
FORM_BYTES = 2 * MIB
# What a script sends at a time, at most.
SENT_AT_ONCE_BYTES = 4 * MIB
# So much more than a form may bring is still read, so that it is answered with its text kept.
SPARE_BYTES = 64 * MIB
# All readers of IPv4 whose provider gives them IPv6 alone come from here (RFC 6052, 2.1).
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


@dataclass(frozen=True)
class Rule:
    """How much one address may do in a window: so many times, or so many MiB."""

    times: int
    window: timedelta


RULES = {
    "tip": Rule(30, timedelta(minutes=10)),
    "receipt": Rule(20, timedelta(minutes=10)),
    "reply": Rule(20, timedelta(minutes=10)),
    "files": Rule(1024, timedelta(hours=1)),  # MiB; the newsroom may choose another number
}


def body_limits(settings: Settings) -> dict[str, int]:
    """Return the paths that take files, and the largest body of each."""
    whole = settings.max_upload_bytes + FORM_BYTES + SPARE_BYTES
    forms = dict.fromkeys(("/tip", "/embed/tip", "/receipt", "/receipt/reply"), whole)
    return {**forms, "/tip/files": SENT_AT_ONCE_BYTES + FORM_BYTES}


@dataclass(frozen=True)
class Try:
    """One try: whether its rule allows it, and how many were allowed lately, this one included."""

    admitted: bool
    lately: int


UNCOUNTED = Try(admitted=True, lately=0)


class Window(Protocol):
    """Counts the tries of sources; tries that are turned away don't count, so whoever waits gets in.

    A try may count for more than one: `weight` of them.
    """

    def take(self, source: str, rule: Rule, *, now: datetime, weight: int = 1) -> Try: ...


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

    def admits_bytes(self, size_bytes: int, address: str, *, most_bytes: int, now: datetime) -> bool:
        """Count bytes of files from `address`, each begun MiB as one; say whether they may come."""
        network = _network(address)
        if network is None:
            return True
        rule = replace(RULES["files"], times=_mib(most_bytes))
        return self._window.take(f"files {network}", rule, now=now, weight=_mib(size_bytes)).admitted


def name_of(source: str, key: bytes) -> bytes:
    """Return the 16 bytes by which a source is known while `key` lives."""
    return hmac.digest(key, source.encode(), hashlib.sha256)[:16]


def _mib(size_bytes: int) -> int:
    """Return how many MiB were begun."""
    return -(-size_bytes // MIB)


def _network(address: str) -> str | None:
    """Return what is counted: an IPv4 address, or the /64 that one IPv6 subscriber has; None for neither."""
    try:
        parsed = ipaddress.ip_address(_without_port(address))
    except ValueError:
        return None
    if isinstance(parsed, ipaddress.IPv6Address):
        inside = _ipv4_inside(parsed)
        if inside is None:
            return str(ipaddress.ip_network((parsed, 64), strict=False)) if parsed.is_global else None
        parsed = inside
    return str(parsed) if parsed.is_global else None


def _without_port(address: str) -> str:
    """Return an address as some proxies write it, 192.0.2.1:5555 or [2001:db8::1]:5555, without its port."""
    host, _, port = address.rpartition(":")
    if port.isdecimal() and (host.endswith("]") or ":" not in host):
        address = host
    return address.removeprefix("[").removesuffix("]")


def _ipv4_inside(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """Return the IPv4 address that an IPv6 one stands for: a mapped one, or one behind NAT64."""
    if address in NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped
