"""Attachment: a file that came with a tip: its sealed original, and the scrubbed copy staff may see.

Until its tip is sent it is staged: it belongs to a form, known by `stage_hash`, and is erased after a day.
What would tell who sent it (its name, where and when it was taken) is sealed on its own.
"""

from enum import StrEnum

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tipline.models.base import Base, Id, Instant, Line, Ref, enum_column, one_of


class AttachmentState(StrEnum):
    ARRIVING = "arriving"  # some of its parts are here
    ARRIVED = "arrived"  # complete, not scrubbed yet
    SCRUBBED = "scrubbed"  # a clean copy is there for the newsroom
    SEALED = "sealed"  # kept, but it could not be scrubbed and is not shown


class Attachment(Base):
    __tablename__ = "attachments"

    id: Mapped[Id]
    ref: Mapped[Ref]
    tip_id: Mapped[int | None] = mapped_column(ForeignKey("tips.id", ondelete="CASCADE"), index=True)
    message_id: Mapped[int | None] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"), index=True)
    stage_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32))  # keyed, of the form; none once sent
    upload_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32))  # keyed, tells one file from another
    state: Mapped[str] = enum_column(default=AttachmentState.ARRIVED)
    media_type: Mapped[str] = mapped_column(String(100))  # decided by content, not by name; "" while arriving
    size_bytes: Mapped[int] = mapped_column(BigInteger)  # of what has arrived
    parts: Mapped[int] = mapped_column(default=1)  # the original is stored as `original_key` + number, from 0
    original_key: Mapped[str] = mapped_column(String(100))  # generated name in the storage
    scrubbed_key: Mapped[str | None] = mapped_column(String(100))
    scrubbed_type: Mapped[str | None] = mapped_column(String(100))
    scrubbed_bytes: Mapped[int | None] = mapped_column(BigInteger)
    sealed_file_key: Mapped[bytes] = mapped_column(LargeBinary(64))  # its own key, sealed by the keyring
    key_id: Mapped[str] = mapped_column(String(16))  # of the keyring: seals the file key, name and facts
    sealed_name: Mapped[bytes | None] = mapped_column(LargeBinary)  # as the tipster's device called it
    sealed_facts: Mapped[bytes | None] = mapped_column(LargeBinary)  # JSON: when and where it was taken
    facts_ok: Mapped[bool] = mapped_column(default=False)  # the tipster lets the newsroom see those facts
    removed: Mapped[list[str]] = mapped_column(JSON, default=list)  # what scrubbing took out: names of kinds
    why_sealed: Mapped[str | None] = mapped_column(String(32))  # why there is no scrubbed copy
    attempts: Mapped[int] = mapped_column(default=0)  # at scrubbing
    leased_until: Mapped[Instant | None]  # a worker is scrubbing it
    taken_by_tipster: Mapped[bool | None]
    may_use: Mapped[bool | None]
    credit: Mapped[Line | None]
    at: Mapped[Instant]  # to the minute

    __table_args__ = (
        one_of("state", AttachmentState),
        UniqueConstraint("stage_hash", "upload_hash"),
        Index("ix_attachments_state_id", "state", "id"),
    )
