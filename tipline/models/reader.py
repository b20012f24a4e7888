"""TipReader: somebody who may see a tip that is hidden from everybody else."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from tipline.models.base import Base, Instant


class TipReader(Base):
    """Named for one tip, restricted or escalated; no role sees it without being named."""

    __tablename__ = "tip_readers"

    tip_id: Mapped[int] = mapped_column(ForeignKey("tips.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[int] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))  # who named them
    at: Mapped[Instant]
