"""Receipt: the six words that bring a tipster back; only a keyed hash of them is stored.

The words follow from the form's token, so that a reload or a retry shows the same ones; `answers_mac`
tells a retry from a second attempt with other words.

When its tip is erased, the hash alone stays for a day, for as long as a page that sent it may be sent once
more: otherwise a reload would store the tip again.
"""

from sqlalchemy import ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from tipline.models.base import Base, Id, Instant

_ERASED = text("erased_at IS NOT NULL")


class Receipt(Base):
    __tablename__ = "receipts"

    id: Mapped[Id]
    lookup_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    key_id: Mapped[str] = mapped_column(String(16))
    answers_mac: Mapped[bytes] = mapped_column(LargeBinary(32))
    tip_id: Mapped[int | None] = mapped_column(ForeignKey("tips.id", ondelete="CASCADE"), unique=True)
    erased_at: Mapped[Instant | None]

    __table_args__ = (
        Index("ix_receipts_erased", "erased_at", sqlite_where=_ERASED, postgresql_where=_ERASED),
    )
