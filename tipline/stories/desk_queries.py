"""What staff see of stories and people: with their tips, with names that wait for a yes."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from tipline.models import Link, LinkState, Person, PersonState, Story, StoryPerson, TipPerson
from tipline.search.seen import hidden_from
from tipline.search.stories import find_stories
from tipline.stories.queries import (
    CONFIRMED,
    PUBLISHED,
    StoryPage,
    aliases_of,
    called_like,
    newest_stories,
    with_story_counts,
)

STORIES_A_PAGE = 50
PEOPLE_A_PAGE = 100
MAX_CANDIDATES = 30


@dataclass(frozen=True, slots=True)
class ListedPerson:
    """Somebody in the newsroom's list of people."""

    slug: str
    name: str
    state: str
    aliases: Sequence[str]
    stories: int
    tips: int


@dataclass(frozen=True, slots=True)
class PeoplePage:
    people: Sequence[ListedPerson]
    after: str | None  # the slug after which the list goes on


@dataclass(frozen=True, slots=True)
class FoundName:
    """A name that stories gave and nobody has confirmed, with the newest story that has it."""

    slug: str
    name: str
    story: Story


def stories_with(session: Session, q: str, after: str) -> StoryPage:
    """Return the stories that `q` asks for, best first, or all of them, newest first."""
    if not q:
        return newest_stories(session, limit=STORIES_A_PAGE, after=after)
    ids = [found.id for found in find_stories(session, q, limit=STORIES_A_PAGE)]
    stories = {story.id: story for story in session.scalars(select(Story).where(Story.id.in_(ids)))}
    return StoryPage([stories[story_id] for story_id in ids], None)


def count_stories(session: Session) -> int:
    """Return how many published stories there are."""
    return session.scalar(select(func.count()).select_from(Story).where(PUBLISHED)) or 0


def names_by_story(session: Session, story_ids: Sequence[int]) -> dict[int, list[str]]:
    """Return the names of those whom some stories are about, whom each is about most first."""
    names: dict[int, list[str]] = {story_id: [] for story_id in story_ids}
    rows = (
        select(StoryPerson.story_id, Person.name)
        .join(Person, Person.id == StoryPerson.person_id)
        .where(StoryPerson.story_id.in_(story_ids), CONFIRMED)
        .order_by(StoryPerson.position, Person.id)
    )
    for story_id, name in session.execute(rows):
        names[story_id].append(name)
    return names


def found_names(session: Session, q: str) -> Sequence[FoundName]:
    """Return the names that wait for a moderator's yes: those that most stories have first."""
    named = (
        select(
            StoryPerson.person_id,
            func.count().label("stories"),
            func.max(StoryPerson.story_id).label("newest"),
        )
        .group_by(StoryPerson.person_id)
        .subquery()
    )
    rows = (
        select(Person.slug, Person.name, Story)
        .join(named, named.c.person_id == Person.id)
        .join(Story, Story.id == named.c.newest)
        .where(Person.state == PersonState.CANDIDATE, *called_like(q))
        .order_by(named.c.stories.desc(), named.c.newest.desc(), Person.folded)
        .limit(MAX_CANDIDATES)
    )
    return [FoundName(slug, name, story) for slug, name, story in session.execute(rows)]


def count_found_names(session: Session, q: str) -> int:
    """Return how many names wait for a moderator's yes."""
    waiting = select(func.count()).select_from(Person)
    return session.scalar(waiting.where(Person.state == PersonState.CANDIDATE, *called_like(q))) or 0


def count_people(session: Session, q: str) -> int:
    """Return how many confirmed people there are by that name."""
    return session.scalar(select(func.count()).select_from(Person).where(CONFIRMED, *called_like(q))) or 0


def list_people(
    session: Session,
    q: str = "",
    after: str = "",
    *,
    limit: int = PEOPLE_A_PAGE,
    viewer_id: int | None = None,
) -> PeoplePage:
    """Return the confirmed people by that name, A to Z, going on after the person of the slug `after`.

    Their tips are counted as far as `viewer_id` may see them.
    """
    chosen = with_story_counts().where(CONFIRMED, *called_like(q))
    if after:
        last = select(Person.folded, Person.id).where(Person.slug == after).subquery()
        chosen = chosen.join(
            last,
            or_(Person.folded > last.c.folded, and_(Person.folded == last.c.folded, Person.id > last.c.id)),
        )
    rows = session.execute(chosen.order_by(Person.folded, Person.id).limit(limit + 1)).all()
    ids = [person.id for person, _ in rows[:limit]]
    aliases, tips = aliases_of(session, ids), _tips_naming(session, ids, viewer_id)
    people = [
        ListedPerson(
            person.slug, person.name, person.state, aliases[person.id], stories, tips.get(person.id, 0)
        )
        for person, stories in rows[:limit]
    ]
    return PeoplePage(people, people[-1].slug if len(rows) > limit else None)


def unseen_tips(session: Session, story_ids: Sequence[int], viewer_id: int) -> dict[int, int]:
    """Return how many of the tips linked to some stories somebody may not see, by story."""
    linked = select(Link.story_id, func.count()).where(
        Link.story_id.in_(story_ids),
        Link.state == LinkState.CONFIRMED,
        Link.tip_id.in_(hidden_from(viewer_id)),
    )
    return dict(session.execute(linked.group_by(Link.story_id)).all())


def _tips_naming(session: Session, person_ids: Sequence[int], viewer_id: int | None) -> dict[int, int]:
    counted = select(TipPerson.person_id, func.count()).where(
        TipPerson.person_id.in_(person_ids), TipPerson.tip_id.not_in(hidden_from(viewer_id))
    )
    return dict(session.execute(counted.group_by(TipPerson.person_id)).all())
