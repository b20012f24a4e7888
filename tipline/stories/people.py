"""The Star Seeker's names: from a list, or found in stories and confirmed by a moderator."""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tipline import audit
from tipline.db import Database
from tipline.errors import Invalid, NotFound, Overtaken
from tipline.models import Person, PersonState, User, catalogue_changed
from tipline.stories.free_slug import one_at_a_time
from tipline.stories.named import (
    MAX_NAME_CHARACTERS,
    add_aliases,
    add_people,
    folded_name,
    is_name,
    people_called,
)
from tipline.text.clean import clean_line
from tipline.text.spreadsheet import delimiter_of

BATCH = 100
_SEPARATOR = ";"
_NAME, _ALIASES = "name", "aliases"
# Nobody's name has these: they divide the columns of a file that does not say so.
_UNDIVIDED = re.compile(rf"[{_SEPARATOR}\t]")
_NOT_DIVIDED = (
    "Its name holds a semicolon or a tab. Where these divide the columns, put a first line above that says "
    f"so, such as “{_NAME}{_SEPARATOR}{_ALIASES}”."
)
# A line that only a head begins with; people are written in capitals, or in letters that have none.
_LIKE_A_HEAD = re.compile(r"[a-z][a-z0-9_ -]*")


@dataclass(slots=True)
class PeopleReport:
    """What came of a list of names."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    failures: list[str] = field(default_factory=list)

    def counts(self) -> dict[str, int]:
        """Return the counts by name, in the order people read them."""
        return {
            "new": self.new,
            "changed": self.changed,
            "unchanged": self.unchanged,
            "failed": len(self.failures),
        }


@dataclass(frozen=True, slots=True)
class _Listed:
    """One line of a list."""

    name: str
    aliases: tuple[str, ...]


def import_people(
    db: Database, data: bytes, *, now: datetime, by: User | str = audit.MACHINE
) -> PeopleReport:
    """Take a CSV file of names, with aliases separated by ";" in a second column.

    A head may say which columns they are, and divide them by semicolons or tabs, which all lines do then.
    Somebody who is there already gets the aliases that are new; a candidate on the list is confirmed.

    Raises:
        Invalid: the file is no CSV in UTF-8, or has a head that names no column "name", or one twice.
    """
    report = PeopleReport()
    listed = _read(data, report)
    for start in range(0, len(listed), BATCH):
        with db.write() as session:
            _take(session, listed[start : start + BATCH], report, now=now, by=by)
    return report


def confirm(session: Session, slug: str, *, by: User, now: datetime) -> str:
    """Say that a candidate is somebody readers look for; return the name."""
    return _settle(session, slug, PersonState.CONFIRMED, by=by, now=now)


def dismiss(session: Session, slug: str, *, by: User, now: datetime) -> str:
    """Say that a candidate is nobody readers look for; later imports will not offer the name again."""
    return _settle(session, slug, PersonState.DISMISSED, by=by, now=now)


def _settle(session: Session, slug: str, state: PersonState, *, by: User, now: datetime) -> str:
    waiting = update(Person).where(Person.slug == slug, Person.state == PersonState.CANDIDATE)
    settled = session.execute(waiting.values(state=state)).rowcount  # type: ignore[attr-defined]
    person = session.scalars(select(Person).where(Person.slug == slug)).one_or_none()
    if person is None:
        raise NotFound("There is no such name.")
    if settled:
        audit.record(session, f"person.{state}", subject=slug, at=now, by=by)
        catalogue_changed(session)
    elif person.state != state:
        raise Overtaken(f"{person.name} is {person.state} already.")
    return person.name


def _read(data: bytes, report: PeopleReport) -> list[_Listed]:
    found = _rows(data)
    rows = [[clean_line(cell) for cell in row] for row in found]
    head = _head(rows[0]) if rows else ()
    name_at, aliases_at = (_place(head, _NAME), _place(head, _ALIASES)) if head else (0, 1)
    listed = []
    for number, cells in enumerate(rows, start=1):
        if not any(cells) or (head and number == 1):
            continue
        if _UNDIVIDED.search(_cell(found[number - 1], name_at).strip()):
            report.failures.append(f"line {number}: {_NOT_DIVIDED}")
        elif is_name(name := _cell(cells, name_at)):
            aliases = _cell(cells, aliases_at).split(_SEPARATOR)
            listed.append(_Listed(name, tuple(alias.strip() for alias in aliases if alias.strip())))
        else:
            reason = f"There is no name of up to {MAX_NAME_CHARACTERS} characters in its column."
            report.failures.append(f"line {number}: {reason}")
    return listed


def _rows(data: bytes) -> list[list[str]]:
    try:
        text = io.StringIO(data.decode("utf-8-sig"), newline="")
        mark = delimiter_of(text.readline(), (_NAME, _ALIASES))
        text.seek(0)
        rows = list(csv.reader(text, delimiter=mark, strict=True))
    except UnicodeDecodeError as error:
        raise Invalid(f"It is not UTF-8: byte {error.start} is wrong.") from error
    except csv.Error as error:
        raise Invalid(
            "It is not CSV: a quote does not end, something follows one, or a field has more than "
            f"{csv.field_size_limit():,} characters."
        ) from error
    if mark == _SEPARATOR and rows and rows[0][-1].strip().casefold() == _ALIASES:
        # each alias may stand in a cell of its own, since the same mark divides both
        last = len(rows[0]) - 1
        rows = [[*row[:last], _SEPARATOR.join(row[last:])] for row in rows]
    return rows


def _head(cells: Sequence[str]) -> tuple[str, ...]:
    """Return the names of the columns, where the first line tells them."""
    folded = tuple(cell.casefold() for cell in cells)
    if twice := [column for column in (_NAME, _ALIASES) if folded.count(column) > 1]:
        raise Invalid(f"The first line names the column “{twice[0]}” twice; leave one of them out.")
    if _NAME in folded:
        return folded
    if _ALIASES in folded or (any(cells) and all(_LIKE_A_HEAD.fullmatch(cell) for cell in cells if cell)):
        raise Invalid(
            f"The first line names no column “{_NAME}”. The columns are {_NAME} and {_ALIASES} (separated by "
            f"{_SEPARATOR}); if it is a person already, put the line “{_NAME},{_ALIASES}” above it."
        )
    return ()


def _place(head: Sequence[str], column: str) -> int | None:
    return head.index(column) if column in head else None


def _cell(cells: Sequence[str], place: int | None) -> str:
    return cells[place] if place is not None and place < len(cells) else ""


def _take(
    session: Session, listed: Sequence[_Listed], report: PeopleReport, *, now: datetime, by: User | str
) -> None:
    one_at_a_time(session)
    new = changed = 0
    had = people_called(session, {folded_name(line.name) for line in listed})
    for line in listed:
        folded = folded_name(line.name)
        person = had.get(folded)
        if person is None or person.folded != folded:  # an alias of somebody else is not their name
            person = had[folded] = add_people(session, [line.name], PersonState.CONFIRMED, now=now)[0]
            add_aliases(session, person, line.aliases)
            new += 1
            continue
        promoted, person.state = person.state != PersonState.CONFIRMED, PersonState.CONFIRMED
        if add_aliases(session, person, line.aliases) or promoted:
            changed += 1
    report.new += new
    report.changed += changed
    report.unchanged += len(listed) - new - changed
    if new or changed:
        audit.record(session, "people.imported", at=now, by=by, new=new, changed=changed)
        catalogue_changed(session)
