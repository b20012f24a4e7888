"""The reading pane's part on likely stories: one key links to one of them; and the story linked last."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select

from tipline.assist.stories import Likely
from tipline.at_once import Answers, Question
from tipline.models import Event, Link, LinkState, Story, StoryState, Verdict
from tipline.triage.asked import VIEWER
from tipline.triage.shown import Viewer
from tipline.triage.words import age

LOOKED_BACK = 200  # acts of one's own, for the last link among them


@dataclass(frozen=True)
class LikelyLine:
    """A story that is suggested; `key` links to it."""

    key: str
    slug: str
    headline: str
    why: str  # "names Ida Marlowe; 3 h ago"


@dataclass(frozen=True)
class LastUsed:
    """The story that the viewer linked a tip to last."""

    slug: str
    headline: str


@dataclass(frozen=True)
class Linking:
    """What one key links a tip to."""

    likely: tuple[LikelyLine, ...]
    last_used: LastUsed | None


def linking(likely: Iterable[Likely], read: Answers, viewer: Viewer) -> Linking:
    """Offer the stories that a tip likely belongs to, and the one that the viewer linked last."""
    lines = (
        LikelyLine(str(key), story.slug, story.headline, _why(story, viewer))
        for key, story in enumerate(likely, 1)
    )
    return Linking(tuple(lines), _last_used(read))


def _last_used(read: Answers) -> LastUsed | None:
    judged = {row.story_id for row in read["settled"]}
    return next((LastUsed(row.slug, row.headline) for row in read["last_used"] if row.id not in judged), None)


def _newest_linked() -> Question:
    """Select the story that the viewer linked last, and that is linked still."""
    acts = select(Event.id, Event.kind, Event.data["batch"].as_string().label("batch"))
    own = acts.where(Event.actor_id == VIEWER).order_by(Event.id.desc()).limit(LOOKED_BACK).subquery()
    newest: Question = (
        select(Story.id, Story.slug, Story.headline)
        .join(Link, Link.story_id == Story.id)
        .join(Verdict, Verdict.link_id == Link.id)
        .join(own, own.c.batch == Verdict.batch)
        .where(own.c.kind == "tip.linked", Verdict.undone_at.is_(None))
        .where(Link.state == LinkState.CONFIRMED, Story.state == StoryState.PUBLISHED)
    )
    return newest.order_by(own.c.id.desc()).limit(1)


LAST_USED = _newest_linked()


def _why(story: Likely, viewer: Viewer) -> str:
    return "; ".join((*story.reasons, f"{age(story.published_at, viewer.now)} ago"))
