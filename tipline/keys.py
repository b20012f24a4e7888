"""Keyring: what is sealed or hashed with a key of ours, under a key id, so that keys can be rotated.

Contacts are sealed with AES-256-GCM (NIST SP 800-38D); row and column are bound as associated data, so
that a sealed value moved to another row does not open. Look-up hashes are HMAC-SHA256 under keys that
are derived (HKDF, RFC 5869) from the same ring, one for each purpose.

A ring never changes: who began to seal with one key ends with it. `fresh` gives the ring of now, and what
works for long (a web process, the worker) asks it at the start of each request or round. Its keys may be
kept in a file that `tipline keys rotate` writes; every process of the home looks at it again once a second.

How no reader is ever failed while keys change. A value carries the id of its key, but a receipt is found
by hashing what was typed under every key of the ring, and a form's token is refused when its key is not
there: so a process must know a key before any other process seals with it. Hence `KeyFile.add` in two
steps: the new key goes behind the others, known and unused; after `SETTLED_SECONDS`, longer than any process
takes to look again, it goes to the front. A request that began before the first step may still meet a
value of after the second: for an unknown id a ring reads the file at once. Old keys stay in the file.
"""

import base64
import hmac
import logging
import os
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from tipline.config import Settings
from tipline.errors import TiplineError
from tipline.secret_files import replace_secret
from tipline.setting_values import keys as parse_keys

NONCE_BYTES = 12
KEY_BYTES = 32
LOOK_AGAIN_SECONDS = 1.0
SETTLED_SECONDS = 3.0
log = logging.getLogger("tipline.keys")


class SealBroken(TiplineError):
    title = "A sealed value does not open"


@dataclass
class Keyring:
    """The newsroom's keys by id; the first is the one that new values are sealed with."""

    keys: Mapping[str, bytes]
    file: "KeyFile | None" = None
    _derived: dict[tuple[str, str], bytes] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, keys: tuple[tuple[str, bytes], ...]) -> "Keyring":
        """Make a ring of `Settings.encryption_keys`."""
        return cls(dict(keys))

    @classmethod
    def of_settings(cls, settings: Settings) -> "Keyring":
        """Make the ring of a newsroom, which learns new keys where they are kept in a file."""
        if settings.keys_file is None:
            return cls.of(settings.encryption_keys)
        return KeyFile(settings.keys_file).ring()

    def fresh(self) -> "Keyring":
        """Return the ring of now: this one, unless its file has changed."""
        return self.file.ring() if self.file else self

    @property
    def current(self) -> str:
        """The id of the key that new values are sealed with."""
        return next(iter(self.keys))

    def seal(self, clear: bytes, *, bound_to: str) -> bytes:
        """Seal with the current key; return nonce and ciphertext. `bound_to` names row and column."""
        nonce = os.urandom(NONCE_BYTES)
        cipher = AESGCM(self._key(self.current, "seal"))
        return nonce + cipher.encrypt(nonce, clear, bound_to.encode())

    def open(self, sealed: bytes, *, key_id: str, bound_to: str) -> bytes:
        """Open what `seal` made with the same `bound_to`.

        Raises:
            SealBroken: when the key is gone, or the value was changed or moved.
        """
        try:
            cipher = AESGCM(self._key(key_id, "seal"))
            return cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bound_to.encode())
        except InvalidTag as error:
            raise SealBroken("A sealed value was changed or moved, and does not open.") from error

    def mac(self, purpose: str, *parts: bytes, key_id: str | None = None) -> bytes:
        """Return the 32-byte HMAC of `parts`, kept apart by their lengths, under the key for `purpose`."""
        message = b"".join(piece for part in parts for piece in (len(part).to_bytes(8), part))
        return hmac.digest(self._key(key_id or self.current, purpose), message, "sha256")

    def _key(self, key_id: str, purpose: str) -> bytes:
        known = self._derived.get((key_id, purpose))
        if known is None:
            hkdf = HKDF(SHA256(), KEY_BYTES, salt=None, info=b"tipline " + purpose.encode())
            known = self._derived[key_id, purpose] = hkdf.derive(self._found(key_id))
        return known

    def _found(self, key_id: str) -> bytes:
        found = self.keys.get(key_id)
        if found is None and self.file is not None:
            found = self.file.ring(at_once=True).keys.get(key_id)
        if found is None:
            raise SealBroken(f"The key {key_id} is not among TIPLINE_ENCRYPTION_KEYS.")
        return found


class KeyFile:
    """The file in the home that keeps the keys, the current one first."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen = self._signature()
        self._looked = time.monotonic()
        self._ring = Keyring(self._read(), self)

    def ring(self, *, at_once: bool = False) -> Keyring:
        """Return the ring of the file, at most `LOOK_AGAIN_SECONDS` old.

        A file that cannot be read leaves us with the keys we know.
        """
        now = time.monotonic()
        if at_once or now - self._looked >= LOOK_AGAIN_SECONDS:
            self._looked = now
            try:
                seen = self._signature()
                if seen != self._seen:
                    self._ring, self._seen = Keyring(self._read(), self), seen
            except (OSError, ValueError):
                log.warning("The file of keys cannot be read; going on with the keys we know.")
        return self._ring

    def add(self) -> str:
        """Make a key, and let every process know it before it becomes the current one; return its id."""
        old, new = self._read(), a_key()
        replace_secret(self._path, as_setting(old | new))
        time.sleep(SETTLED_SECONDS)
        replace_secret(self._path, as_setting(new | old))
        return next(iter(new))

    def _read(self) -> dict[str, bytes]:
        return dict(parse_keys(self._path.read_text()))

    def _signature(self) -> tuple[int, int]:
        found = self._path.stat()
        return found.st_ino, found.st_mtime_ns


def a_key() -> dict[str, bytes]:
    """Make a key, by a name of its own."""
    return {f"k{secrets.token_hex(3)}": secrets.token_bytes(KEY_BYTES)}


def as_setting(keys: Mapping[str, bytes]) -> str:
    """Return keys as TIPLINE_ENCRYPTION_KEYS takes them."""
    return " ".join(f"{name}:{base64.urlsafe_b64encode(key).decode()}" for name, key in keys.items())
