"""Carry out what lies in the outbox: take, send outside any transaction, settle."""

import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from tipline.config import Settings
from tipline.db import Database
from tipline.delivery import mail, outbox
from tipline.models import Delivery

Sender = Callable[[Database, Settings, Delivery, datetime], None]
SENDERS: Mapping[str, Sender] = {"mail": mail.send_delivery}


def drain(
    db: Database,
    settings: Settings,
    now: datetime,
    limit: int,
    senders: Mapping[str, Sender] = SENDERS,
) -> int:
    """Try up to `limit` deliveries that are due, of the kinds in `senders`; return how many were tried.

    A sender raises `DeliveryFailed` for what did not get through. Any other error is a bug: it goes up,
    and the delivery is tried again when its lease ends.
    """
    begun = time.monotonic()
    for tried in range(limit):
        moment = now + timedelta(seconds=time.monotonic() - begun)
        delivery = _take(db, senders, moment)
        if delivery is None:
            return tried
        failure = _attempt(db, settings, delivery, moment, senders[delivery.kind])
        with db.write() as session:
            outbox.settle(session, delivery, failure, now + timedelta(seconds=time.monotonic() - begun))
    return limit


def _take(db: Database, senders: Mapping[str, Sender], now: datetime) -> Delivery | None:
    with db.read() as session:
        if not outbox.is_due(session, senders, now):
            return None
    with db.write() as session:
        return outbox.take_next(session, senders, now)


def _attempt(
    db: Database, settings: Settings, delivery: Delivery, now: datetime, send: Sender
) -> outbox.DeliveryFailed | None:
    try:
        send(db, settings, delivery, now)
    except outbox.DeliveryFailed as failure:
        return failure
    return None
