"""How often the story that a tip belongs to is among the first that are suggested, beside plain bm25.

Given data becomes a newsroom of its own, on SQLite in a temporary folder: stories, the full-text index, and
the people whom headlines name. Its times count by the day only, as a tip rarely knows its story's hour.
"""

import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from time import perf_counter
from typing import Any

from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from tipline import schema
from tipline.assist.evaluate import Report
from tipline.assist.evaluate.measures import Unmeasurable, found_at, rows_of
from tipline.assist.names import people_in
from tipline.assist.stories import Said, likely_stories
from tipline.db import Database
from tipline.models import Link, LinkState, Person, Story, StoryPerson, Tip
from tipline.search.index import index_story
from tipline.search.match import fts5_any, is_sqlite
from tipline.text.names import candidates
from tipline.text.tokens import content_words, fold

STORIES, TIPS = "stories*.csv", "tips*.csv"
STORY_COLUMNS = ("id", "headline", "published_at")
TIP_COLUMNS = ("text", "story_id", "submitted_at")
DEEPEST = 10
MOST_TIPS = 1_000  # of a set, spread evenly over it, so that measuring ends
BM25 = text(
    "SELECT rowid FROM story_search WHERE story_search MATCH :match ORDER BY bm25(story_search) LIMIT :limit"
)


@dataclass(frozen=True)
class Case:
    """A tip and the stories that it belongs to."""

    text: str
    at: datetime
    story_ids: frozenset[int]
    page_id: int | None = None


System = Callable[[Session, Case], list[int]]


def of_data(folder: Path) -> Report:
    """Measure every `tips*.csv` (text, story_id, submitted_at) against all `stories*.csv` (id, headline, …).

    Raises:
        Unmeasurable: when either is missing, or is not as it should be.
    """
    stories = [row for file in _files(folder, STORIES) for row in rows_of(file, STORY_COLUMNS)]
    sets = {file.stem: rows_of(file, TIP_COLUMNS) for file in _files(folder, TIPS)}
    with tempfile.TemporaryDirectory(prefix="tipline-evaluate-") as home:
        db = Database(f"sqlite:///{home}/stories.sqlite3")
        try:
            schema.upgrade(db)
            with db.write() as session:
                ids = _fill(session, stories)
            with db.read() as session:
                measured = {name: _measured(session, _cases(rows, ids)) for name, rows in sets.items()}
        finally:
            db.dispose()
    return {"sets": measured}


def of_decisions(session: Session) -> Report:
    """Measure on the newest links that people made here.

    Raises:
        Unmeasurable: when there is none yet.
    """
    linked = (
        select(Tip.id, Tip.about, Tip.body, Tip.received_at, Tip.story_id, Link.story_id.label("linked"))
        .join(Tip, Tip.id == Link.tip_id)
        .where(Link.state == LinkState.CONFIRMED, Link.by_id.is_not(None), Tip.erased_at.is_(None))
    )
    stories: dict[int, set[int]] = {}
    cases = {}
    for row in session.execute(linked.order_by(Link.id.desc()).limit(MOST_TIPS)):
        said = f"{row.about}\n{row.body}" if row.about else row.body
        stories.setdefault(row.id, set()).add(row.linked)
        cases[row.id] = Case(said, row.received_at, frozenset(stories[row.id]), row.story_id)
    if not cases:
        raise Unmeasurable("Nobody has linked a tip to a story yet.")
    return {"sets": {"decisions": _measured(session, list(cases.values()))}}


def tipline(session: Session, case: Case) -> list[int]:
    """List what the desk suggests."""
    said = Said(case.text, case.at, people_in(session, case.text), case.page_id)
    return [story.id for story in likely_stories(session, said, DEEPEST)]


def bm25(session: Session, case: Case) -> list[int]:
    """List what SQLite's own ranking finds by all words that carry meaning."""
    asked = sorted(content_words(case.text))
    if not asked:
        return []
    return list(session.scalars(BM25, {"match": fts5_any(asked), "limit": DEEPEST}))


def _measured(session: Session, cases: Sequence[Case]) -> Report:
    """Let each system look for each tip's story; PostgreSQL has no bm25 to compare with."""
    if not cases:
        raise Unmeasurable("There is no tip whose story is known.")
    step = -(-len(cases) // MOST_TIPS)
    systems: tuple[System, ...] = (tipline, bm25) if is_sqlite(session) else (tipline,)
    return {system.__name__: _of_system(session, system, cases[::step]) for system in systems}


def _of_system(session: Session, system: System, cases: Sequence[Case]) -> dict[str, float]:
    begun = perf_counter()
    found = [system(session, case) for case in cases]
    ms = 1000 * (perf_counter() - begun) / len(cases)
    places = [_place(each, case.story_ids) for each, case in zip(found, cases, strict=True)]
    return found_at(places, ms=ms)


def _place(found: Sequence[int], meant: frozenset[int]) -> int | None:
    """Return the place of the first story that is meant, counted from 1; None where it is not found."""
    return next((place for place, story_id in enumerate(found, 1) if story_id in meant), None)


def _files(folder: Path, pattern: str) -> list[Path]:
    if not folder.is_dir():
        raise Unmeasurable(f"There is no folder {folder}.")
    found = sorted(folder.glob(pattern))
    if not found:
        raise Unmeasurable(f"{folder} has no {pattern}.")
    return found


def _cases(rows: Iterable[dict[str, str]], ids: dict[str, int]) -> list[Case]:
    return [
        Case(row["text"], _day(row["submitted_at"]), frozenset({ids[row["story_id"]]}))
        for row in rows
        if row["story_id"] in ids
    ]


def _fill(session: Session, rows: Sequence[dict[str, str]]) -> dict[str, int]:
    """Store and index stories and whom they name; return their ids by what the file calls them."""
    ids = {row["id"]: number for number, row in enumerate(rows, 1)}
    session.execute(insert(Story), [_story(number, row) for number, row in enumerate(rows, 1)])
    people: dict[str, dict[str, Any]] = {}
    naming = []
    for number, row in enumerate(rows, 1):
        index_story(session, number, row["headline"], "")
        for position, name in enumerate(candidates(row["headline"])):
            person = people.setdefault(fold(name), _person(len(people) + 1, name, row))
            naming.append((number, person["id"], position))
    if people:
        session.execute(insert(Person), list(people.values()))
        named = ({"story_id": story, "person_id": person, "position": at} for story, person, at in naming)
        session.execute(insert(StoryPerson), list(named))
    return ids


def _story(number: int, row: dict[str, str]) -> dict[str, Any]:
    headline, published_at = row["headline"], _day(row["published_at"])
    return {
        "id": number, "slug": f"story-{number}", "source": "text", "remote_id": str(number),
        "headline": headline, "body": "", "credits": [], "tags": [], "published_at": published_at,
        "digest": sha256(headline.encode()).digest(), "imported_at": published_at,
    }  # fmt: skip


def _person(number: int, name: str, row: dict[str, str]) -> dict[str, Any]:
    return {
        "id": number, "slug": f"person-{number}", "name": name, "folded": fold(name),
        "created_at": _day(row["published_at"]),
    }  # fmt: skip


def _day(written: str) -> datetime:
    try:
        return datetime.fromisoformat(written).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=UTC)
    except ValueError as error:
        raise Unmeasurable(f"“{written[:40]}” is no time as ISO 8601 writes it.") from error
