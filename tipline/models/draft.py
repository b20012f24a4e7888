"""Draft: what an editor makes of one or more tips, with every version that was saved."""

from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tipline.models.base import Base, Id, Instant, Line, Prose, Ref, enum_column, one_of


class DraftState(StrEnum):
    DRAFT = "draft"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    SENT = "sent"
    PUBLISHED = "published"
    KILLED = "killed"


class CheckState(StrEnum):
    """A fact's traffic light."""

    OPEN = "open"
    VERIFIED = "verified"
    DOUBTFUL = "doubtful"
    WRONG = "wrong"


class Draft(Base):
    __tablename__ = "drafts"

    id: Mapped[Id]
    ref: Mapped[Ref]
    headline: Mapped[Line]
    dek: Mapped[Prose]
    slug: Mapped[str] = mapped_column(String(200))
    body: Mapped[Prose]  # Markdown
    byline: Mapped[Line]
    desk: Mapped[str | None] = mapped_column(String(100))
    embargo_until: Mapped[Instant | None]
    state: Mapped[str] = enum_column(default=DraftState.DRAFT)
    version: Mapped[int] = mapped_column(default=1)  # number of its newest revision
    approved_version: Mapped[int | None]  # an approval binds to a revision
    created_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[Instant]
    updated_at: Mapped[Instant]

    __table_args__ = (one_of("state", DraftState), Index("ix_drafts_state_updated_at", "state", "updated_at"))


class Revision(Base):
    """One saved version of a draft."""

    __tablename__ = "revisions"

    id: Mapped[Id]
    draft_id: Mapped[int] = mapped_column(ForeignKey("drafts.id", ondelete="CASCADE"))
    number: Mapped[int]
    headline: Mapped[Line]
    dek: Mapped[Prose]
    slug: Mapped[str] = mapped_column(String(200))
    body: Mapped[Prose]
    byline: Mapped[Line]
    saved_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    saved_at: Mapped[Instant]

    __table_args__ = (UniqueConstraint("draft_id", "number"),)


class DraftTip(Base):
    """A tip that a draft was made from."""

    __tablename__ = "draft_tips"

    draft_id: Mapped[int] = mapped_column(ForeignKey("drafts.id", ondelete="CASCADE"), primary_key=True)
    tip_id: Mapped[int] = mapped_column(
        ForeignKey("tips.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    position: Mapped[int]
    added_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    added_at: Mapped[Instant]


class Check(Base):
    """A fact in a draft that someone must verify."""

    __tablename__ = "checks"

    id: Mapped[Id]
    draft_id: Mapped[int] = mapped_column(ForeignKey("drafts.id", ondelete="CASCADE"), index=True)
    claim: Mapped[Line]
    state: Mapped[str] = enum_column(default=CheckState.OPEN)
    tip_id: Mapped[int | None] = mapped_column(ForeignKey("tips.id", ondelete="SET NULL"))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    at: Mapped[Instant | None]

    __table_args__ = (one_of("state", CheckState),)
