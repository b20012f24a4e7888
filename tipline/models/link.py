"""Link: a tip belongs to a story; suggested by the machine, confirmed or rejected by a person."""

from enum import StrEnum

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tipline.models.base import Base, Id, Instant, Line, enum_column, one_of


class LinkState(StrEnum):
    SUGGESTED = "suggested"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"


class Link(Base):
    __tablename__ = "links"

    id: Mapped[Id]
    tip_id: Mapped[int] = mapped_column(ForeignKey("tips.id", ondelete="CASCADE"))
    story_id: Mapped[int] = mapped_column(ForeignKey("stories.id", ondelete="CASCADE"), index=True)
    state: Mapped[str] = enum_column(default=LinkState.CONFIRMED)
    why: Mapped[Line | None]
    score: Mapped[float | None]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    at: Mapped[Instant]

    __table_args__ = (one_of("state", LinkState), UniqueConstraint("tip_id", "story_id"))
