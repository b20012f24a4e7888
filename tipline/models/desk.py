"""What staff put round the tips: views, notes, saved replies, and messages to the tipster and back."""

from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from tipline.models.base import Base, Id, Instant, Line, Prose, Ref, enum_column, one_of


class View(Base):
    """A saved filter of the queue, one's own or shared; its address is `?view=SLUG`, whatever its name."""

    __tablename__ = "views"

    id: Mapped[Id]
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    slug: Mapped[str] = mapped_column(String(120), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    query: Mapped[Line]  # the queue's query string
    shared: Mapped[bool] = mapped_column(default=False)
    position: Mapped[int] = mapped_column(default=0)


class Note(Base):
    """What staff tell each other about a tip."""

    __tablename__ = "notes"

    id: Mapped[Id]
    tip_id: Mapped[int] = mapped_column(ForeignKey("tips.id", ondelete="CASCADE"), index=True)
    by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    body: Mapped[Prose]
    at: Mapped[Instant]


class Mention(Base):
    """Somebody whom a note names with an @."""

    __tablename__ = "mentions"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    note_id: Mapped[int] = mapped_column(
        ForeignKey("notes.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class Direction(StrEnum):
    TO_TIPSTER = "to_tipster"
    FROM_TIPSTER = "from_tipster"


class Message(Base):
    """One message between newsroom and tipster."""

    __tablename__ = "messages"

    id: Mapped[Id]
    ref: Mapped[Ref]
    tip_id: Mapped[int] = mapped_column(ForeignKey("tips.id", ondelete="CASCADE"), index=True)
    direction: Mapped[str] = enum_column()
    body: Mapped[Prose]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))  # never shown to the tipster
    at: Mapped[Instant]  # to the minute when the tipster wrote
    send_at: Mapped[Instant | None]  # the tipster sees it from then on, so that it can be taken back

    __table_args__ = (one_of("direction", Direction),)


class Reply(Base):
    """What is written to tipsters again and again, kept under a name; one's own or shared."""

    __tablename__ = "replies"

    id: Mapped[Id]
    ref: Mapped[Ref]
    owner_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    language: Mapped[str] = mapped_column(String(16))
    body: Mapped[Prose]  # with variables, such as {story}
    shared: Mapped[bool] = mapped_column(default=False)


class Desk(Base):
    """A part of the newsroom that tips can be assigned to, as to a person."""

    __tablename__ = "desks"

    id: Mapped[Id]
    slug: Mapped[str] = mapped_column(String(120), unique=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)


class DeskMember(Base):
    """Somebody who belongs to a desk."""

    __tablename__ = "desk_members"

    desk_id: Mapped[int] = mapped_column(ForeignKey("desks.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[int] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class WatchList(Base):
    """The words and phrases that the newsroom watches for: one row, whose version is new with each change."""

    __tablename__ = "watch_lists"

    id: Mapped[Id]
    phrases: Mapped[Prose]  # one a line
    version: Mapped[str] = mapped_column(String(8))  # at random, so that what a process remembers is by it


SUGGESTED = "suggested"  # the tag by which a moderator suggests a draft to the editors


class Tag(Base):
    """A word that staff put on a tip."""

    __tablename__ = "tags"

    tip_id: Mapped[int] = mapped_column(ForeignKey("tips.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(String(60), primary_key=True)

    __table_args__ = (Index("ix_tags_name_tip_id", "name", "tip_id"),)
