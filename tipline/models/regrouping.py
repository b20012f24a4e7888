"""Regrouping: what a person said about which tips say the same, so that it can be undone.

Those of one act share a batch and are undone together, like verdicts.
"""

from enum import StrEnum

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from tipline.models.base import Base, BigId, Id, Instant, enum_column, one_of


class Regroup(StrEnum):
    JOIN = "join"
    SPLIT = "split"
    APART = "apart"  # a suggestion was refused


class Regrouping(Base):
    __tablename__ = "regroupings"

    id: Mapped[Id]
    batch: Mapped[str] = mapped_column(String(8), index=True)  # a ref
    tip_id: Mapped[int] = mapped_column(ForeignKey("tips.id", ondelete="CASCADE"), index=True)
    # the tip that it was joined with, or taken from; null for one that stayed and the others came to it
    other_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("tips.id", ondelete="CASCADE"), index=True)
    act: Mapped[str] = enum_column()
    version: Mapped[int]  # the tip's version that this act made
    by_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    at: Mapped[Instant]
    undone_at: Mapped[Instant | None]

    __table_args__ = (one_of("act", Regroup),)
