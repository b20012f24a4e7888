"""Event: what was done, by whom; append-only. Seal: the chain that shows when events were tampered with."""

from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from tipline.models.base import Base, Id, Instant

BY_STAFF = text("actor_id IS NOT NULL")


class Event(Base):
    """An act. Written in the same transaction, never updated, never holding what a reader wrote."""

    __tablename__ = "events"

    id: Mapped[Id]
    at: Mapped[Instant]  # to the minute when a reader acted
    kind: Mapped[str] = mapped_column(String(64))  # noun.verb: tip.accepted
    subject: Mapped[str | None] = mapped_column(String(250))  # ref, slug or e-mail of what it was done to
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))  # none: a reader or the machine
    actor: Mapped[str] = mapped_column(String(250))  # the name at the time, "reader", or "tipline"
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)

    __table_args__ = (
        Index("ix_events_subject_id", "subject", "id"),
        Index("ix_events_actor_id_id", "actor_id", "id", sqlite_where=BY_STAFF, postgresql_where=BY_STAFF),
        Index("ix_events_kind_id", "kind", "id"),
    )


class Seal(Base):
    """One link of the chain: HMAC over the seal before it and one event.

    It has a sequence of its own, because events of concurrent transactions become visible out of order.
    No foreign key to the event, so that a deleted event leaves its seal behind as evidence.
    """

    __tablename__ = "seals"

    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    event_id: Mapped[int] = mapped_column(BigInteger, unique=True)
    key_id: Mapped[str] = mapped_column(String(16))
    mac: Mapped[bytes] = mapped_column(LargeBinary(32))
    sealed_at: Mapped[Instant]  # to the minute
