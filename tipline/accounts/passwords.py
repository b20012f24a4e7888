"""Passwords: hashed with Argon2id, and judged before they are taken.

Parameters are RFC 9106's second choice (64 MiB, three passes); a hash made with others still opens, and
is made anew at the next sign-in. The rules follow NIST SP 800-63B: length counts, composition does not.
"""

import threading
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

from tipline.errors import Invalid, Unavailable

MIN_CHARACTERS = 12
MAX_BYTES = 1000
# Each check takes 64 MiB; a crowd at the door must not take them all at once.
CHECKS_AT_ONCE = 4
PATIENCE_SECONDS = 20.0

_hasher = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)
_places = threading.BoundedSemaphore(CHECKS_AT_ONCE)
# Opens for nothing, at the price of a real one: what an unknown account is checked against.
DUMMY = (
    f"$argon2id$v={RFC_9106_LOW_MEMORY.version}$m={RFC_9106_LOW_MEMORY.memory_cost},"
    f"t={RFC_9106_LOW_MEMORY.time_cost},p={RFC_9106_LOW_MEMORY.parallelism}"
    "$Tm9ib2R5J3Mgc2FsdCEhIQ$" + "A" * 43
)


def fault(password: str, *, email: str) -> str | None:
    """Say in a sentence why `password` cannot be taken for the account `email`, or None if it can."""
    letters = unicodedata.normalize("NFC", password)
    if len(letters) < MIN_CHARACTERS:
        return f"Choose a password of {MIN_CHARACTERS} characters or more. A few words in a row do well."
    if len(_bytes(password)) > MAX_BYTES:
        return "That password is too long for us; stay under 250 characters."
    if letters.casefold() in {email.casefold(), email.partition("@")[0].casefold()}:
        return "Your e-mail address is the first thing somebody would try. Choose something else."
    return None


def checked(password: str, *, email: str) -> str:
    """Return a password that may be taken.

    Raises:
        Invalid: saying what is wrong with it.
    """
    if wrong := fault(password, email=email):
        raise Invalid(wrong)
    return password


def hash_password(password: str) -> str:
    """Return the Argon2id hash to store; takes about a tenth of a second, so outside any transaction."""
    with _Place():
        return _hasher.hash(_bytes(password))


def matches(stored: str | None, password: str) -> bool:
    """Say whether `password` opens `stored`; costs the same when there is none to open."""
    candidate = _bytes(password)
    if stored is None or len(candidate) > MAX_BYTES:
        stored, candidate = DUMMY, b""
    with _Place():
        try:
            return _hasher.verify(stored, candidate)
        except (VerificationError, InvalidHashError):
            return False


def is_outdated(stored: str) -> bool:
    """Say whether a hash was made with other parameters than today's."""
    return _hasher.check_needs_rehash(stored)


def _bytes(password: str) -> bytes:
    """Bring what two keyboards write differently to one form (NFC, as RFC 8265 asks)."""
    return unicodedata.normalize("NFC", password).encode("utf-8", "replace")


class _Place:
    """One of the few places for a check; waiting for one has an end."""

    def __enter__(self) -> None:
        if not _places.acquire(timeout=PATIENCE_SECONDS):
            raise Unavailable("Very many people are signing in just now; try again in a minute.")

    def __exit__(self, *_error: object) -> None:
        _places.release()
