"""The search for the story that a tip belongs to: it comes filled with the names found in the tip.

It is for when no likely story is the right one; where none is likely, it has looked for the names already.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tipline.models import Person, PersonState, StoryPerson, Tip
from tipline.search.stories import FoundStory, find_stories
from tipline.text.clean import clean_line
from tipline.text.tokens import content_words
from tipline.triage.likely import LikelyLine
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
    names: Sequence[str],
    linked: Collection[str],
    likely: Collection[LikelyLine],
) -> StorySearch:
    """Search stories for `text`; for None, for the names in the tip, unless there are likely stories."""
    filled = " ".join(names[:NAMES_FILLED])
    q = filled if text is None else clean_line(text)[:MAX_CHARACTERS]
    wanted = "" if text is None and likely else q
    found, said = find_stories(session, wanted, RESULTS, now=viewer.now), content_words(q)
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
        note="Filled with the names found in the tip." if text is None and q else "",
        searched=bool(wanted),
        results=results,
    )


def _people_of(session: Session, story_ids: list[int]) -> dict[int, list[str]]:
    if not story_ids:
        return {}
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
