"""A window in Valkey, for web processes on several machines; without Valkey each machine counts for itself.

The day's key is made in Valkey by whoever comes first and expires there with its day; sources are named
by their HMAC under it. Each try is one script, so that no two processes count past each other. The
script also checks that its caller has the right key, because a Valkey that was restarted has a new one.

Valkey is imported here only, and this module only where TIPLINE_VALKEY_URL is set.
"""

import hashlib
import logging
import secrets
from datetime import datetime, timedelta
from typing import cast

from valkey import Valkey
from valkey.backoff import NoBackoff
from valkey.exceptions import ConnectionError as Unconnected
from valkey.exceptions import ValkeyError
from valkey.retry import Retry

from tipline.intake.limits import Rule, Try, Window, name_of

PATIENCE_SECONDS = 0.25  # a reader waits this long at most, and then once in `PAUSE`
PAUSE = timedelta(seconds=5)
DAY_SECONDS = 86_400
WRONG_KEY = -1
ROUNDS = 3
PREFIX = "{tipline}:"  # in braces, so that a cluster keeps all of it in one place
TAKE = """
local key = redis.call('GET', KEYS[1])
if not key or redis.sha1hex(key) ~= ARGV[1] then return {-1, 0} end
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', ARGV[3])
local lately = 0
for _, member in ipairs(redis.call('ZRANGE', KEYS[2], 0, -1)) do
  lately = lately + tonumber(string.match(member, ':(%d+)$'))
end
if lately + tonumber(ARGV[7]) > tonumber(ARGV[4]) then return {0, lately} end
redis.call('ZADD', KEYS[2], ARGV[2], ARGV[6] .. ':' .. ARGV[7])
redis.call('PEXPIRE', KEYS[2], ARGV[5])
return {1, lately + tonumber(ARGV[7])}
"""
log = logging.getLogger("tipline.intake.limits")


class NoKey(ValkeyError):
    """The day's key vanishes as fast as we make it."""


class ValkeyWindow:
    """Counts in Valkey, and `otherwise` while Valkey is away.

    Args:
        url: of the Valkey.
        otherwise: the window that counts meanwhile, so that nobody is turned away by a failure of ours.
    """

    def __init__(self, url: str, otherwise: Window) -> None:
        self._client = Valkey.from_url(
            url,
            socket_timeout=PATIENCE_SECONDS,
            socket_connect_timeout=PATIENCE_SECONDS,
            # a connection that Valkey closed meanwhile is no sign that it is away
            retry=Retry(NoBackoff(), 1, (Unconnected,)),
        )
        self._take = self._client.register_script(TAKE)
        self._otherwise = otherwise
        self._away_until: datetime | None = None
        self._key = (0, b"")  # a day's number, its key

    def take(self, source: str, rule: Rule, *, now: datetime, weight: int = 1) -> Try:
        """Count one try of `source`, or `weight` of them."""
        if self._away_until and now < self._away_until:
            return self._otherwise.take(source, rule, now=now, weight=weight)
        try:
            counted = self._count(source, rule, now, weight)
        except ValkeyError as error:
            self._note_away(error, now)
            return self._otherwise.take(source, rule, now=now, weight=weight)
        if self._away_until:
            self._away_until = None
            log.warning("Valkey is back; all machines count together again.")
        return counted

    def _count(self, source: str, rule: Rule, now: datetime, weight: int) -> Try:
        milliseconds = int(now.timestamp() * 1000)
        window = int(rule.window.total_seconds() * 1000)
        for _ in range(ROUNDS):
            key = self._key_of(now)
            keys = [_key_name(now), f"{PREFIX}tries:{name_of(source, key).hex()}"]
            print_of_key = hashlib.sha1(key, usedforsecurity=False).hexdigest()
            times = [milliseconds, milliseconds - window, rule.times, window]
            verdict, lately = self._take(keys, [print_of_key, *times, secrets.token_hex(8), weight])
            if verdict != WRONG_KEY:
                return Try(bool(verdict), lately)
            self._key = (0, b"")
        raise NoKey("the day's key does not stay")

    def _key_of(self, now: datetime) -> bytes:
        """Return the day's key as this process remembers it, or as Valkey has it."""
        day, key = self._key
        if day != now.toordinal():
            name = _key_name(now)
            self._client.set(name, secrets.token_bytes(32), nx=True, ex=DAY_SECONDS - _seconds_of_day(now))
            key = cast(bytes, self._client.get(name)) or b""
            self._key = (now.toordinal(), key)
        return key

    def _note_away(self, error: ValkeyError, now: datetime) -> None:
        if self._away_until is None:
            # its kind only: the text of some names the address, with a password
            why = type(error).__name__
            log.warning("Valkey is away (%s); until it is back, each machine counts for itself.", why)
        self._away_until = now + PAUSE


def _key_name(now: datetime) -> str:
    return f"{PREFIX}key:{now.date().isoformat()}"


def _seconds_of_day(now: datetime) -> int:
    return now.hour * 3600 + now.minute * 60 + now.second
