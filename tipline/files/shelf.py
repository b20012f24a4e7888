"""What work with files needs, and how the parts of an attachment are bound to it.

Names and facts are sealed by the keyring like contacts; the file itself under a key of its own, which the
keyring seals. So keys can be rotated without reading a single file.
"""

import json
from dataclasses import dataclass
from typing import Any

from tipline.config import Settings
from tipline.db import Database
from tipline.keys import Keyring
from tipline.models import Attachment
from tipline.storage import Storage
from tipline.storage.sealed import COPY, ORIGINAL, SealedFile


@dataclass(frozen=True)
class Shelf:
    settings: Settings
    db: Database
    keyring: Keyring
    storage: Storage

    def original(self, file: Attachment) -> SealedFile:
        """Return the original of a file, to be read in clear."""
        return SealedFile(
            self.storage, file.original_key, file_key(self.keyring, file),
            role=ORIGINAL, size_bytes=file.size_bytes,
        )  # fmt: skip

    def copy(self, file: Attachment) -> SealedFile:
        """Return the scrubbed copy of a file that has one."""
        assert file.scrubbed_key is not None
        return SealedFile(
            self.storage, file.scrubbed_key, file_key(self.keyring, file),
            role=COPY, size_bytes=file.scrubbed_bytes or 0,
        )  # fmt: skip


def bound(column: str, ref: str) -> str:
    """Return what a sealed column of an attachment is bound to: `file_key`, `name` or `facts`."""
    return f"attachment {column}:{ref}"


def file_key(keyring: Keyring, file: Attachment) -> bytes:
    return keyring.open(file.sealed_file_key, key_id=file.key_id, bound_to=bound("file_key", file.ref))


def name_of(keyring: Keyring, file: Attachment) -> str:
    """Return what the tipster's device called it, cleaned; "" when it had no name."""
    if file.sealed_name is None:
        return ""
    return keyring.open(file.sealed_name, key_id=file.key_id, bound_to=bound("name", file.ref)).decode()


def facts_of(keyring: Keyring, file: Attachment) -> dict[str, Any]:
    """Return when and where it was taken, if it said so."""
    if file.sealed_facts is None:
        return {}
    clear = keyring.open(file.sealed_facts, key_id=file.key_id, bound_to=bound("facts", file.ref))
    facts: dict[str, Any] = json.loads(clear)
    return facts
