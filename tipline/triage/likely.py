"""The reading pane's part on likely stories: one key links to one of them; and the story linked last."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from tipline.assist.names import Known
from tipline.assist.stories import Likely, Said, likely_stories, settled
from tipline.models import Event, Link, LinkState, Story, StoryState, Tip, Verdict
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


def linking(session: Session, tip: Tip, known: list[Known], viewer: Viewer) -> Linking:
    """Offer the stories that `tip` may belong to; none that it was linked to, or that a person refused.

    Args:
        known: the people whom the tip names.
    """
    text = "\n".join(part for part in (tip.about, tip.body, tip.place) if part)
    said, judged = Said(text, tip.received_at, known, tip.story_id), settled(session, tip.id)
    lines = (
        LikelyLine(str(key), story.slug, story.headline, _why(story, viewer))
        for key, story in enumerate(likely_stories(session, said, without=judged), 1)
    )
    return Linking(tuple(lines), _last_used(session, viewer, without=judged))


def _last_used(session: Session, viewer: Viewer, *, without: Collection[int]) -> LastUsed | None:
    """Return the story that the viewer linked last, and that is linked still."""
    acts = select(Event.id, Event.kind, Event.data["batch"].as_string().label("batch"))
    own = acts.where(Event.actor_id == viewer.user_id).order_by(Event.id.desc()).limit(LOOKED_BACK).subquery()
    newest = (
        select(Story.id, Story.slug, Story.headline)
        .join(Link, Link.story_id == Story.id)
        .join(Verdict, Verdict.link_id == Link.id)
        .join(own, own.c.batch == Verdict.batch)
        .where(own.c.kind == "tip.linked", Verdict.undone_at.is_(None))
        .where(Link.state == LinkState.CONFIRMED, Story.state == StoryState.PUBLISHED)
    )
    row = session.execute(newest.order_by(own.c.id.desc()).limit(1)).first()
    return LastUsed(row.slug, row.headline) if row and row.id not in without else None


def _why(story: Likely, viewer: Viewer) -> str:
    return "; ".join((*story.reasons, f"{age(story.published_at, viewer.now)} ago"))
