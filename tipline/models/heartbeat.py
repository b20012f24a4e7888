"""Heartbeat: when a process that nobody asks anything, such as the worker, said last that it lives."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from tipline.models.base import Base, Instant


class Heartbeat(Base):
    __tablename__ = "heartbeats"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    at: Mapped[Instant]
