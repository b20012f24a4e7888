"""Story: what the newsroom published, as it came from where it was published."""

from enum import StrEnum

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tipline.models.base import Base, Id, Instant, Line, Prose, enum_column, one_of


class StoryState(StrEnum):
    PUBLISHED = "published"
    GONE = "gone"  # it is no longer where it came from


class Story(Base):
    __tablename__ = "stories"

    id: Mapped[Id]
    slug: Mapped[str] = mapped_column(String(200), unique=True)
    source: Mapped[str] = mapped_column(String(32))  # which kind of source it came from: text, wordpress, …
    remote_id: Mapped[str] = mapped_column(
        String(500)
    )  # its name there; for a pasted page a hash of its headline
    url: Mapped[str | None] = mapped_column(String(2000), index=True)  # canonical
    state: Mapped[str] = enum_column(default=StoryState.PUBLISHED)
    headline: Mapped[Line]
    dek: Mapped[Prose | None]
    body: Mapped[Prose]  # plain paragraphs, a blank line between two
    body_html: Mapped[Prose | None]  # cleaned, when the source had mark-up
    byline: Mapped[Line | None]
    credits: Mapped[list[str]] = mapped_column(JSON, default=list)  # holders of the image, one by one
    credit_raw: Mapped[Line | None]
    tags: Mapped[list[str]] = mapped_column(JSON, default=list)
    published_at: Mapped[Instant]
    published_raw: Mapped[str | None] = mapped_column(String(200))  # the time as it was printed
    published_flag: Mapped[Line | None]  # why the printed time is doubtful
    digest: Mapped[bytes] = mapped_column(
        LargeBinary(32)
    )  # of what was imported: tells changed from unchanged
    imported_at: Mapped[Instant]
    tip_count: Mapped[int] = mapped_column(default=0)  # confirmed links

    __table_args__ = (
        one_of("state", StoryState),
        UniqueConstraint("source", "remote_id"),
        Index("ix_stories_state_published_at_id", "state", "published_at", "id"),
    )


class RelatedStory(Base):
    """A "Related:" line of a story: a title, and the story it means once we have it."""

    __tablename__ = "related_stories"

    id: Mapped[Id]
    story_id: Mapped[int] = mapped_column(ForeignKey("stories.id", ondelete="CASCADE"))
    position: Mapped[int]
    title: Mapped[Line]
    url: Mapped[str | None] = mapped_column(String(2000))
    related_id: Mapped[int | None] = mapped_column(ForeignKey("stories.id", ondelete="SET NULL"), index=True)

    __table_args__ = (UniqueConstraint("story_id", "position"),)


class StoryPerson(Base):
    """A person named in a story."""

    __tablename__ = "story_people"

    story_id: Mapped[int] = mapped_column(ForeignKey("stories.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(
        ForeignKey("people.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    position: Mapped[int] = mapped_column(default=0)  # 0 is whom the story is about most
