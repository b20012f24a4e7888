"""Keyring: what is sealed or hashed with a key of ours, under a key id, so that keys can be rotated.

Contacts are sealed with AES-256-GCM (NIST SP 800-38D); row and column are bound as associated data, so
that a sealed value moved to another row does not open. Look-up hashes are HMAC-SHA256 under keys that
are derived (HKDF, RFC 5869) from the same ring, one for each purpose.
"""

import hashlib
import hmac
import os
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from tipline.errors import TiplineError

NONCE_BYTES = 12


class SealBroken(TiplineError):
    title = "A sealed value does not open"


@dataclass
class Keyring:
    """The newsroom's keys by id; the first is the one that new values are sealed with."""

    keys: dict[str, bytes]
    _derived: dict[tuple[str, str], bytes] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, keys: tuple[tuple[str, bytes], ...]) -> "Keyring":
        """Make a ring of `Settings.encryption_keys`."""
        return cls(dict(keys))

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
        digest = hmac.new(self._key(key_id or self.current, purpose), digestmod=hashlib.sha256)
        for part in parts:
            digest.update(len(part).to_bytes(8))
            digest.update(part)
        return digest.digest()

    def _key(self, key_id: str, purpose: str) -> bytes:
        known = self._derived.get((key_id, purpose))
        if known is None:
            if key_id not in self.keys:
                raise SealBroken(f"The key {key_id} is not among TIPLINE_ENCRYPTION_KEYS.")
            hkdf = HKDF(SHA256(), 32, salt=None, info=b"tipline " + purpose.encode())
            known = self._derived[key_id, purpose] = hkdf.derive(self.keys[key_id])
        return known
