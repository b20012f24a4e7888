"""The audit trail: who did what, and the chain that shows when somebody edits it.

`record` writes an event in the transaction of its act. `seal` chains new events a moment later, so
that no two writers wait for each other: each seal is an HMAC over the seal before it and the event,
under a key that the database does not hold. `verify` finds an edited, a deleted and, given a head that
was kept elsewhere, a cut-off event.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Connection, Table, bindparam, exists, func, insert, select, text
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

from tipline import clock
from tipline.db import Database
from tipline.errors import Invalid
from tipline.keys import Keyring
from tipline.models import Event, Seal, User
from tipline.prepared import Asked, Prepared, dialect_of, insert_into

READER = "reader"
MACHINE = "tipline"
BATCH = 50  # events of one transaction, for whose time other writers wait
RECENT = 1000  # sealed events; those of one moment become visible in another order than that of their ids
AT_ONCE = 1000  # events that a walk over the chain holds in memory
EMPTY_HEAD = "0:"  # of a chain that has not begun
_HEAD = re.compile(rf"{EMPTY_HEAD}|[1-9][0-9]*:[0-9a-f]{{32}}")
_START = b"\0" * 32
_PURPOSE = "audit"
_SEALED = exists().where(Seal.event_id == Event.id)
EVENTS = cast(Table, Event.__table__)
_NEW_EVENT = insert_into(EVENTS)
_NEW_SEAL = Prepared(insert(cast(Table, Seal.__table__)).inline())
_NEWEST = Prepared(select(Seal.seq, Seal.mac).order_by(Seal.seq.desc()).limit(1))
_ALONE = Prepared(text("SELECT pg_advisory_xact_lock(hashtext('tipline seals'))"))


def record(
    session: Session | Connection,
    kind: str,
    *,
    at: datetime,
    subject: str | None = None,
    by: User | str = MACHINE,
    **data: object,
) -> None:
    """Write the event `kind` (noun.verb) about `subject` into the transaction of its act.

    Args:
        by: the member of staff, or READER or MACHINE.
        data: facts about the act, JSON values; never what a reader wrote or how to reach them.
    """
    staff = by if isinstance(by, User) else None
    _NEW_EVENT.run(
        session,
        {
            "at": at,
            "kind": kind,
            "subject": subject,
            "actor_id": staff.id if staff else None,
            "actor": staff.name if staff else by,
            "data": data,
        },
    )


def row(
    kind: str, *, by: str, at: ColumnElement[datetime], subject: ColumnElement[str]
) -> dict[str, ColumnElement[Any]]:
    """Return the event that `record` would write, without data, as a row of a larger statement."""
    said = {"kind": kind, "actor": by, "data": dict[str, object]()}
    # named, so that no value of the larger statement is taken for one of these
    fixed = {name: bindparam(f"event_{name}", value, EVENTS.c[name].type) for name, value in said.items()}
    return {**fixed, "at": at, "subject": subject}


def seal_new(db: Database, keyring: Keyring, *, now: datetime, limit: int) -> int:
    """Chain up to `limit` events that are not sealed yet; return how many.

    Links are forged outside the write transactions, for which others wait. When somebody else sealed
    meanwhile, the rest is left to the next time.
    """
    with db.read() as session:
        links = _links(session, keyring, now, limit)
    sealed = 0
    for appended in db.write_in_batches(links, BATCH, _append):
        if not appended:
            break
        sealed += appended
    return sealed


def seal(session: Session, keyring: Keyring, *, now: datetime, late: Sequence[int] = ()) -> int:
    """Chain up to `BATCH` events in a transaction that is under way; return how many.

    Who seals meanwhile is waited for.

    Args:
        late: ids, up to `BATCH`, of events from before that are to be sealed as well; see `overlooked`.
    """
    _alone(session)
    links = _links(session, keyring, now, BATCH, late)
    _NEW_SEAL.each(session, links)
    return len(links)


def _links(
    session: Session, keyring: Keyring, now: datetime, limit: int, late: Sequence[int] = ()
) -> list[dict[str, Any]]:
    """Forge the next links of the chain, as rows of its table.

    Looks among the newest events alone, or each look would cost as much as there are events.
    """
    seq, mac = _head(session)
    wanted = EVENTS.c.id > _floor(session)
    if late:
        wanted |= EVENTS.c.id.in_(late)
    unsealed = session.execute(select(EVENTS).where(wanted, ~_SEALED).order_by(EVENTS.c.id).limit(limit))
    # A second later than the act of a reader would tell its second.
    minute, links = clock.to_minute(now), []
    for event in unsealed:
        seq += 1
        mac = keyring.mac(_PURPOSE, mac, str(seq).encode(), canonical(event))
        links.append(
            {"seq": seq, "event_id": event.id, "key_id": keyring.current, "mac": mac, "sealed_at": minute}
        )
    return links


def _append(session: Asked, links: Sequence[dict[str, Any]]) -> int:
    """Store links, if the chain still ends where they begin; return how many were stored."""
    _alone(session)
    seq, _mac = _head(session)
    if seq != links[0]["seq"] - 1:
        return 0
    _NEW_SEAL.each(session, links)
    return len(links)


def _head(session: Asked) -> tuple[int, bytes]:
    return _NEWEST.row(session, {}) or (0, _START)


def _alone(session: Asked) -> None:
    """Keep everybody else from sealing until this transaction ends; on SQLite every writer is alone."""
    if dialect_of(session).name == "postgresql":
        _ALONE.run(session, {})


def overlooked(session: Session) -> list[int]:
    """Return the ids of events that `seal` does not look for any more, and that have no seal.

    Their transaction became visible when `RECENT` later ones were sealed already. Walks over all events.
    """
    missed = select(Event.id).where(Event.id <= _floor(session), ~_SEALED).order_by(Event.id)
    return list(session.scalars(missed))


def _floor(session: Session) -> int:
    """Return the event above which `RECENT` sealed ones stand; what `seal` looks at came after it.

    By the events' own order, or one that was sealed late would bring back all that came since it.
    """
    newest = select(Seal.event_id).order_by(Seal.event_id.desc())
    return session.scalar(newest.offset(RECENT).limit(1)) or 0


def canonical(event: Any) -> bytes:
    """Return the bytes of an event that its seal covers."""
    facts = [
        event.id,
        event.at.isoformat(),
        event.kind,
        event.subject,
        event.actor_id,
        event.actor,
        event.data,
    ]
    return json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()


@dataclass(frozen=True)
class ChainReport:
    """What `verify` found: how much is sealed, the head to keep elsewhere, and what is wrong."""

    sealed: int
    unsealed: int
    head: str
    faults: Sequence[str]


def verify(session: Session, keyring: Keyring, *, head: str | None = None) -> ChainReport:
    """Walk the whole chain.

    Args:
        head: a head ("seq:hex") that was kept off this host: the chain must still contain it.

    Raises:
        Invalid: when `head` is not written like one.
    """
    if head is not None:
        _require_head(head)
    faults: list[str] = []
    mac, expected, seen_head = _START, 1, head in {None, EMPTY_HEAD}
    found = None
    pairs = select(Seal, Event).outerjoin(Event, Event.id == Seal.event_id).order_by(Seal.seq)
    for link, event in session.execute(pairs.execution_options(yield_per=AT_ONCE)):
        if link.seq != expected:
            faults.append(f"Seals {expected} to {link.seq - 1} are missing.")
        if event is None:
            faults.append(f"Event {link.event_id} (seal {link.seq}) was deleted.")
        else:
            right = keyring.mac(_PURPOSE, mac, str(link.seq).encode(), canonical(event), key_id=link.key_id)
            if link.seq == expected and not hmac.compare_digest(right, link.mac):
                faults.append(f"Event {event.id} (seal {link.seq}, {event.kind}) was changed.")
        mac, expected = link.mac, link.seq + 1
        found = head_of(link)
        seen_head = seen_head or found == head
    if not seen_head:
        faults.append(
            f"The chain does not contain the head {head}: its end was cut off, or it was made anew."
        )
    total = session.scalar(select(func.count()).select_from(Event)) or 0
    sealed = (
        session.scalar(select(func.count()).select_from(Seal).join(Event, Event.id == Seal.event_id)) or 0
    )
    return ChainReport(sealed, total - sealed, found or EMPTY_HEAD, faults)


def _require_head(text: str) -> None:
    if not _HEAD.fullmatch(text):
        raise Invalid(
            f"“{text}” is no head; one is written as this prints it, its number, a colon and 32 hexadecimal "
            "digits, for example 12:0f343b0931126a20f133d67c2b018a3b."
        )


def head_of(link: Seal) -> str:
    """Return a seal as a short text that can be kept elsewhere: its number and a digest of its MAC."""
    return f"{link.seq}:{hashlib.sha256(link.mac).hexdigest()[:32]}"
