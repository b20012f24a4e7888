"""Reads of the audit trail, each bounded, however long the trail is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from tipline import audit
from tipline.models import Event, Seal, User

PAGE = 50
# How far back the newest events are looked through for one that is not sealed yet.
UNSEALED_WITHIN = 2000


@dataclass(frozen=True)
class Asked:
    """What the trail is filtered by; an empty text filters nothing.

    `actor` is "reader", "tipline" or a user's e-mail address; `after` is the id of the last event of
    the page before.
    """

    actor: str = ""
    kind: str = ""
    subject: str = ""
    after: int | None = None


@dataclass(frozen=True)
class Row:
    """An event, and whether it is sealed."""

    event: Event
    sealed: bool


@dataclass(frozen=True)
class Chain:
    """How the chain of seals stands, as far as counting tells; only `audit verify` walks it."""

    sealed: int
    unsealed: int
    oldest_unsealed_at: datetime | None
    head: str


def events(session: Session, asked: Asked) -> tuple[Sequence[Row], int | None]:
    """Return a page of events, newest first, and what `after` has to be for the next page, or None."""
    statement = (
        select(Event, Seal.seq)
        .outerjoin(Seal, Seal.event_id == Event.id)
        .where(*_conditions(session, asked))
        .order_by(Event.id.desc())
        .limit(PAGE + 1)
    )
    rows = [Row(event, seq is not None) for event, seq in session.execute(statement)]
    more = rows[PAGE - 1].event.id if len(rows) > PAGE else None
    return rows[:PAGE], more


def kinds(session: Session) -> list[str]:
    """Return every kind of event there is, jumping from one to the next in the index."""
    each = select(func.min(Event.kind).label("kind")).cte("kinds", recursive=True)
    following = select(func.min(Event.kind)).where(Event.kind > each.c.kind).scalar_subquery()
    each = each.union_all(select(following).where(each.c.kind.is_not(None)))
    return [kind for kind in session.scalars(select(each.c.kind)) if kind is not None]


def staff(session: Session) -> Sequence[User]:
    """Return everybody who may have acted, by name."""
    return session.scalars(select(User).order_by(func.lower(User.name), User.id)).all()


def chain(session: Session) -> Chain:
    """Count what is sealed and what waits for it."""
    head = session.scalars(select(Seal).order_by(Seal.seq.desc()).limit(1)).first()
    newest = select(Event.id, Event.at).order_by(Event.id.desc()).limit(UNSEALED_WITHIN).subquery()
    waiting = (
        select(func.count(), func.min(newest.c.at))
        .select_from(newest)
        .outerjoin(Seal, Seal.event_id == newest.c.id)
        .where(Seal.event_id.is_(None))
    )
    unsealed, oldest = session.execute(waiting).one()
    return Chain(head.seq if head else 0, unsealed, oldest, audit.head_of(head) if head else "0:")


def _conditions(session: Session, asked: Asked) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if asked.actor:
        conditions.append(_by(session, asked.actor))
    if asked.kind:
        conditions.append(Event.kind == asked.kind)
    if asked.subject:
        conditions.append(Event.subject == asked.subject)
    if asked.after is not None:
        conditions.append(Event.id < asked.after)
    return conditions


def _by(session: Session, actor: str) -> ColumnElement[bool]:
    if actor in {audit.READER, audit.MACHINE}:
        return and_(Event.actor_id.is_(None), Event.actor == actor)
    user_id = session.scalar(select(User.id).where(User.email == actor.lower()))
    return Event.actor_id == (user_id if user_id is not None else -1)
