"""Rank what a search finds: those first that say most of what was asked, within the newest `NEWEST_RANKED`.

The databases' own ranks would have to count every tip that says a word before they can weigh one, and they
weigh differently. Here both give the newest hits, and these are weighed by their own text: how often each
word or phrase stands in it, with less said by each further time and by each time in a long text, and more
where it stands in the first words or in what the tip is about. So a score belongs to a tip and a query
alone, and a page of the ranking begins where the last one ended whatever arrived meanwhile.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from tipline.at_once import ids_of, listed
from tipline.models import Tip
from tipline.prepared import Prepared
from tipline.search.conditions import names_of
from tipline.search.match import Alternatives
from tipline.search.query import Asker, Field, Query
from tipline.search.tips import find_tips
from tipline.text.tokens import fold

NEWEST_RANKED = 1_000
WEIGHED_CHARACTERS = 1_500  # of a tip's text
USUAL_WORDS = 60
SATURATION, LENGTH_WEIGHT = 1.2, 0.75  # bm25's k1 and b
FIRST_WORDS = 100  # characters
FIRST_BONUS, ABOUT_BONUS = 0.25, 0.5
_TEXTS = Prepared(
    select(Tip.id, func.substr(Tip.body, 1, WEIGHED_CHARACTERS), Tip.about, Tip.place)
    .where(Tip.id.in_(ids_of("ids")))
)  # fmt: skip


@dataclass(frozen=True)
class Ranked:
    """Ids of tips, best first; `further` is the (score, id) after which the rest begins."""

    ids: list[int]
    further: tuple[float, int] | None


def rank_tips(
    session: Session,
    query: Query,
    after: tuple[float, int] | None = None,
    limit: int = 50,
    also: Sequence[ColumnElement[bool]] = (),
    *,
    asker: Asker | None = None,
) -> Ranked:
    """Rank the newest tips that `find_tips` finds, of each group its best one.

    Args:
        after: where the last page ended.
    """
    newest = find_tips(session, query, None, NEWEST_RANKED, also, asker=asker)
    scored = sorted(((score, tip_id) for tip_id, score in _scores(session, query, newest.ids)), reverse=True)
    speaking: dict[int, tuple[float, int]] = {}  # of each group its best
    for score, tip_id in scored:
        speaking.setdefault(newest.groups[tip_id], (score, tip_id))
    left = [each for each in speaking.values() if after is None or each < after]
    further = left[limit - 1] if len(left) > limit else None
    return Ranked([tip_id for _, tip_id in left[:limit]], further)


def score_of(session: Session, query: Query, tip_id: int) -> float:
    """Return the score of one tip, whether or not the query finds it."""
    return next((score for _, score in _scores(session, query, [tip_id])), 0.0)


def score(text: str, about: str, wanted: Sequence[Alternatives]) -> float:
    """Return how well a folded text fits, from 0 up; more for each of `wanted` that it says."""
    return _score(text, about, [_spaced(group) for group in wanted])


def _spaced(group: Alternatives) -> list[str]:
    return [f" {' '.join(phrase)} " for phrase in group]


def _score(text: str, about: str, wanted: Sequence[Sequence[str]]) -> float:
    text, about, total = f" {text} ", f" {about} " if about else "", 0.0
    for phrases in wanted:
        times, leads, is_about = 0, False, False
        for phrase in phrases:
            if said := text.count(phrase):
                times += said
                leads = leads or text.find(phrase, 0, FIRST_WORDS) >= 0
            if about and (said := about.count(phrase)):
                times += said
                is_about = True
        if not times:
            continue
        length = 1 - LENGTH_WEIGHT + LENGTH_WEIGHT * text.count(" ") / USUAL_WORDS
        total += times * (SATURATION + 1) / (times + SATURATION * length)
        total += FIRST_BONUS * leads + ABOUT_BONUS * is_about
    return round(total, 6)


def _scores(session: Session, query: Query, ids: Sequence[int]) -> list[tuple[int, float]]:
    if not ids:
        return []
    wanted: list[Alternatives] = [(phrase,) for phrase in query.phrases]
    wanted += names_of(session, query.values(Field.PERSON)).values()
    spaced = [_spaced(group) for group in wanted]
    return [
        (tip_id, _score(fold(body), fold(f"{about or ''}\n{place or ''}") if about or place else "", spaced))
        for tip_id, body, about, place in _TEXTS.rows(session, {"ids": listed(ids)})
    ]
