"""Contact: how to reach a tipster, sealed, apart from the tip.

Only `keys.Keyring` opens it, with a reason, and each opening is audited. `sender_hash` is keyed: it
says "the same sender" without opening anything.
"""

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from tipline.models.base import Base, Id, Instant


class Contact(Base):
    __tablename__ = "contacts"
    # By the id too: of one sender, the newest are looked at.
    __table_args__ = (Index("ix_contacts_sender_hash_id", "sender_hash", "id"),)

    id: Mapped[Id]
    tip_id: Mapped[int] = mapped_column(ForeignKey("tips.id", ondelete="CASCADE"), unique=True)
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)  # AES-GCM over JSON; gone once erased
    key_id: Mapped[str] = mapped_column(String(16))
    given: Mapped[str] = mapped_column(String(64))  # which of name, email, phone it holds: "name email"
    may_contact: Mapped[bool] = mapped_column(default=False)
    sender_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    ping: Mapped[bool] = mapped_column(default=False)  # mail that there is news, and nothing else
    pinged_at: Mapped[Instant | None]
    erased_at: Mapped[Instant | None]
