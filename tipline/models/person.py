"""Person: someone stories are about; readers find them in the Star Seeker.

A name found in an imported story is a candidate until a moderator says who it is; only confirmed
people are shown to readers.
"""

from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, literal_column
from sqlalchemy.orm import Mapped, mapped_column

from tipline.models.base import Base, Id, Instant, Line, enum_column, one_of

# How both databases cut the first and the last word off a folded name, for an index of its own each.
_LETTERS = "replace(folded, ' ', '')"
FIRST_WORD = literal_column(f"substr(folded, 1, length(folded) - length(ltrim(folded, {_LETTERS})))", String)
LAST_WORD = literal_column(f"substr(folded, length(rtrim(folded, {_LETTERS})) + 1)", String)


class PersonState(StrEnum):
    CANDIDATE = "candidate"
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"


class Person(Base):
    __tablename__ = "people"

    id: Mapped[Id]
    slug: Mapped[str] = mapped_column(String(200), unique=True)
    name: Mapped[Line]
    folded: Mapped[str] = mapped_column(
        String(1000)
    )  # the name as `text.tokens.fold` gives it: what is searched
    about: Mapped[Line | None]
    state: Mapped[str] = enum_column(default=PersonState.CONFIRMED)
    created_at: Mapped[Instant]

    __table_args__ = (
        one_of("state", PersonState),
        Index("ix_people_state_folded", "state", "folded"),
        Index("ix_people_first_word", FIRST_WORD),
        Index("ix_people_last_word", LAST_WORD),
    )


class Alias(Base):
    """Another name of a person."""

    __tablename__ = "aliases"

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    name: Mapped[Line]
    folded: Mapped[str] = mapped_column(String(1000), index=True)

    __table_args__ = (UniqueConstraint("person_id", "folded"),)


class TipPerson(Base):
    """A person whose name stands in a tip, as the machine found it."""

    __tablename__ = "tip_people"

    tip_id: Mapped[int] = mapped_column(ForeignKey("tips.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(
        ForeignKey("people.id", ondelete="CASCADE"), primary_key=True, index=True
    )
