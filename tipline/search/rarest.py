"""Find the stories that share the rarest words of a text, in a time that does not grow with the stories.

Two statements: one counts how many stories say each word, no further than tells that it is common; one adds
up, for each story, the worth of the words that it says. Of a common word only the newest stories are
looked at. A word is worth its inverse document frequency, on both databases the same.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from tipline.models import StoryState
from tipline.search.match import is_sqlite
from tipline.text.tokens import content_words, words

MAX_CHARACTERS = 20_000
MAX_WORDS = 12
MAX_WORDS_COUNTED = 60
COMMON = 2_000  # stories that say it: no more are counted or looked at
IN_HEADLINE = 0.5  # what a word of a headline is worth more

_SAID_SQLITE = "FROM story_search WHERE story_search MATCH :{0}"
_SAID_POSTGRES = "FROM story_search WHERE words @@ CAST(:{0} AS tsquery)"
_COUNT = "(SELECT count(*) FROM (SELECT 1 {said} LIMIT {most}) AS said{place})"
_EACH = "SELECT {id} AS id, {bit} AS bit, CAST(:{worth} AS float) AS worth {said}"
_NEWEST = "SELECT * FROM ({each} ORDER BY {id} DESC LIMIT {most}) AS newest{place}"
_ADDED = (
    "SELECT stories.id, CAST(sum(found.bit) AS bigint) AS bits, sum(found.worth) AS worth"
    " FROM ({found}) AS found JOIN stories ON stories.id = found.id WHERE stories.state = :state"
    " GROUP BY stories.id, stories.published_at"
    " ORDER BY worth DESC, stories.published_at DESC, stories.id DESC LIMIT :limit"
)


@dataclass(frozen=True)
class Telling:
    """A text's rarest words among those that stories say, rarest first, each with its worth."""

    worth: Mapping[str, float]

    @property
    def most(self) -> float:
        """What a story is worth that has all of them in its headline."""
        return sum(self.worth.values()) * (1 + IN_HEADLINE)


@dataclass(frozen=True)
class Sharing:
    """A story that shares words with a text, and what they are worth together."""

    story_id: int
    words: tuple[str, ...]  # rarest first
    worth: float


def telling_words(session: Session, said: str) -> Telling:
    """Choose the words of a text that fewest stories say; what none says is left out."""
    meaning = content_words(said[:MAX_CHARACTERS])
    asked = [word for word in dict.fromkeys(words(said[:MAX_CHARACTERS])) if word in meaning]
    # Long words are rare words: good enough to choose whose stories are counted.
    asked = sorted(asked, key=lambda word: -len(word))[:MAX_WORDS_COUNTED]
    if not asked:
        return Telling({})
    stories, *counts = _counts(session, asked)
    rarest = sorted((count, word) for count, word in zip(counts, asked, strict=True) if count)[:MAX_WORDS]
    return Telling({word: math.log(1 + stories / count) for count, word in rarest})


def stories_sharing(session: Session, telling: Telling, limit: int) -> list[Sharing]:
    """Find the published stories whose shared words are worth most; of equals the newest first."""
    if not telling.worth:
        return []
    values: dict[str, object] = {"state": StoryState.PUBLISHED, "limit": limit}
    places = list(enumerate(telling.worth.items()))
    for place, (word, worth) in places:
        anywhere, ahead = _terms(session, word)
        values |= {f"said{place}": anywhere, f"worth{place}": worth}
        values |= {f"ahead{place}": ahead, f"more{place}": worth * IN_HEADLINE}
    statement = _ADDED.format(found=" UNION ALL ".join(_parts(session, len(places))))
    return [
        Sharing(story_id, tuple(word for place, (word, _) in places if bits >> place & 1), worth)
        for story_id, bits, worth in session.execute(text(statement), values)
    ]


def _counts(session: Session, asked: list[str]) -> list[int]:
    """Count the stories that there are, about, and those that say each word, up to `COMMON`."""
    said = _SAID_SQLITE if is_sqlite(session) else _SAID_POSTGRES
    columns = [
        _COUNT.format(said=said.format(f"said{place}"), most=COMMON, place=place)
        for place in range(len(asked))
    ]
    values = {f"said{place}": _terms(session, word)[0] for place, word in enumerate(asked)}
    highest = "(SELECT coalesce(max(id), 0) FROM stories)"
    return list(session.execute(text(f"SELECT {', '.join([highest, *columns])}"), values).one())


def _terms(session: Session, word: str) -> tuple[str, str]:
    """Return what matches a folded word anywhere, and what matches it in a headline."""
    if is_sqlite(session):
        return f'"{word}"', f'headline : "{word}"'
    return f"'{word}'", f"'{word}':A"


def _parts(session: Session, number: int) -> Iterator[str]:
    """Yield the queries that name the stories of each word, then those that have it in their headline.

    Only numbers are put into them; the words travel as parameters. A word's bits tell it from the others
    once they are added up.
    """
    said, key = (_SAID_SQLITE, "rowid") if is_sqlite(session) else (_SAID_POSTGRES, "story_id")
    for shift, term, worth in ((0, "said", "worth"), (number, "ahead", "more")):
        for place in range(number):
            each = _EACH.format(
                id=key, bit=1 << (shift + place), worth=f"{worth}{place}", said=said.format(f"{term}{place}")
            )
            yield _NEWEST.format(each=each, id=key, most=COMMON, place=shift + place)
