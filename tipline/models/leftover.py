"""Leftover: what erasing could not clear in its own transaction, kept until somebody has.

A row is written in the transaction that erases, so that a process that is killed in between forgets
nothing; clearing can be done twice without harm.
"""

from enum import StrEnum

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from tipline.models.base import Base, Id, Instant, enum_column, one_of


class LeftoverKind(StrEnum):
    OBJECTS = "objects"  # in the storage: every key that begins with `key`
    WORDS = "words"  # in old parts of the search index
    PAGES = "pages"  # in the write-ahead log


class Leftover(Base):
    __tablename__ = "leftovers"

    id: Mapped[Id]
    kind: Mapped[str] = enum_column()
    key: Mapped[str] = mapped_column(String(100), default="")
    at: Mapped[Instant]  # when it was erased

    __table_args__ = (one_of("kind", LeftoverKind),)
