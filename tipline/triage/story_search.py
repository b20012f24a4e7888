"""The search for the story that a tip belongs to: it comes filled with the names found in the tip.

Where a tip names nobody, or nobody whom a story names, stories that share its rarest words are offered,
and always first the story from whose page it was sent.
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tipline.models import Person, PersonState, Story, StoryPerson, Tip
from tipline.search.stories import FoundStory, find_stories
from tipline.text.clean import clean_line
from tipline.text.tokens import content_words
from tipline.triage.shown import Pairs, Result, StorySearch, Viewer
from tipline.triage.words import age

RESULTS = 6
NAMES_FILLED = 3
MAX_CHARACTERS = 200


def story_search(
    session: Session,
    tip: Tip,
    viewer: Viewer,
    carried: Pairs,
    *,
    text: str | None,
    names: list[str],
    linked: Collection[str],
) -> StorySearch:
    """Search stories for `text`; for None, for what the tip itself says."""
    filled = " ".join(names[:NAMES_FILLED])
    q = filled if text is None else clean_line(text)[:MAX_CHARACTERS]
    found = find_stories(session, q, RESULTS, now=viewer.now)
    said, by_names = content_words(q), bool(found)
    if text is None and not found:
        found = find_stories(session, tip.body, RESULTS, now=viewer.now)
        said = content_words(tip.body)
    if text is None:
        found = _own_story_first(session, tip, found)
    named = _people_of(session, [story.id for story in found])
    results = tuple(
        Result(
            slug=story.slug,
            headline=story.headline,
            why=_why(story, tip, said, named.get(story.id, []), viewer.now),
            linked=story.slug in linked,
        )
        for story in found
    )
    hidden = tuple((name, value) for name, value in carried if name == "list" and value)
    return StorySearch(
        tip_ref=tip.ref,
        version=tip.version,
        action=f"/newsroom/tips/{tip.ref}/stories",
        hidden=hidden,
        carried=carried,
        q=q,
        note=_note(filled, found, by_names=by_names) if text is None else "",
        searched=text is not None or bool(q),
        results=results,
    )


def _note(filled: str, found: list[FoundStory], *, by_names: bool) -> str:
    if filled and by_names:
        return "Filled with the names found in the tip."
    if filled:
        return "No story has these names; the stories below share words with the tip." if found else ""
    return "Stories that share words with the tip." if found else ""


def _own_story_first(session: Session, tip: Tip, found: list[FoundStory]) -> list[FoundStory]:
    """Put the story first from whose page the tip was sent."""
    if tip.story_id is None:
        return found
    story = session.get_one(Story, tip.story_id)
    own = FoundStory(story.id, story.slug, story.headline, story.published_at, story.tip_count)
    return [own, *(one for one in found if one.id != own.id)][:RESULTS]


def _people_of(session: Session, story_ids: list[int]) -> dict[int, list[str]]:
    query = select(StoryPerson.story_id, Person.name).join(Person, Person.id == StoryPerson.person_id)
    query = query.where(StoryPerson.story_id.in_(story_ids), Person.state != PersonState.DISMISSED)
    people: dict[int, list[str]] = {}
    for story_id, name in session.execute(query.order_by(StoryPerson.story_id, StoryPerson.position)):
        people.setdefault(story_id, []).append(name)
    return people


def _why(story: FoundStory, tip: Tip, said: set[str], people: list[str], now: datetime) -> str:
    """Say why a story is offered: “names Ida Marlowe; 3 h ago”."""
    reasons = ["sent from its page"] if story.id == tip.story_id else []
    named = [name for name in people if content_words(name) & said]
    if named:
        reasons.append(f"names {', '.join(named[:2])}")
    elif shared := [word for word in story.headline.split() if content_words(word) & said]:
        reasons.append("says " + ", ".join(f"“{word.strip(_MARKS)}”" for word in shared[:3]))
    reasons.append(f"{age(story.published_at, now)} ago")
    return "; ".join(reasons)


_MARKS = "“”‘’\"'.,:;!?()"
