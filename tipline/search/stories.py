"""Find stories by any of some words, those that say most of them first.

Ranking scores every match, so only the rarest words are asked for: with a tip's whole text that is
300 times quicker and finds the same. PostgreSQL's ts_rank does not know that a rare word tells more than
a common one, so each word's rank is weighed by how few stories say it, as bm25 does on SQLite.
What a tip is about was mostly published lately, so among the best matches fresh stories move up.
"""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from tipline.models import Story, StoryState
from tipline.search.match import fts5_any, is_sqlite, tsquery_any
from tipline.text.tokens import content_words, words

MAX_WORDS = 12
MAX_WORDS_WEIGHED = 60
MIN_PREFIX = 2
MAX_CHARACTERS = 20_000
POOL = 40  # how many of the best matches freshness may reorder
HALF_AS_FRESH = timedelta(days=7)
FRESHNESS = 0.4  # what a story of this minute is worth, where the best match is worth 1

_SQLITE = text(
    "SELECT stories.id, -bm25(story_search, 4.0, 1.0) AS score"
    " FROM story_search JOIN stories ON stories.id = story_search.rowid"
    " WHERE story_search MATCH :match AND stories.state = :state"
    " ORDER BY score DESC, stories.published_at DESC, stories.id DESC LIMIT :limit"
)
_POSTGRES = (
    "SELECT stories.id, {rank} AS score FROM story_search JOIN stories ON stories.id = story_search.story_id"
    " WHERE words @@ CAST(:match AS tsquery) AND stories.state = :state"
    " ORDER BY score DESC, stories.published_at DESC, stories.id DESC LIMIT :limit"
)
_RANK_OF_TERM = "CAST(:weight{0} AS float) * ts_rank(words, CAST(:term{0} AS tsquery), 1)"
_COUNT_SQLITE = "SELECT count(*) FROM story_search WHERE story_search MATCH :term{0}"
_COUNT_POSTGRES = "SELECT count(*) FROM story_search WHERE words @@ CAST(:term{0} AS tsquery)"


@dataclass(frozen=True)
class FoundStory:
    """A story as a list of results needs it."""

    id: int
    slug: str
    headline: str
    published_at: datetime
    tip_count: int


def find_stories(
    session: Session, text: str, limit: int = 10, *, now: datetime | None = None
) -> list[FoundStory]:
    """Find published stories that say any word of `text`, best first; with `now`, fresh ones move up.

    The last word may still be half typed. Where that finds too few, each word may be the beginning of
    a longer one: "Maks" finds "Maksim".
    """
    asked = list(dict.fromkeys(words(text[:MAX_CHARACTERS])))
    if not asked:
        return []
    telling = _rarest(session, asked)
    last = asked[-1:] if len(asked[-1]) >= MIN_PREFIX and asked[-1] in telling else []
    found = _best(session, telling, last, limit, now)
    longer = [word for word in telling if len(word) > MIN_PREFIX]
    if len(found) < limit and set(longer) - set(last):
        found += [story for story in _best(session, [], longer, limit, now) if story not in found]
    return found[:limit]


def _best(
    session: Session, wanted: list[str], prefixes: list[str], limit: int, now: datetime | None
) -> list[FoundStory]:
    ranked = _ranked(session, wanted, prefixes, limit if now is None else max(limit, POOL))
    stories = _stories(session, list(ranked))
    if now is not None and ranked:
        most = max(ranked.values()) or 1.0
        stories.sort(key=lambda story: -(ranked[story.id] / most + _freshness(story, now)))
    return stories[:limit]


def _freshness(story: FoundStory, now: datetime) -> float:
    return float(FRESHNESS * 0.5 ** (max(now - story.published_at, timedelta()) / HALF_AS_FRESH))


def _ranked(session: Session, wanted: list[str], prefixes: list[str], limit: int) -> dict[int, float]:
    """Return the ids of the best matches with their scores, best first."""
    values = {"state": StoryState.PUBLISHED, "limit": limit}
    if is_sqlite(session):
        rows = session.execute(_SQLITE, {**values, "match": fts5_any(wanted, prefixes)})
        return {story_id: score for story_id, score in rows}  # noqa: C416 - dict() takes a result for a mapping
    terms = [*(tsquery_any([word]) for word in wanted), *(tsquery_any([], [word]) for word in prefixes)]
    places = range(len(terms))
    # Only numbers are put into the statement; the words travel as parameters.
    statement = _POSTGRES.format(rank=" + ".join(_RANK_OF_TERM.format(place) for place in places))
    weights = {
        f"weight{place}": 1 / math.log(count + 2) for place, count in enumerate(_counts(session, terms))
    }
    named = {f"term{place}": term for place, term in enumerate(terms)}
    rows = session.execute(text(statement), {**values, **weights, **named, "match": " | ".join(terms)})
    return {story_id: score for story_id, score in rows}  # noqa: C416


def _rarest(session: Session, asked: list[str]) -> list[str]:
    """Choose the words that tell most: those that fewest stories say."""
    meaning = content_words(" ".join(asked))
    telling = [word for word in asked if word in meaning] or asked
    if len(telling) <= MAX_WORDS:
        return telling
    # Long words are rare words: good enough to choose whose stories are counted.
    weighed = sorted(telling, key=lambda word: -len(word))[:MAX_WORDS_WEIGHED]
    one = fts5_any if is_sqlite(session) else tsquery_any
    counts = dict(zip(weighed, _counts(session, [one([word]) for word in weighed]), strict=True))
    known = [word for word in weighed if counts[word]]
    return sorted(known, key=lambda word: counts[word])[:MAX_WORDS] or weighed[:MAX_WORDS]


def _counts(session: Session, terms: list[str]) -> list[int]:
    """Count the stories that each term matches."""
    count = _COUNT_SQLITE if is_sqlite(session) else _COUNT_POSTGRES
    columns = ", ".join(f"({count.format(place)})" for place in range(len(terms)))
    named = {f"term{place}": term for place, term in enumerate(terms)}
    return list(session.execute(text(f"SELECT {columns}"), named).one())


def _stories(session: Session, ids: list[int]) -> list[FoundStory]:
    columns = select(Story.id, Story.slug, Story.headline, Story.published_at, Story.tip_count)
    found = {row.id: FoundStory(*row) for row in session.execute(columns.where(Story.id.in_(ids)))}
    return [found[story_id] for story_id in ids if story_id in found]
