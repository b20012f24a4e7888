"""Follow the rules of retention: in small transactions, each with its event, again and again without harm.

Candidates are read in a snapshot; each batch asks again under its lock. So a purge may be killed at any
moment, and two of them may run at once: what one has erased the other does not find. The audit trail is
told the rule and how many, nothing that points at a tip.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, inspect, select
from sqlalchemy.orm import Session

from tipline import audit
from tipline.config import Settings
from tipline.db import Database
from tipline.keeping.due import TABLES, Conditions, rows_due, tips_due
from tipline.keeping.erase import (
    erase_attachments,
    erase_contacts,
    erase_files,
    erase_messages,
    erase_tips,
    lock_tips,
)
from tipline.keeping.rules import Desk, Rule, rules_of
from tipline.models import Tip
from tipline.terms import Datum

BATCH = 25  # tips in one transaction: with files and links they hold the lock for a few milliseconds
ROWS = 500  # of data that belong to no tip
EVENT = "retention.purged"


@dataclass(frozen=True)
class Purged:
    """How many tips, or rows, a rule reached."""

    rule: Rule
    count: int


Progress = Callable[[Purged], None]


def plan(db: Database, settings: Settings, now: datetime) -> list[Purged]:
    """Say what `purge` would do at `now`, rule by rule, without doing it."""
    with db.read() as session:
        return [Purged(rule, _count(session, rule, settings, now)) for rule in rules_of(settings)]


def purge(
    db: Database, settings: Settings, now: datetime, *, progress: Progress = lambda _: None
) -> list[Purged]:
    """Erase what is due at `now`; return how much each rule reached.

    Args:
        progress: told after each transaction what it did.
    """
    done = []
    for rule in rules_of(settings):
        total = 0
        for count in _follow(db, rule, settings, now):
            total += count
            progress(Purged(rule, count))
        done.append(Purged(rule, total))
    return done


def _follow(db: Database, rule: Rule, settings: Settings, now: datetime) -> Iterator[int]:
    if rule.cutoff(now) is None:
        return
    if isinstance(rule.data, Desk):
        yield from _rows(db, rule, rule.data, now)
        return
    due = tips_due(rule, now, settings.retention_grace_days)
    with db.read() as session:
        waiting = list(session.scalars(select(Tip.id).where(*due).order_by(Tip.id)))
    for start in range(0, len(waiting), BATCH):
        with db.write() as session:
            count = _tips(session, rule, [Tip.id.in_(waiting[start : start + BATCH]), *due], now)
            _record(session, rule, count, now)
        yield count


def _tips(session: Session, rule: Rule, due: Conditions, now: datetime) -> int:
    still = lock_tips(session, due)
    if not still:
        return 0
    if rule.data is Datum.TEXT:
        erase_tips(session, still, now)
    elif rule.data is Datum.CONTACT:
        erase_contacts(session, still, now)
    elif rule.data is Datum.MESSAGES:
        erase_messages(session, still, now)
    else:
        erase_files(session, still, Datum(rule.data), now)
    return len(still)


def _rows(db: Database, rule: Rule, desk: Desk, now: datetime) -> Iterator[int]:
    cutoff = rule.cutoff(now)
    if cutoff is None:
        return
    table, conditions = TABLES[desk], rows_due(desk, cutoff)
    key = inspect(table).primary_key[0]
    chosen = select(key).where(*conditions).limit(ROWS)
    with db.read() as session:
        keys = session.scalars(chosen).all()
    while keys:
        with db.write() as session:
            still = select(key).where(key.in_(keys), *conditions).with_for_update()
            batch = session.scalars(still).all()
            if desk is Desk.STAGED:
                erase_attachments(session, [key.in_(batch)], now)
            else:
                session.execute(delete(table).where(key.in_(batch)))
            _record(session, rule, len(batch), now)
        yield len(batch)
        with db.read() as session:
            keys = session.scalars(chosen).all()


def _count(session: Session, rule: Rule, settings: Settings, now: datetime) -> int:
    cutoff = rule.cutoff(now)
    if cutoff is None:
        return 0
    if isinstance(rule.data, Desk):
        counted = select(func.count()).select_from(TABLES[rule.data]).where(*rows_due(rule.data, cutoff))
    else:
        counted = select(func.count()).select_from(Tip)
        counted = counted.where(*tips_due(rule, now, settings.retention_grace_days))
    return session.scalar(counted) or 0


def _record(session: Session, rule: Rule, count: int, now: datetime) -> None:
    if count:
        audit.record(session, EVENT, subject=rule.name, at=now, count=count)
