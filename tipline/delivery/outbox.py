"""The outbox: what has to leave the house, kept as rows until it has.

A row is written in the transaction of what caused it, so that nothing is announced that did not
happen, and nothing that happened stays unannounced. A worker takes a row on a lease; if it dies, the
next one takes the row again. So delivery is at least once, and `marker` lets the other side see twins.
"""

import time
from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tipline.config import Settings
from tipline.db import Database
from tipline.delivery import mail
from tipline.delivery.failure import DeliveryFailed
from tipline.models import Delivery, DeliveryState

LEASE = timedelta(minutes=5)
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=1)
MOST_ATTEMPTS = 8


Sender = Callable[[Database, Settings, Delivery, datetime], None]
SENDERS: Mapping[str, Sender] = {"mail": mail.send_delivery}


def enqueue(session: Session, kind: str, marker: str, payload: Mapping[str, Any], now: datetime) -> None:
    """Put a delivery into the outbox, in the caller's transaction.

    A second one with the same `marker` (up to 100 characters) is left out.
    """
    row = Delivery(kind=kind, marker=marker, payload=dict(payload), due_at=now, created_at=now)
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        return


def drain(
    db: Database,
    settings: Settings,
    now: datetime,
    limit: int = 20,
    senders: Mapping[str, Sender] = SENDERS,
) -> int:
    """Try up to `limit` deliveries that are due, of the kinds in `senders`; return how many were tried.

    A sender works outside any transaction and raises `DeliveryFailed` for what did not get through. Any
    other error is a bug: it goes up, and the delivery is tried again when its lease ends.
    """
    begun = time.monotonic()
    for tried in range(limit):
        moment = now + timedelta(seconds=time.monotonic() - begun)
        delivery = _take(db, senders, moment)
        if delivery is None:
            return tried
        failure = _attempt(senders[delivery.kind], db, settings, delivery, moment)
        with db.write() as session:
            settle(session, delivery, failure, now + timedelta(seconds=time.monotonic() - begun))
    return limit


def _take(db: Database, kinds: Collection[str], now: datetime) -> Delivery | None:
    with db.read() as session:
        if not is_due(session, kinds, now):
            return None
    with db.write() as session:
        return take_next(session, kinds, now)


def _attempt(
    send: Sender, db: Database, settings: Settings, delivery: Delivery, now: datetime
) -> DeliveryFailed | None:
    try:
        send(db, settings, delivery, now)
    except DeliveryFailed as failure:
        return failure
    return None


def is_due(session: Session, kinds: Collection[str], now: datetime) -> bool:
    """Say whether `take_next` would find something; costs no write transaction."""
    return session.scalar(_due(kinds, now).with_only_columns(Delivery.id)) is not None


def take_next(session: Session, kinds: Collection[str], now: datetime) -> Delivery | None:
    """Take the delivery of these kinds that is longest due, on a lease.

    Return None if nothing is due at `now`. Two workers never take the same row: the UPDATE matches it
    only as it was seen. One that ended its worker `MOST_ATTEMPTS` times is given up on the way.
    """
    while (seen := session.scalar(_due(kinds, now))) is not None:
        if seen.attempts >= MOST_ATTEMPTS:
            _change(session, seen, state=DeliveryState.FAILED, error="Its worker did not come back.")
        elif _change(
            session,
            seen,
            state=DeliveryState.SENDING,
            attempts=seen.attempts + 1,
            taken_until=now + LEASE,
        ):
            session.refresh(seen)
            session.expunge(seen)
            return seen
        session.expire_all()
    return None


def settle(session: Session, taken: Delivery, failure: DeliveryFailed | None, now: datetime) -> bool:
    """Write down how a taken delivery went; return False if the lease went to another worker meanwhile.

    What got through is emptied, because nobody needs to read it here again.
    """
    if failure is None:
        return _change(session, taken, state=DeliveryState.DONE, payload={}, taken_until=None, error=None)
    over = failure.permanent or taken.attempts >= MOST_ATTEMPTS
    return _change(
        session,
        taken,
        state=DeliveryState.FAILED if over else DeliveryState.PENDING,
        due_at=now + pause_after(taken.attempts),
        taken_until=None,
        error=failure.message,
    )


def pause_after(attempts: int) -> timedelta:
    """Return how long to leave a delivery alone that failed `attempts` times: doubled each time."""
    return min(FIRST_PAUSE * int(2 ** max(attempts - 1, 0)), LONGEST_PAUSE)


def _due(kinds: Collection[str], now: datetime) -> Select[Delivery]:
    waiting: ColumnElement[bool] = and_(Delivery.state == DeliveryState.PENDING, Delivery.due_at <= now)
    abandoned = and_(Delivery.state == DeliveryState.SENDING, Delivery.taken_until < now)
    return (
        select(Delivery)
        .where(Delivery.kind.in_(kinds), or_(waiting, abandoned))
        .order_by(Delivery.due_at, Delivery.id)
        .limit(1)
    )


def _change(session: Session, seen: Delivery, **values: object) -> bool:
    """Change a delivery if nobody else has since; `attempts` rises with every taking, so it tells."""
    unchanged = (
        Delivery.id == seen.id,
        Delivery.state == seen.state,
        Delivery.attempts == seen.attempts,
    )
    statement = update(Delivery).where(*unchanged).values(**values)
    done = session.execute(statement.returning(Delivery.id), execution_options={"synchronize_session": False})
    return done.first() is not None
