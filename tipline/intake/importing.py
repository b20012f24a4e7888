"""Take tips from a file: what another desk, a spreadsheet or our own export holds, with the form's checks.

Each row is checked as if a reader had sent it, and one that is refused does not keep the others out. A row
gets the ref that it names, or one made of its words, so that a file that broke off, or was given twice, adds
only what is not here yet. Imported tips have no receipt, since nobody holds its words.
"""

import csv
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import chain, islice
from pathlib import Path
from typing import IO, Any

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from tipline import audit, clock
from tipline.db import Database
from tipline.errors import Invalid, NotFound
from tipline.intake.actions import Answers, group_columns, tip_columns
from tipline.intake.forms import TipForm
from tipline.intake.storing import store
from tipline.keeping.contact import sealed_contact
from tipline.keys import Keyring
from tipline.models import Channel, Tip, new_ref, parse_ref
from tipline.models.ref import ALPHABET, LENGTH
from tipline.text.clean import clean, clean_line
from tipline.text.spreadsheet import as_written, delimiter_of

BATCH = 100
MAX_ROW_CHARACTERS = 200_000
ANSWERS = (
    "body",
    "kind",
    "about",
    "happened",
    "place",
    "how",
    "link",
    "name",
    "email",
    "phone",
    "contact_ok",
)
OURS = ("ref", "received_at", "story", "language")
# Columns of an export that say what a newsroom decided: an imported tip is decided anew.
LET_BE = frozenset({"state", "channel", "assignee", "tags", "files", "decided_at", "reason", "reason_text"})
COLUMNS = frozenset({*ANSWERS, *OURS, *LET_BE})

Row = tuple[int, Mapping[str, Any] | str]  # its line, and what it holds, or why it cannot be read


@dataclass
class TipsReport:
    """What came of a file of tips."""

    new: int = 0
    unchanged: int = 0  # here already
    failures: list[str] = field(default_factory=list)

    def counts(self) -> dict[str, int]:
        """Return the counts by name, in the order people read them."""
        return {"new": self.new, "unchanged": self.unchanged, "refused": len(self.failures)}


@dataclass(frozen=True)
class _Arriving:
    """A row that passed the checks."""

    ref: str
    named: bool  # the file gave the ref
    answers: Answers
    received_at: datetime
    story: str


def import_tips(
    db: Database, keyring: Keyring, file: Path, *, now: datetime, progress: Callable[[int], object]
) -> TipsReport:
    """Take the tips of a .csv or .jsonl file; `progress` is told how many rows were looked at.

    Raises:
        Invalid: when the file is neither, is not UTF-8, or has a column that we do not know, or one twice.
    """
    report = TipsReport()
    with file.open(encoding="utf-8-sig", newline="") as text, Flask(__name__).app_context():
        rows = _rows(text, file.suffix.lower())
        while batch := list(islice(rows, BATCH)):
            arriving = [each for row in batch if (each := _checked(row, keyring, now, report)) is not None]
            with db.write() as session:
                _take(session, keyring, arriving, report, now=now)
            db.give_way()
            progress(len(batch))
    with db.write() as session:
        audit.record(
            session, "tips.imported", at=now, new=report.new, unchanged=report.unchanged,
            refused=len(report.failures),
        )  # fmt: skip
    return report


def count_rows(file: Path) -> int:
    """Return how many lines a file has, which is about how many rows.

    Raises:
        Invalid: when it is not UTF-8; nothing of it is taken then.
    """
    try:
        with file.open(encoding="utf-8-sig") as text:
            return sum(1 for _ in text)
    except UnicodeDecodeError as error:
        raise Invalid(f"{file.name} is not UTF-8: {error.reason}. Nothing was taken.") from error


def _rows(text: IO[str], suffix: str) -> Iterator[Row]:
    if suffix == ".csv":
        return _csv_rows(text)
    if suffix in {".jsonl", ".ndjson"}:
        return _json_rows(text)
    raise Invalid("Tips are taken from a .csv or a .jsonl file.")


def _csv_rows(text: IO[str]) -> Iterator[Row]:
    csv.field_size_limit(MAX_ROW_CHARACTERS)
    line = 1
    try:
        head = text.readline()
        reader = csv.reader(chain([head], text), delimiter=delimiter_of(head, COLUMNS), strict=True)
        names = [clean_line(name).lower() for name in next(reader, [])]
        _require_known(names)
        line = reader.line_num + 1
        for cells in reader:
            if len(cells) > len(names):
                yield line, "There are more cells than columns."
            elif any(cells):
                yield line, {name: as_written(cell) for name, cell in zip(names, cells, strict=False)}
            line = reader.line_num + 1
    except csv.Error as error:
        why = "a quote does not end, something follows one, or a cell is too long"
        raise Invalid(f"Line {line} is not CSV: {why}. What stood before it was taken.") from error


def _require_known(names: list[str]) -> None:
    unknown = ", ".join(name or "one without a name" for name in names if name not in COLUMNS)
    if unknown:
        raise Invalid(f"There are columns we do not know: {unknown}. We know {', '.join((*ANSWERS, *OURS))}.")
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise Invalid(f"There are columns twice: {', '.join(twice)}; leave one of each out.")
    if "body" not in names:
        raise Invalid("There is no column “body”, and its text is what makes a tip.")


def _json_rows(text: IO[str]) -> Iterator[Row]:
    for number, line in enumerate(text, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line) if len(line) <= MAX_ROW_CHARACTERS else None
        except (ValueError, RecursionError):
            row = None
        if not isinstance(row, dict):
            yield number, "It is no JSON object."
        elif unknown := sorted(set(row) - COLUMNS):
            yield number, f"There are names we do not know: {clean_line(', '.join(unknown))[:100]}."
        else:
            yield number, row


def _checked(row: Row, keyring: Keyring, now: datetime, report: TipsReport) -> _Arriving | None:
    line, held = row
    if isinstance(held, str):
        report.failures.append(f"line {line}: {held}")
        return None
    told = {name: _written(value) for name, value in held.items() if value is not None}
    form = TipForm(MultiDict({name: told[name] for name in ANSWERS if told.get(name)}), meta={"csrf": False})
    valid = form.validate()
    try:
        ref = parse_ref(told["ref"]) if told.get("ref") else ""
        received = _received(told.get("received_at", ""), now)
    except NotFound:
        report.failures.append(f"line {line}: “{told['ref'][:20]}” is no reference of a tip.")
        return None
    except ValueError:
        sentence = "Its received_at is no time that has been, such as 2026-03-02T09:30:00Z."
        report.failures.append(f"line {line}: {sentence}")
        return None
    if not valid:
        report.failures.append(f"line {line}: {' '.join(form.sentences().values())}")
        return None
    answers = form.answers(language=clean_line(told.get("language", ""))[:16] or None)
    answers = replace(answers, channel=Channel.IMPORT)
    made = _ref_of(keyring, answers, told.get("received_at", ""))
    return _Arriving(ref or made, bool(ref), answers, received, clean_line(told.get("story", ""))[:200])


def _written(value: object) -> str:
    if isinstance(value, bool):
        return "y" if value else ""
    return clean(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


def _received(text: str, now: datetime) -> datetime:
    """Read a time; one without a zone is UTC.

    Raises:
        ValueError: when it is none, or lies ahead.
    """
    if not text:
        return clock.to_minute(now)
    at = datetime.fromisoformat(text.strip())
    try:
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(text) from error
    if at > now:
        raise ValueError(text)
    return clock.to_minute(at)


def _ref_of(keyring: Keyring, answers: Answers, received: str) -> str:
    """Return the ref that a row gets each time it is read."""
    words = json.dumps([vars(answers), received], sort_keys=True, default=str).encode()
    number = int.from_bytes(keyring.mac("import", words, key_id=min(keyring.keys)))
    return "".join(ALPHABET[(number >> 5 * place) & 31] for place in range(LENGTH))


def _take(
    session: Session, keyring: Keyring, arriving: list[_Arriving], report: TipsReport, *, now: datetime
) -> None:
    refs = [each.ref for each in arriving]
    here = {ref: body for ref, body in session.execute(select(Tip.ref, Tip.body).where(Tip.ref.in_(refs)))}  # noqa: C416
    for each in arriving:
        if each.ref in here and (each.named or here[each.ref] in {each.answers.body, ""}):
            report.unchanged += 1
            continue
        ref = new_ref() if each.ref in here else each.ref  # another tip has the ref by chance
        here[ref] = each.answers.body
        answers = each.answers
        columns = tip_columns(answers, ref=ref, received_at=each.received_at)
        group = group_columns(answers.kind, 0.0, each.received_at)
        contact = sealed_contact(keyring, ref, vars(answers), may_contact=answers.contact_ok)
        store(session, columns, group, contact, story=each.story)
        audit.record(session, "tip.received", subject=ref, at=clock.to_minute(now), channel=Channel.IMPORT)
        report.new += 1
