"""Find the stories that share the rarest words of a text, in a time that does not grow with the stories.

Two statements: one counts how many stories say each word, no further than tells that it is common; one adds
up, for each story, the worth of the words that it says. Of a common word only the newest stories are
looked at. A word is worth its inverse document frequency, on both databases the same.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Float,
    Integer,
    Select,
    and_,
    case,
    column,
    func,
    literal_column,
    select,
    text,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.functions import FunctionElement

from tipline.at_once import Answers, AtOnce, each_of, listed
from tipline.models import Story, StoryState
from tipline.search.match import is_sqlite
from tipline.text.tokens import content_words, words

MAX_CHARACTERS = 20_000
MAX_WORDS = 12
MAX_WORDS_COUNTED = 60
FEW = 250  # stories that say it: no more are counted where enough words are rarer
COMMON = 2_000  # stories that say it: no more are counted or looked at
IN_HEADLINE = 0.5  # what a word of a headline is worth more

_SAID_SQLITE = "FROM story_search WHERE story_search MATCH :{0}"
_SAID_POSTGRES = "FROM story_search WHERE words @@ CAST(:{0} AS tsquery)"
_EACH = "SELECT {id} AS id, {bit} AS bit, CAST(:{worth} AS float) AS worth {said}"
_NEWEST = "SELECT * FROM ({each} ORDER BY {id} DESC LIMIT {most}) AS newest{place}"
_ADDED = (
    "SELECT stories.id, stories.slug, stories.headline, stories.published_at,"
    " CAST(sum(found.bit) AS bigint) AS bits, sum(found.worth) AS worth"
    " FROM ({found}) AS found JOIN stories ON stories.id = found.id WHERE stories.state = :state"
    " GROUP BY stories.id, stories.slug, stories.headline, stories.published_at"
    " ORDER BY worth DESC, stories.published_at DESC, stories.id DESC LIMIT {limit}"
)


@dataclass(frozen=True)
class Telling:
    """A text's rarest words among those that stories say, rarest first, each with its worth."""

    worth: Mapping[str, float]
    common: frozenset[str]  # those that so many stories say that only the newest are looked at

    @cached_property
    def most(self) -> float:
        """What a story is worth that has all of them in its headline."""
        return sum(self.worth.values()) * (1 + IN_HEADLINE)


@dataclass(frozen=True)
class Sharing:
    """A story that shares words with a text, and what they are worth together."""

    story_id: int
    slug: str
    headline: str
    published_at: datetime
    worth: float
    bits: int  # which of the telling words they are
    telling: tuple[str, ...]  # rarest first

    @property
    def words(self) -> tuple[str, ...]:
        """The words that it shares, rarest first; worked out for the few that are shown."""
        return tuple(word for place, word in enumerate(self.telling) if self.bits >> place & 1)


def telling_words(session: Session, said: str) -> Telling:
    """Choose the words of a text that fewest stories say; what none says is left out."""
    return telling_in(_COUNTED.ask(session, **words_asked(said)))


def words_asked(said: str) -> dict[str, object]:
    """Return what `SAYING` binds: the words of a text that carry meaning."""
    meaning = content_words(said[:MAX_CHARACTERS])
    asked = [word for word in dict.fromkeys(words(said[:MAX_CHARACTERS])) if word in meaning]
    # Long words are rare words: good enough to choose whose stories are counted.
    return {"words": listed(sorted(asked, key=lambda word: -len(word))[:MAX_WORDS_COUNTED])}


def telling_in(answers: Answers) -> Telling:
    """Choose the telling words of those that `saying` and `stories` answered."""
    [[stories]], counts = answers["stories"], answers["saying"]
    rarest = sorted((min(count, COMMON), word) for word, count in counts if count)[:MAX_WORDS]
    return Telling(
        {word: math.log(1 + stories / count) for count, word in rarest},
        frozenset(word for count, word in rarest if count == COMMON),
    )


def stories_sharing(session: Session, telling: Telling, limit: int) -> list[Sharing]:
    """Find the published stories whose shared words are worth most; of equals the newest first."""
    if not telling.worth:
        return []
    values: dict[str, object] = {"state": StoryState.PUBLISHED}
    for place, (word, worth) in enumerate(telling.worth.items()):
        anywhere, ahead = _terms(session, word)
        values |= {f"said{place}": anywhere, f"worth{place}": worth}
        values |= {f"ahead{place}": ahead, f"more{place}": worth * IN_HEADLINE}
    asked = tuple(telling.worth)
    adding = _added(is_sqlite(session), tuple(word in telling.common for word in asked), limit)
    return [
        Sharing(row.id, row.slug, row.headline, row.published_at, row.worth, row.bits, asked)
        for row in adding.ask(session, **values)["added"]
    ]


class stories_saying(FunctionElement[int]):  # noqa: N801 - it stands for a SELECT
    """How many stories say a folded word, up to a number."""

    inherit_cache = True
    type = Integer()


@compiles(stories_saying)
def _count_stories(element: Any, compiler: Any, **options: Any) -> str:
    word, most = (compiler.process(each, **options) for each in element.clauses)
    said = (
        f"story_search MATCH '\"' || {word} || '\"'"
        if compiler.dialect.name == "sqlite"
        else f"words @@ CAST('''' || {word} || '''' AS tsquery)"
    )
    return f"(SELECT count(*) FROM (SELECT 1 FROM story_search WHERE {said} LIMIT {most}) AS said)"  # noqa: S608


def _saying() -> Select[Any]:
    """Select each of some words (`words`), and how many stories say it.

    To count a common word as far as `COMMON` costs a millisecond, and few texts lack twelve rarer ones: so
    that is done where they do.
    """
    word = each_of("words").subquery().c.value
    counts = select(word.label("word"), stories_saying(word, _number(FEW)).label("stories"))
    few = counts.cte("few").prefix_with("MATERIALIZED")  # else each is counted where it is named
    rarer = select(func.count()).select_from(few).where(few.c.stories.between(_number(1), _number(FEW - 1)))
    further = and_(few.c.stories == _number(FEW), rarer.scalar_subquery() < _number(MAX_WORDS))
    counted = case((further, stories_saying(few.c.word, _number(COMMON))), else_=few.c.stories)
    return select(few.c.word, counted.label("stories"))


def _number(number: int) -> ColumnElement[int]:
    return literal_column(str(number), Integer)


SAYING = _saying()
STORIES = select(func.coalesce(func.max(Story.id), 0).label("stories"))  # how many there are, about
_COUNTED = AtOnce(saying=SAYING, stories=STORIES)


@lru_cache(maxsize=500)
def _added(sqlite: bool, common: tuple[bool, ...], limit: int) -> AtOnce:
    """Return the statement that adds up what stories are worth, for as many words as `common` speaks of.

    Only numbers are put into it; the words travel as parameters.
    """
    added = text(_ADDED.format(found=" UNION ALL ".join(_parts(sqlite, common)), limit=limit)).columns(
        Story.id,
        Story.slug,
        Story.headline,
        Story.published_at,
        column("bits", BigInteger),
        column("worth", Float),
    )
    return AtOnce(added=select(added.subquery()))


def _parts(sqlite: bool, common: tuple[bool, ...]) -> Iterator[str]:
    """Yield the queries that name the stories of each word, then those that have it in their headline.

    A word's bits tell it from the others once they are added up. What is rare is taken whole: with an
    order, PostgreSQL might walk all stories from the newest on to find it.
    """
    said, key = (_SAID_SQLITE, "rowid") if sqlite else (_SAID_POSTGRES, "story_id")
    for shift, term, worth in ((0, "said", "worth"), (len(common), "ahead", "more")):
        for place, is_common in enumerate(common):
            each = _EACH.format(
                id=key, bit=1 << (shift + place), worth=f"{worth}{place}", said=said.format(f"{term}{place}")
            )
            newest = _NEWEST.format(each=each, id=key, most=COMMON, place=shift + place)
            yield newest if is_common else each


def _terms(session: Session, word: str) -> tuple[str, str]:
    """Return what matches a folded word anywhere, and what matches it in a headline."""
    if is_sqlite(session):
        return f'"{word}"', f'headline : "{word}"'
    return f"'{word}'", f"'{word}':A"
