"""Stories come in: what a source holds is written in short transactions, each with its event.

Reading and comparing happen before a transaction opens, so that a run over stories that have not
changed never holds the write lock.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import delete, insert, select, tuple_
from sqlalchemy.orm import Session

from tipline import audit
from tipline.db import Database
from tipline.errors import Invalid
from tipline.models import RelatedStory, Story, StoryState, User, catalogue_changed
from tipline.search.index import index_story
from tipline.stories.columns import columns_of, key_of, related_columns
from tipline.stories.free_slug import free_slug, one_at_a_time
from tipline.stories.named import known_names, name_people
from tipline.stories.related import tie_related
from tipline.stories.sources import Found, FoundStory, Unreadable
from tipline.text.matching import NameIndex

BATCH = 20

Key = tuple[str, str]


@dataclass(slots=True)
class ImportReport:
    """What came of an import: counts, and each story that could not be taken, with its reason."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    gone: int = 0  # only a sweep over a whole source can tell
    failures: list[str] = field(default_factory=list)

    @property
    def failed(self) -> int:
        return len(self.failures)

    def counts(self) -> dict[str, int]:
        """Return the counts by name, in the order people read them."""
        names = ("new", "changed", "unchanged", "gone", "failed")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True, slots=True)
class _Arrival:
    """A story on its way in, with all that could be worked out before the transaction."""

    key: Key
    found: FoundStory
    columns: dict[str, Any]
    known: tuple[int, ...]

    @property
    def digest(self) -> bytes:
        digest: bytes = self.columns["digest"]
        return digest


def import_stories(
    db: Database,
    found: Iterable[Found],
    *,
    now: datetime,
    site_timezone: str,
    by: User | str = audit.MACHINE,
) -> ImportReport:
    """Write what parsers found: new and changed stories, their people and related lines.

    A story is known again by its source and its name there; one that says what it said before is left
    alone. What cannot be taken is in the report, and the others come in all the same.

    Args:
        site_timezone: the zone in which people are told when a story without a time came in.

    """
    report = ImportReport()
    with db.read() as session:
        known = known_names(session)
    for batch in _batches(found):
        arrivals = _prepare(batch, known, report, now=now, site_timezone=site_timezone)
        with db.read() as session:
            arrivals = _without_unchanged(session, arrivals, report)
        if arrivals:
            with db.write() as session:
                _take(session, arrivals, report, now=now, by=by)
    tie_related(db)
    return report


def _batches(found: Iterable[Found]) -> Iterator[list[Found]]:
    rest = iter(found)
    while batch := list(islice(rest, BATCH)):
        yield batch


def _prepare(
    batch: Sequence[Found], known: NameIndex[int], report: ImportReport, *, now: datetime, site_timezone: str
) -> list[_Arrival]:
    arrivals: dict[Key, _Arrival] = {}
    for found in batch:
        if isinstance(found, Unreadable):
            report.failures.append(f"{found.where}: {found.reason}")
            continue
        try:
            key = key_of(found)
        except Invalid as error:
            report.failures.append(f"“{found.headline[:60]}…”: {error.message}")
            continue
        named = tuple(known.find(f"{found.headline}\n{found.dek}\n{found.body}"))
        if key in arrivals:  # the source gave it twice: its later word counts
            report.unchanged += 1
        columns = columns_of(found, now=now, site_timezone=site_timezone)
        arrivals[key] = _Arrival(key, found, columns, named)
    return list(arrivals.values())


def _without_unchanged(session: Session, arrivals: list[_Arrival], report: ImportReport) -> list[_Arrival]:
    keys = [arrival.key for arrival in arrivals]
    rows = session.execute(
        select(Story.source, Story.remote_id, Story.digest).where(
            tuple_(Story.source, Story.remote_id).in_(keys), Story.state == StoryState.PUBLISHED
        )
    )
    had = {(source, remote_id): digest for source, remote_id, digest in rows}
    fresh = [arrival for arrival in arrivals if had.get(arrival.key) != arrival.digest]
    report.unchanged += len(arrivals) - len(fresh)
    return fresh


def _take(
    session: Session, arrivals: list[_Arrival], report: ImportReport, *, now: datetime, by: User | str
) -> None:
    """Write one batch with its event; another import may have been faster since we looked."""
    one_at_a_time(session)
    new = changed = 0
    for arrival in arrivals:
        source, remote_id = arrival.key
        same = select(Story).where(Story.source == source, Story.remote_id == remote_id)
        story = session.scalars(same).one_or_none()
        if story is None:
            story = _add(session, arrival)
            new += 1
        elif story.digest == arrival.digest and story.state == StoryState.PUBLISHED:
            report.unchanged += 1
            continue
        else:
            _change(story, arrival)
            changed += 1
        _write_what_belongs(session, story, arrival, now=now)
    report.new += new
    report.changed += changed
    if new or changed:
        audit.record(session, "story.imported", at=now, by=by, new=new, changed=changed)
        catalogue_changed(session)


def _add(session: Session, arrival: _Arrival) -> Story:
    source, remote_id = arrival.key
    slug = free_slug(session, Story.slug, arrival.found.slug or arrival.found.headline, "story")
    story = Story(slug=slug, source=source, remote_id=remote_id, **arrival.columns)
    session.add(story)
    session.flush()
    return story


def _change(story: Story, arrival: _Arrival) -> None:
    """Bring a story up to date; its slug stays, because readers may have its address."""
    kept = () if arrival.found.published_at else ("published_at", "published_flag")
    for name, value in arrival.columns.items():
        if name not in kept:
            setattr(story, name, value)


def _write_what_belongs(session: Session, story: Story, arrival: _Arrival, *, now: datetime) -> None:
    session.execute(delete(RelatedStory).where(RelatedStory.story_id == story.id))
    if lines := related_columns(arrival.found, story.id):
        session.execute(insert(RelatedStory), lines)
    name_people(session, story.id, arrival.found, arrival.known, now=now)
    session.flush()
    index_story(session, story.id, story.headline, story.body)
