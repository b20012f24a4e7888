"""Receipt: the six words that bring a tipster back; only a keyed hash of them is stored.

The words follow from the form's token, so that a reload or a retry shows the same ones; `answers_mac`
tells a retry from a second attempt with other words.
"""

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from tipline.models.base import Base, Id


class Receipt(Base):
    __tablename__ = "receipts"

    id: Mapped[Id]
    lookup_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    key_id: Mapped[str] = mapped_column(String(16))
    answers_mac: Mapped[bytes] = mapped_column(LargeBinary(32))
    tip_id: Mapped[int] = mapped_column(ForeignKey("tips.id", ondelete="CASCADE"), unique=True)
