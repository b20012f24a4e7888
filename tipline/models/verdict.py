"""Verdict: one decision taken on one tip, with what it was before, so that it can be undone.

Verdicts taken together, on the members of a group or in bulk, share a batch and are undone together.
"""

from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from tipline.models.base import Base, Id, Instant, enum_column, one_of
from tipline.models.tip import Decision


class Verdict(Base):
    __tablename__ = "verdicts"

    id: Mapped[Id]
    batch: Mapped[str] = mapped_column(String(8), index=True)  # a ref
    tip_id: Mapped[int] = mapped_column(ForeignKey("tips.id", ondelete="CASCADE"), index=True)
    decision: Mapped[str] = enum_column()
    before: Mapped[dict[str, Any]] = mapped_column(
        JSON
    )  # state, reason, reason_text, snoozed_until, decided_*
    version: Mapped[int]  # the tip's version that this verdict made
    link_id: Mapped[int | None] = mapped_column(
        ForeignKey("links.id", ondelete="SET NULL"), index=True
    )  # made by the same act
    by_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    at: Mapped[Instant] = mapped_column(index=True)
    undone_at: Mapped[Instant | None]

    __table_args__ = (one_of("decision", Decision),)
