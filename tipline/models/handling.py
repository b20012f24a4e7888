"""Handling: what staff did with a tip besides deciding it, with what stood before, to undo it."""

from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from tipline.models.base import Base, Id, Instant, enum_column, one_of


class Handle(StrEnum):
    TAG = "tag"
    UNTAG = "untag"
    ASSIGN = "assign"
    UNLINK = "unlink"
    CORRECT = "correct"
    RESTRICT = "restrict"
    REVEAL = "reveal"


class Handling(Base):
    __tablename__ = "handlings"

    id: Mapped[Id]
    batch: Mapped[str] = mapped_column(String(8), index=True)  # a ref, as that of a verdict
    tip_id: Mapped[int] = mapped_column(ForeignKey("tips.id", ondelete="CASCADE"), index=True)
    act: Mapped[str] = enum_column()
    about: Mapped[str] = mapped_column(String(200))  # the tag, the story's slug, or what was corrected
    holder: Mapped[str | None] = mapped_column(String(40))  # whom the tip was assigned to; see `holder_of`
    before: Mapped[dict[str, Any]] = mapped_column(JSON)  # whatever the act needs to put it back
    version: Mapped[int | None]  # the tip's version that it made; null for what raises none
    by_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    at: Mapped[Instant]
    undone_at: Mapped[Instant | None]

    __table_args__ = (one_of("act", Handle),)
