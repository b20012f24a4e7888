"""Delivery: one row of the outbox, written in the transaction of what caused it."""

from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from tipline.models.base import Base, Id, Instant, Line, enum_column, one_of


class DeliveryState(StrEnum):
    PENDING = "pending"
    SENDING = "sending"
    DONE = "done"
    FAILED = "failed"


class Delivery(Base):
    __tablename__ = "deliveries"

    id: Mapped[Id]
    kind: Mapped[str] = mapped_column(String(32))  # mail, webhook, cms
    marker: Mapped[str] = mapped_column(
        String(100), unique=True
    )  # names it at the receiving end, and here once
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[str] = enum_column(default=DeliveryState.PENDING)
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[Instant]
    taken_until: Mapped[Instant | None]  # a worker that died gives it back then
    created_at: Mapped[Instant]
    error: Mapped[Line | None]  # of the last attempt, in our words

    __table_args__ = (one_of("state", DeliveryState), Index("ix_deliveries_state_due_at", "state", "due_at"))
