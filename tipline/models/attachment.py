"""Attachment: a file that came with a tip: its sealed original, and the scrubbed copy staff may see."""

from enum import StrEnum

from sqlalchemy import JSON, BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from tipline.models.base import Base, Id, Instant, Line, Ref, enum_column, one_of


class AttachmentState(StrEnum):
    STAGED = "staged"  # arrived, its tip not yet sent
    SEALED = "sealed"  # kept, but not to be shown
    SCRUBBED = "scrubbed"


class Attachment(Base):
    __tablename__ = "attachments"

    id: Mapped[Id]
    ref: Mapped[Ref]
    tip_id: Mapped[int | None] = mapped_column(ForeignKey("tips.id", ondelete="CASCADE"), index=True)
    message_id: Mapped[int | None] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"), index=True)
    state: Mapped[str] = enum_column(default=AttachmentState.STAGED)
    media_type: Mapped[str] = mapped_column(String(100))  # decided by content, not by name
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    original_key: Mapped[str] = mapped_column(String(100))  # generated name in the storage
    scrubbed_key: Mapped[str | None] = mapped_column(String(100))
    key_id: Mapped[str] = mapped_column(String(16))
    removed: Mapped[list[str]] = mapped_column(JSON, default=list)  # what scrubbing took out, for people
    taken_by_tipster: Mapped[bool | None]
    may_use: Mapped[bool | None]
    credit: Mapped[Line | None]
    at: Mapped[Instant]

    __table_args__ = (one_of("state", AttachmentState),)
