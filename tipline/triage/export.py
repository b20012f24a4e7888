"""Give out the tips of a list as CSV or as JSON, a line for each, in steps of bounded memory.

Each step reads its tips in a snapshot of its own, so that an export of a million tips holds neither memory
nor a transaction for minutes. Tips that named people alone may see are left out. How to reach tipsters is
left out too, unless somebody who may open contacts asks for it with a reason: then each opening stands in the
history of its tip before its line is given out.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from tipline import audit, clock
from tipline.db import Database
from tipline.errors import Forbidden, Invalid
from tipline.keeping.contact import PARTS, opened_contact
from tipline.keys import Keyring, SealBroken
from tipline.models import Contact, Desk, Permission, Story, Tag, Tip, User, show_ref
from tipline.search.among import is_among
from tipline.search.query import Asker
from tipline.search.tips import find_tips
from tipline.text.spreadsheet import BYTE_ORDER_MARK, csv_line
from tipline.text.times import iso
from tipline.triage.contact import reason_of
from tipline.triage.listing import Listing
from tipline.triage.queries import conditions_of, query_of

STEP = 500
COLUMNS = (
    "ref", "received_at", "state", "kind", "channel", "how", "about", "happened", "place", "link", "language",
    "story", "assignee", "tags", "files", "decided_at", "reason", "reason_text", "body",
)  # fmt: skip


Values = dict[str, Any]  # a tip by the names of its columns, and its id


class Format(StrEnum):
    CSV = "csv"
    JSONL = "jsonl"


MEDIA_TYPES = {Format.CSV: "text/csv; charset=utf-8", Format.JSONL: "application/x-ndjson"}


class UnclearSearch(Invalid):
    """Not all of a search can be read, so that it finds more than was asked for."""


@dataclass(frozen=True)
class Export:
    """Which tips are given out, how, and by whom; `why` is the reason for giving out contacts too.

    Raises:
        UnclearSearch: however it is made, since nobody sees what a file holds too much.
    """

    listing: Listing
    format: Format
    by: User | str
    asker: Asker
    why: str = ""

    def __post_init__(self) -> None:
        if unclear := query_of(self.listing, self.asker).unclear:
            said = "Nothing was exported, because not all of the search can be read."
            raise UnclearSearch(" ".join((said, *unclear)))

    @property
    def columns(self) -> tuple[str, ...]:
        return (*COLUMNS, *PARTS) if self.why else COLUMNS

    @classmethod
    def of(
        cls, listing: Listing, name: str, *, contacts: bool, reason: str, by: User, asker: Asker
    ) -> "Export":
        """Read what a form asks for.

        Raises:
            Invalid: when there is no such format, or contacts are asked for without a reason.
            Forbidden: when they are asked for by somebody who may not open them.
        """
        if name not in set(Format):
            raise Invalid("Choose CSV or JSON lines.")
        if contacts and not by.may(Permission.OPEN_SEALED):
            raise Forbidden("Your role does not open contacts, so it cannot export them.")
        return cls(listing, Format(name), by, asker, reason_of(reason) if contacts else "")


def record_export(session: Session, export: Export, *, now: datetime) -> None:
    """Write down that tips are given out, and which list of them; not the words that were searched for."""
    listing = export.listing
    named = {"view": listing.view, "state": listing.state or "all", "of_kind": listing.kind}
    audit.record(
        session, "tips.exported", by=export.by, at=now, format=export.format, searched=listing.is_search,
        contacts=bool(export.why), why=export.why or None, **named,
    )  # fmt: skip


def lines(db: Database, keyring: Keyring, export: Export) -> Iterator[str]:
    """Yield the file, a line at a time."""
    write = _writer(export)
    if export.format is Format.CSV:
        yield BYTE_ORDER_MARK + csv_line(export.columns)
    for tips in _steps(db, export):
        contacts = _contacts(db, keyring, export, tips) if export.why else {}
        for tip in tips:
            yield write({**tip, **contacts.get(tip["id"], {})})


def _writer(export: Export) -> Callable[[Values], str]:
    if export.format is Format.CSV:
        return lambda values: csv_line([_cell(values.get(name)) for name in export.columns])
    return lambda values: (
        json.dumps({name: values.get(name) for name in export.columns}, ensure_ascii=False) + "\n"
    )


def _cell(value: object) -> object:
    return "; ".join(map(str, value)) if isinstance(value, list) else value


def _steps(db: Database, export: Export) -> Iterator[list[Values]]:
    """Yield the tips of the list in steps, newest first."""
    listing = replace(export.listing, sort=None, after="")
    also = [*conditions_of(listing, export.asker), Tip.restricted.is_(False), Tip.escalated_at.is_(None)]
    before: int | None = None
    while True:
        with db.read() as session:
            query = query_of(listing, export.asker)
            found = find_tips(session, query, before, STEP, also, asker=export.asker)
            tips = _read(session, found.ids)
        if tips:
            yield tips
        if found.further is None:
            return
        before = found.further


def _read(session: Session, ids: list[int]) -> list[Values]:
    if not ids:
        return []
    assignee = aliased(User)
    columns = select(
        Tip.id, Tip.ref, Tip.received_at, Tip.state, Tip.kind, Tip.channel, Tip.how, Tip.about, Tip.happened,
        Tip.place, Tip.link, Tip.language, Story.slug.label("story"),
        func.coalesce(assignee.name, Desk.name).label("assignee"),
        Tip.files, Tip.decided_at, Tip.reason, Tip.reason_text, Tip.body,
    )  # fmt: skip
    columns = columns.outerjoin(Story, Story.id == Tip.story_id)
    columns = columns.outerjoin(assignee, assignee.id == Tip.assignee_id)
    columns = columns.outerjoin(Desk, Desk.id == Tip.desk_id)
    tags: dict[int, list[str]] = {}
    tagged = select(Tag.tip_id, Tag.name).join(Tip, Tip.id == Tag.tip_id).where(is_among(session, ids))
    for tip_id, name in session.execute(tagged.order_by(Tag.name)):
        tags.setdefault(tip_id, []).append(name)
    rows = session.execute(columns.where(is_among(session, ids))).mappings()
    read = {row["id"]: {**row, "tags": tags.get(row["id"], [])} for row in rows}
    return [_values(read[tip_id]) for tip_id in ids if tip_id in read]


def _values(row: dict[str, Any]) -> Values:
    times = {name: _iso(row[name]) for name in ("received_at", "decided_at")}
    return {**row, **times, "ref": show_ref(row["ref"])}


def _iso(at: datetime | None) -> str | None:
    return iso(at) if at else None


def _contacts(
    db: Database, keyring: Keyring, export: Export, tips: list[Values]
) -> dict[int, dict[str, str]]:
    """Open the contacts of some tips, those whose tipster wants to be forgotten left out."""
    opened: dict[int, dict[str, str]] = {}
    with db.write() as session:
        sealed = select(Contact, Tip.ref).join(Tip, Tip.id == Contact.tip_id)
        sealed = sealed.where(is_among(session, [tip["id"] for tip in tips]), Contact.sealed.is_not(None))
        now = clock.now()
        for contact, ref in session.execute(sealed.where(Tip.erasure_wanted.is_(None))):
            with suppress(SealBroken):  # its key is gone, so that nobody sees it
                parts = opened_contact(keyring, ref, contact.sealed or b"", key_id=contact.key_id)
                audit.record(session, "tip.contact_opened", subject=ref, by=export.by, at=now, why=export.why)
                opened[contact.tip_id] = parts
    return opened
