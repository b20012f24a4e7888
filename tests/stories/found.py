"""Found stories that read as English: a_found(headline="…"), and importing them."""

from datetime import UTC, datetime

from sqlalchemy import select

from tipline.models import Event, Person, RelatedStory, Story, StoryPerson
from tipline.stories.actions import ImportReport, import_stories
from tipline.stories.sources import FoundStory
from tipline.text.names import Candidate

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
ZONE = "America/Los_Angeles"


def a_found(headline="Drummer Buys Lighthouse", *, people=(), **fields) -> FoundStory:
    """A story as a parser would give it; `people` are names."""
    values = {
        "source": "text",
        "body": "She always wanted one.\n\nNow she has it.",
        "published_at": NOON,
        "candidates": tuple(Candidate(name, (), 1) for name in people),
    }
    return FoundStory(headline=headline, **{**values, **fields})


def brought_in(db, *found, now=NOON, **options) -> ImportReport:
    return import_stories(db, found, now=now, site_timezone=ZONE, **options)


def stories(db) -> list[Story]:
    with db.read() as session:
        return list(session.scalars(select(Story).order_by(Story.id)))


def the_story(db) -> Story:
    (story,) = stories(db)
    return story


def people_of(db, story) -> list[tuple[str, str]]:
    """The names of a story with the state of each, in their order."""
    with db.read() as session:
        rows = (
            select(Person.name, Person.state)
            .join(StoryPerson, StoryPerson.person_id == Person.id)
            .where(StoryPerson.story_id == story.id)
            .order_by(StoryPerson.position)
        )
        return [(name, state) for name, state in session.execute(rows)]


def related_of(db, story) -> list[tuple[str, int | None]]:
    with db.read() as session:
        rows = select(RelatedStory.title, RelatedStory.related_id).where(RelatedStory.story_id == story.id)
        return [(title, meant) for title, meant in session.execute(rows.order_by(RelatedStory.position))]


def events(db, kind) -> list[Event]:
    with db.read() as session:
        return list(session.scalars(select(Event).where(Event.kind == kind).order_by(Event.id)))
