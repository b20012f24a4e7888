"""Seal everything anew under the newest key, while serving.

Rows are read in a snapshot, opened and sealed outside of any transaction, and written by an UPDATE that
matches a row only as it was read: what a reader erased, or another rotation sealed, meanwhile is left
alone. Most of the work is not sealing but the index of senders, whose hashes are strewn: two of its pages
for each row. How many rows one transaction takes follows from how long the last one held the lock.

A rotation that was killed is gone on with by the next one, since each row says its key.
A pass may miss what a request that began under the old key stores behind it, so passes follow until one
finds nothing. What does not open (its key is gone, or somebody changed the row) is counted and left.
Receipts are hashed under the key of their form's token and cannot be hashed anew, because nobody knows
their words; seals of the audit trail neither, because they are a chain. So old keys stay in the ring.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Table, bindparam, func, select, update
from sqlalchemy.orm import Session

from tipline.db import Database
from tipline.keeping.contact import resealed_contact
from tipline.keys import SETTLED_SECONDS, Keyring, SealBroken
from tipline.models import Attachment, Contact, Receipt, Seal, Tip

LOCK_SECONDS = 0.02  # aimed at: how long other writers wait for one of our transactions
FIRST_ROWS, FEWEST_ROWS, MOST_ROWS = 100, 25, 2_000  # in one transaction
CONTACTS = cast(Table, Contact.__table__)
ATTACHMENTS = cast(Table, Attachment.__table__)
# What of an attachment is sealed by the ring, and the name that binds it to its column.
FILE_PARTS = {"sealed_file_key": "file_key", "sealed_name": "name", "sealed_facts": "facts"}
_CONTACT = select(Contact.id, Contact.key_id, Contact.sealed, Tip.ref).join(Tip, Tip.id == Contact.tip_id)
_FILE = select(
    Attachment.id, Attachment.key_id, Attachment.ref, *(getattr(Attachment, name) for name in FILE_PARTS)
)


@dataclass(frozen=True)
class Resealed:
    """How many rows were sealed anew, and how many did not open."""

    count: int
    broken: int


@dataclass(frozen=True)
class Held:
    """How many rows still need a key, by kind."""

    key_id: str
    state: str
    counts: Mapping[str, int]


Progress = Callable[[int], None]


def reseal(db: Database, ring: Keyring, *, progress: Progress = lambda _: None) -> Resealed:
    """Seal contacts, and keys, names and facts of files, under the ring's current key.

    Args:
        progress: told after each transaction how many rows it has done.
    """
    total, again = 0, True
    while again:
        passed = [_pass(db, each, progress) for each in (_Contacts(ring), _Files(ring))]
        total += sum(each.count for each in passed)
        if again := any(each.count for each in passed):
            time.sleep(SETTLED_SECONDS)
    db.empty_log()  # only now does all of it survive a power cut, and nothing old stands in the log
    return Resealed(total, sum(each.broken for each in passed))


def waiting(session: Session, ring: Keyring) -> int:
    """Return how many rows are sealed under another key than the current one."""
    contacts = select(func.count()).where(Contact.key_id != ring.current, Contact.sealed.is_not(None))
    files = select(func.count()).where(Attachment.key_id != ring.current)
    return (session.scalar(contacts) or 0) + (session.scalar(files) or 0)


def held(session: Session, ring: Keyring) -> list[Held]:
    """Say what each key still holds, the current one first; also keys that are not in the ring."""
    found: dict[str, dict[str, int]] = {key_id: {} for key_id in ring.keys}
    kinds = {
        "contacts": select(Contact.key_id, func.count()).where(Contact.sealed.is_not(None)),
        "files": select(Attachment.key_id, func.count()),
        "receipts": select(Receipt.key_id, func.count()),
        "audit": select(Seal.key_id, func.count()),
    }
    for kind, counted in kinds.items():
        for key_id, count in session.execute(counted.group_by("key_id")):
            found.setdefault(key_id, {})[kind] = count
    return [
        Held(key_id, _state(ring, key_id, counts), {kind: counts.get(kind, 0) for kind in kinds})
        for key_id, counts in found.items()
    ]


def _state(ring: Keyring, key_id: str, counts: Mapping[str, int]) -> str:
    if key_id == ring.current:
        return "in use"
    if key_id not in ring.keys:
        return "MISSING: what it holds does not open"
    return "" if counts else "holds nothing"


class _Contacts:
    """How contacts are read, sealed anew and written."""

    def __init__(self, ring: Keyring) -> None:
        self._ring = ring
        self.rows = _CONTACT.where(Contact.key_id != ring.current, Contact.sealed.is_not(None))
        self.id = Contact.id
        unchanged = CONTACTS.c.id == bindparam("row_id"), CONTACTS.c.sealed == bindparam("was")
        self.write = update(CONTACTS).where(*unchanged)

    def again(self, row: Any) -> dict[str, object]:
        sealed = resealed_contact(self._ring, row.ref, row.sealed, key_id=row.key_id)
        return {"row_id": row.id, "was": row.sealed, **sealed}


class _Files:
    """How the sealed columns of attachments are read, sealed anew and written."""

    def __init__(self, ring: Keyring) -> None:
        self._ring = ring
        self.rows = _FILE.where(Attachment.key_id != ring.current)
        self.id = Attachment.id
        # A name or facts that came or went meanwhile leave the row to the next pass.
        same = [
            ATTACHMENTS.c[name].is_not_distinct_from(bindparam(f"was_{name}", type_=ATTACHMENTS.c[name].type))
            for name in FILE_PARTS
        ]
        self.write = update(ATTACHMENTS).where(ATTACHMENTS.c.id == bindparam("row_id"), *same)

    def again(self, row: Any) -> dict[str, object]:
        was = {name: getattr(row, name) for name in FILE_PARTS}
        new = {name: self._part(row, name, sealed) for name, sealed in was.items()}
        before = {f"was_{name}": sealed for name, sealed in was.items()}
        return {"row_id": row.id, "key_id": self._ring.current, **new, **before}

    def _part(self, row: Any, name: str, sealed: bytes | None) -> bytes | None:
        if not sealed:
            return sealed
        bound_to = f"attachment {FILE_PARTS[name]}:{row.ref}"
        clear = self._ring.open(sealed, key_id=row.key_id, bound_to=bound_to)
        return self._ring.seal(clear, bound_to=bound_to)


class _Pace:
    """How many rows the next transaction takes, by how long the last ones held the lock.

    By steps, since one slow disk write in between says little about the rows.
    """

    def __init__(self) -> None:
        self.rows = min(FIRST_ROWS, MOST_ROWS)

    def took(self, seconds: float) -> None:
        fitting = int(self.rows * LOCK_SECONDS / max(seconds, 0.001))
        step = min(max(fitting, self.rows // 2), self.rows + self.rows // 4 + 1)
        self.rows = min(max(step, FEWEST_ROWS), MOST_ROWS)


def _pass(db: Database, kind: _Contacts | _Files, progress: Progress) -> Resealed:
    """Walk through a table once by its primary key."""
    count = broken = last = 0
    pace = _Pace()
    while True:
        with db.read() as session:
            rows = session.execute(kind.rows.where(kind.id > last).order_by(kind.id).limit(pace.rows)).all()
        if not rows:
            return Resealed(count, broken)
        last = rows[-1].id
        sealed, failed = _again(kind, rows)
        if sealed:
            pace.took(_write(db, kind, sealed))
            db.give_way()
        count, broken = count + len(sealed), broken + failed
        progress(len(rows))


def _write(db: Database, kind: _Contacts | _Files, sealed: list[dict[str, object]]) -> float:
    """Write rows in one transaction; return for how many seconds it held the lock."""
    with db.write_batch() as session:
        began = time.monotonic()
        session.connection().execute(kind.write, sealed)
    return time.monotonic() - began


def _again(kind: _Contacts | _Files, rows: Sequence[Any]) -> tuple[list[dict[str, object]], int]:
    sealed, failed = [], 0
    for row in rows:
        try:
            sealed.append(kind.again(row))
        except SealBroken:
            failed += 1
    return sealed, failed
