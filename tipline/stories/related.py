"""Which story a "Related:" line means: found by address or by title, whichever of the two came first."""

from urllib.parse import urlsplit

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tipline.db import Database
from tipline.models import RelatedStory, Story, StoryState
from tipline.text.tokens import fold

_BATCH = 500
_PAGE = 1000


def tie_related(db: Database) -> int:
    """Tie the lines that are still loose to the stories they mean; return how many found theirs.

    It looks at all stories, so it ties forward and backward alike, and mends what a crash left.
    """
    with db.read() as session:
        ties = _find_ties(session)
    for start in range(0, len(ties), _BATCH):
        with db.write() as session:
            for line_id, story_id in ties[start : start + _BATCH]:
                loose = update(RelatedStory).where(
                    RelatedStory.id == line_id, RelatedStory.related_id.is_(None)
                )
                session.execute(loose.values(related_id=story_id))
    return len(ties)


def same_address(url: str) -> str:
    """Return an address without what may differ for one page: scheme, "www.", query, a slash at the end."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return ""
    host = parts.netloc.lower().removeprefix("www.")
    return f"{host}{parts.path.rstrip('/')}" if host else ""


def _find_ties(session: Session) -> list[tuple[int, int]]:
    loose = session.execute(
        select(RelatedStory.id, RelatedStory.story_id, RelatedStory.title, RelatedStory.url)
        .where(RelatedStory.related_id.is_(None))
        .order_by(RelatedStory.id)
    ).all()
    if not loose:
        return []
    by_title, by_address = _look_up(
        session,
        {fold(line.title) for line in loose} - {""},
        {same_address(line.url) for line in loose if line.url} - {""},
    )
    ties = []
    for line in loose:
        meant = by_address.get(same_address(line.url)) if line.url else None
        meant = meant or by_title.get(fold(line.title))
        if meant and meant != line.story_id:
            ties.append((line.id, meant))
    return ties


def _look_up(
    session: Session, titles: set[str], addresses: set[str]
) -> tuple[dict[str, int], dict[str, int]]:
    """Map the titles and addresses asked for to stories; of two with one title, the newer is meant."""
    by_title: dict[str, int] = {}
    by_address: dict[str, int] = {}
    stories = (
        select(Story.id, Story.headline, Story.url)
        .where(Story.state == StoryState.PUBLISHED)
        .order_by(Story.published_at, Story.id)
        .execution_options(yield_per=_PAGE)
    )
    for story_id, headline, url in session.execute(stories):
        if (title := fold(headline)) in titles:
            by_title[title] = story_id
        if url and (address := same_address(url)) in addresses:
            by_address[address] = story_id
    return by_title, by_address
