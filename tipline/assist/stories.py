"""Suggest which story a tip belongs to, and say why: its page, whom it names, what it says, how fresh it is.

Candidates come out of indexes, in a fixed number of queries however many stories there are: the newest
stories of the people named, those that share the text's rarest words, and the one from whose page it was
sent. Which of them is likeliest is worked out by `likelihood`, which is pure.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, load_only

from tipline.assist.names import Known
from tipline.models import Link, LinkState, Person, Story, StoryPerson, StoryState
from tipline.search.rarest import Sharing, Telling, stories_sharing, telling_words
from tipline.text.tokens import content_words, fold, word_spans

SHARING = 100  # candidates by their words
OF_PEOPLE = 30  # candidates by the people named, the newest
NAMES_SHOWN = 2
WORDS_SHOWN = 3

# Of what a likelihood is made. Words weigh most, and a fresh story beats an old one that says a little more.
OWN_PAGE = 10.0
WORDS = 1.0  # where a headline has all the telling words
FIRST_NAME = 0.2
MORE_NAMES = 0.1
FRESH = 0.4
HALF_AS_FRESH = timedelta(days=3)
LEAST_SHARED = 0.1  # of the telling words' worth, where nobody is named: less is chance


@dataclass(frozen=True)
class Said:
    """What a tip tells of its story."""

    text: str
    at: datetime
    people: Collection[Known] = ()
    page_id: int | None = None  # the story from whose page it was sent


@dataclass(frozen=True)
class Evidence:
    """What speaks for one story."""

    own_page: bool
    named: tuple[str, ...]
    words: tuple[str, ...]  # shared, rarest first
    share: float  # of all that the telling words are worth, from 0 to 1
    away: timedelta  # between the story and the tip


@dataclass(frozen=True)
class Likely:
    """A story that a tip may belong to, with the reasons as words: "names Ida Marlowe"."""

    id: int
    slug: str
    headline: str
    published_at: datetime
    reasons: tuple[str, ...]


def likely_stories(
    session: Session, said: Said, limit: int = 3, *, without: Collection[int] = ()
) -> list[Likely]:
    """List the stories that a tip most likely belongs to, likeliest first.

    Args:
        without: ids of stories that are not to be offered.
    """
    telling = telling_words(session, said.text)
    sharing = {each.story_id: each for each in stories_sharing(session, telling, SHARING)}
    named = _named(session, said.people, sharing)
    ids = {*sharing, *named, *([said.page_id] if said.page_id else ())}.difference(without)
    weighed = []
    for story in _stories(session, ids):
        shared = sharing.get(story.id)
        evidence = _evidence(said, story, telling, shared, tuple(named.get(story.id, ())))
        if is_enough(evidence):
            weighed.append((likelihood(evidence), story.published_at, story.id, story, evidence))
    best = sorted(weighed, key=lambda each: each[:3], reverse=True)[:limit]
    return [
        Likely(story.id, story.slug, story.headline, story.published_at, reasons(evidence, said.text))
        for *_, story, evidence in best
    ]


def settled(session: Session, tip_id: int) -> set[int]:
    """Return the ids of the stories that people have linked a tip to, or have said it does not belong to."""
    judged = select(Link.story_id).where(Link.tip_id == tip_id, Link.state != LinkState.SUGGESTED)
    return set(session.scalars(judged))


def likelihood(evidence: Evidence) -> float:
    """Weigh what speaks for a story; larger is likelier."""
    names = FIRST_NAME + MORE_NAMES * (len(evidence.named) - 1) if evidence.named else 0.0
    fresh: float = FRESH * 0.5 ** (evidence.away / HALF_AS_FRESH)
    return OWN_PAGE * evidence.own_page + WORDS * evidence.share + names + fresh


def is_enough(evidence: Evidence) -> bool:
    """Say whether more than chance and freshness speaks for a story."""
    return evidence.own_page or bool(evidence.named) or evidence.share >= LEAST_SHARED


def reasons(evidence: Evidence, text: str) -> tuple[str, ...]:
    """Put into words what speaks for a story; its words are spelled as `text` has them."""
    said = ["sent from its page"] if evidence.own_page else []
    if evidence.named:
        said.append(f"names {', '.join(evidence.named[:NAMES_SHOWN])}")
    of_names = content_words(" ".join(evidence.named))
    telling = [word for word in evidence.words if word not in of_names][:WORDS_SHOWN]
    if telling:
        said.append("says " + ", ".join(f"“{word}”" for word in _spelled(text, telling)))
    return tuple(said)


def _evidence(
    said: Said, story: Story, telling: Telling, shared: Sharing | None, named: tuple[str, ...]
) -> Evidence:
    return Evidence(
        own_page=story.id == said.page_id,
        named=named,
        words=shared.words if shared else (),
        share=shared.worth / telling.most if shared else 0.0,
        away=abs(said.at - story.published_at),
    )


def _named(session: Session, people: Collection[Known], sharing: Iterable[int]) -> dict[int, list[str]]:
    """Map stories to those of `people` whom they name: the newest such stories, and those in `sharing`."""
    slugs = [person.slug for person in people]
    if not slugs:
        return {}
    newest = (
        select(StoryPerson.story_id)
        .join(Story, Story.id == StoryPerson.story_id)
        .join(Person, Person.id == StoryPerson.person_id)
        .where(Person.slug.in_(slugs), Story.state == StoryState.PUBLISHED)
        .group_by(StoryPerson.story_id, Story.published_at)
        .order_by(Story.published_at.desc(), StoryPerson.story_id.desc())
        .limit(OF_PEOPLE)
    )
    looked_at = or_(StoryPerson.story_id.in_(list(sharing)), StoryPerson.story_id.in_(newest))
    query = select(StoryPerson.story_id, Person.name).join(Person, Person.id == StoryPerson.person_id)
    rows = session.execute(query.where(Person.slug.in_(slugs), looked_at).order_by(StoryPerson.position))
    found: dict[int, list[str]] = {}
    for story_id, name in rows:
        found.setdefault(story_id, []).append(name)
    return found


def _stories(session: Session, ids: Collection[int]) -> list[Story]:
    if not ids:
        return []
    columns = select(Story).options(load_only(Story.slug, Story.headline, Story.published_at))
    return list(session.scalars(columns.where(Story.id.in_(ids), Story.state == StoryState.PUBLISHED)))


def _spelled(text: str, folded: Iterable[str]) -> list[str]:
    """Return folded words as `text` spells them."""
    spelled: dict[str, str] = {}
    for span in word_spans(text):
        word = text[slice(*span)]
        spelled.setdefault(fold(word), word)
    return [spelled.get(word, word) for word in folded]
