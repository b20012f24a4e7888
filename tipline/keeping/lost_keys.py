"""Which keys a newsroom needs and does not have: after a restore, or when the file of keys is gone.

A home without keys makes one, and then goes on as if nothing had happened; only what was sealed before
tells that another was here.
"""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from tipline.config import Settings
from tipline.models import Attachment, Contact, Receipt, Seal


def needed(session: Session) -> list[str]:
    """Name the keys of the first and the last of each kind; `reseal.held` counts all, which takes its time.

    Seals of the audit trail and receipts stay under the key they were made with, so the first of them tell
    of a key that was lost long ago.
    """
    found: dict[str, None] = {}
    for key_ids, order in (
        (select(Seal.key_id), Seal.seq),
        (select(Receipt.key_id), Receipt.id),
        (select(Contact.key_id).where(Contact.sealed.is_not(None)), Contact.id),
        (select(Attachment.key_id), Attachment.id),
    ):
        for end in (order.asc(), order.desc()):
            if one := session.scalar(key_ids.order_by(end).limit(1)):
                found[one] = None
    return list(found)


def lost(session: Session, known: Collection[str]) -> list[str]:
    """Name the keys that are needed, as far as `needed` sees, and not known."""
    return [key_id for key_id in needed(session) if key_id not in known]


def sentence(lost: Collection[str], settings: Settings) -> str:
    """Say what lost keys mean, and where they belong."""
    place = settings.keys_file or (
        "TIPLINE_ENCRYPTION_KEYS" if settings.encryption_keys else settings.home / "encryption_keys"
    )
    keys, they = ("The key", "it is") if len(lost) == 1 else ("The keys", "they are")
    behind = ", behind what stands there" if settings.encryption_keys else ""
    return (
        f"{keys} {', '.join(lost)} cannot be found: contacts, files and receipts from before do not open "
        f"until {they} put back into {place}{behind}."
    )
