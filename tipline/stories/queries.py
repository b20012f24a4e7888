"""What readers see of stories and people: published stories, confirmed people, nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Row, Select, false, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from tipline.models import Alias, Person, PersonState, RelatedStory, Story, StoryPerson, StoryState
from tipline.stories.cursor import cursor_of, older_than
from tipline.text.tokens import words

PUBLISHED = Story.state == StoryState.PUBLISHED
CONFIRMED = Person.state == PersonState.CONFIRMED
MAX_STARS = 1000
MAX_TERMS = 6
MAX_QUERY_CHARACTERS = 200
_RECENT = 40  # stories that say who is in the news
_NEWEST = (Story.published_at.desc(), Story.id.desc())


@dataclass(frozen=True, slots=True)
class StoryPage:
    """Some stories, newest first, and the cursor of those after them (None at the end)."""

    stories: Sequence[Story]
    after: str | None


def newest_stories(
    session: Session, *, limit: int, after: str = "", person_id: int | None = None
) -> StoryPage:
    """Return the published stories, newest first; of one person's, if given."""
    chosen = select(Story).where(PUBLISHED)
    if after:
        chosen = chosen.where(older_than(after))
    if person_id is not None:
        chosen = chosen.join(StoryPerson, StoryPerson.story_id == Story.id)
        chosen = chosen.where(StoryPerson.person_id == person_id)
    stories = session.scalars(chosen.order_by(*_NEWEST).limit(limit + 1)).all()
    shown = stories[:limit]
    return StoryPage(shown, cursor_of(shown[-1]) if len(stories) > limit else None)


def story_called(session: Session, slug: str) -> Story | None:
    """Return the published story of that slug."""
    return session.scalars(select(Story).where(Story.slug == slug, PUBLISHED)).one_or_none()


def people_in_story(session: Session, story_id: int) -> Sequence[Person]:
    """Return the people of a story, whom it is about most first."""
    return session.scalars(
        select(Person)
        .join(StoryPerson, StoryPerson.person_id == Person.id)
        .where(StoryPerson.story_id == story_id, CONFIRMED)
        .order_by(StoryPerson.position, Person.id)
    ).all()


def related_lines(session: Session, story_id: int) -> list[tuple[str, Story | None]]:
    """Return the "Related:" lines of a story in their order: title, and the story meant if we have it."""
    lines = (
        select(RelatedStory.title, Story)
        .outerjoin(Story, (Story.id == RelatedStory.related_id) & PUBLISHED)
        .where(RelatedStory.story_id == story_id)
        .order_by(RelatedStory.position)
    )
    return [(title, story) for title, story in session.execute(lines)]


def stories_sharing_people(
    session: Session, story_id: int, *, but: Sequence[int], limit: int
) -> Sequence[Story]:
    """Return other stories about the people of this one: those that share most of them, newest first."""
    people = (
        select(StoryPerson.person_id)
        .join(Person, Person.id == StoryPerson.person_id)
        .where(StoryPerson.story_id == story_id, Person.state != PersonState.DISMISSED)
    )
    shared = (
        select(StoryPerson.story_id, func.count().label("people"))
        .where(StoryPerson.person_id.in_(people), StoryPerson.story_id.not_in([story_id, *but]))
        .group_by(StoryPerson.story_id)
        .subquery()
    )
    stories = select(Story).join(shared, shared.c.story_id == Story.id).where(PUBLISHED)
    return session.scalars(stories.order_by(shared.c.people.desc(), *_NEWEST).limit(limit)).all()


def people_in_the_news(session: Session, *, limit: int) -> Sequence[Person]:
    """Return the people whom the newest stories name most often."""
    recent = select(Story.id).where(PUBLISHED).order_by(*_NEWEST).limit(_RECENT)
    return session.scalars(
        select(Person)
        .join(StoryPerson, StoryPerson.person_id == Person.id)
        .where(StoryPerson.story_id.in_(recent.scalar_subquery()), CONFIRMED)
        .group_by(Person.id)
        .order_by(func.count().desc(), func.min(StoryPerson.position), Person.folded)
        .limit(limit)
    ).all()


def stars(session: Session, q: str) -> Sequence[Row[Person, int]]:
    """Return the people readers can find, A to Z, each with their number of stories; at most `MAX_STARS`."""
    found = with_story_counts().where(CONFIRMED, *called_like(q))
    return session.execute(found.order_by(Person.folded, Person.id).limit(MAX_STARS)).all()


def star_called(session: Session, slug: str) -> Person | None:
    """Return the confirmed person of that slug."""
    return session.scalars(select(Person).where(Person.slug == slug, CONFIRMED)).one_or_none()


def aliases_of(session: Session, person_ids: Sequence[int]) -> dict[int, list[str]]:
    """Return the other names of some people, by their ids."""
    names: dict[int, list[str]] = {person_id: [] for person_id in person_ids}
    rows = select(Alias.person_id, Alias.name).where(Alias.person_id.in_(person_ids)).order_by(Alias.id)
    for person_id, name in session.execute(rows):
        names[person_id].append(name)
    return names


def with_story_counts() -> Select[Person, int]:
    """Return a query for people, each with the number of published stories about them."""
    counted = (
        select(func.count())
        .select_from(StoryPerson)
        .join(Story, Story.id == StoryPerson.story_id)
        .where(StoryPerson.person_id == Person.id, PUBLISHED)
        .correlate(Person)
        .scalar_subquery()
    )
    return select(Person, counted.label("stories"))


def called_like(q: str) -> list[ColumnElement[bool]]:
    """Return the conditions that a name or alias holds words beginning as those of `q` do.

    A text without a word in it, such as "!!!", is nobody's name; no text is everybody's.
    """
    asked = words(q[:MAX_QUERY_CHARACTERS])[:MAX_TERMS]
    if not asked and q.strip():
        return [false()]
    return [
        or_(
            _has_word(Person.folded, word),
            Person.id.in_(select(Alias.person_id).where(_has_word(Alias.folded, word))),
        )
        for word in asked
    ]


def _has_word(column: InstrumentedAttribute[str], word: str) -> ColumnElement[bool]:
    # folded words hold letters and digits only, so nothing in them is a wildcard
    return or_(column.like(f"{word}%"), column.like(f"% {word}%"))
