"""The mail that says “There is news on your tip”, and nothing else.

Only a tipster who asked for it gets it. What lies in the outbox is the tip's number alone: the contact is
opened here, in the worker, when the mail is about to go, and each opening is in the audit trail. After one
such mail there is no other for twelve hours, whatever happens, until the tipster has come back to the
receipt's page (`come_back`), which forgets that there was a mail and so notes no time of theirs.
"""

import json
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from tipline import audit, clock
from tipline.config import Settings
from tipline.db import Database
from tipline.delivery import mail, outbox
from tipline.delivery.failure import DeliveryFailed
from tipline.keys import Keyring, SealBroken
from tipline.languages import DEFAULT, N_
from tipline.models import Contact, Delivery, Direction, Message, Tip
from tipline.text.language import catalogue, spoken

KIND = "ping"
ONE_EACH = timedelta(hours=12)
SUBJECT = N_("There is news on your tip.")
TEXT = N_("There is news on your tip. To read it, open our site as you did before and use your six words.")


def can_ping(settings: Settings) -> bool:
    """Say whether such a mail can be promised to anybody."""
    return bool(settings.smtp_url)


def announce(session: Session, tip_id: int, news: str, *, due: datetime) -> None:
    """Put the mail about a piece of news into the outbox, in the transaction that makes it.

    Args:
        news: names it, so that it is announced once: up to 90 characters.
        due: when the tipster can read it.
    """
    wanted = select(Contact.id).where(Contact.tip_id == tip_id, Contact.ping, Contact.sealed.is_not(None))
    if session.scalar(wanted) is not None:
        outbox.enqueue(session, KIND, f"{KIND}-{news}", {"tip": tip_id}, due)


def announce_message(session: Session, message: Message) -> None:
    """Announce what the newsroom wrote, for the moment at which it can no longer be taken back."""
    assert message.send_at is not None, "only the tipster's own messages have no such moment"
    announce(session, message.tip_id, f"message-{message.ref}", due=message.send_at)


def come_back(session: Session, tip_id: int) -> None:
    """Note that a tipster has come back, by forgetting that they were written to."""
    session.execute(update(Contact).where(Contact.tip_id == tip_id).values(pinged_at=None))


def send(db: Database, settings: Settings, delivery: Delivery, now: datetime, *, keyring: Keyring) -> None:
    """Send a delivery of the kind “ping”, if there still is news and somebody who wants to hear of it."""
    if not can_ping(settings):
        return
    with db.write() as session:
        letter = _letter(session, keyring, delivery, now)
    if letter is not None:
        mail.send(settings, letter)


def send_due(db: Database, settings: Settings, keyring: Keyring, now: datetime) -> int:
    """Send what is due, as a duty of the worker; return how many were tried."""
    return outbox.drain(db, settings, now, senders={KIND: partial(send, keyring=keyring)})


def _letter(session: Session, keyring: Keyring, delivery: Delivery, now: datetime) -> mail.Letter | None:
    tip = session.get(Tip, delivery.payload["tip"])
    contact = session.scalars(select(Contact).where(Contact.tip_id == delivery.payload["tip"])).one_or_none()
    if tip is None or contact is None or contact.sealed is None or not _is_news(session, tip, delivery):
        return None
    # A second attempt finds the time that the first one wrote, so it does not ask for it.
    turn = update(Contact).where(Contact.id == contact.id, Contact.ping)
    if delivery.attempts == 1:
        turn = turn.where(or_(Contact.pinged_at.is_(None), Contact.pinged_at <= now - ONE_EACH))
    taken = turn.values(pinged_at=clock.to_minute(now)).returning(Contact.id)
    if session.scalar(taken.execution_options(synchronize_session=False)) is None:
        return None
    audit.record(session, "tip.contact_opened", subject=tip.ref, at=now, why=KIND)
    words = catalogue(spoken(tip.language or "") or DEFAULT)
    return mail.Letter(
        to=_address(keyring, tip, contact),
        subject=words.gettext(SUBJECT),
        text=words.gettext(TEXT) + "\n",
        marker=keyring.mac(KIND, delivery.marker.encode()).hex()[:32],  # says nothing about the tip
        at=now,
    )


def _is_news(session: Session, tip: Tip, delivery: Delivery) -> bool:
    """Say whether what is announced still stands: a message may be taken back, a story too."""
    what, _, name = delivery.marker.removeprefix(f"{KIND}-").partition("-")
    if what != "message":
        return tip.used_at is not None
    message = select(Message.id).where(Message.ref == name, Message.direction == Direction.TO_TIPSTER)
    return session.scalar(message) is not None


def _address(keyring: Keyring, tip: Tip, contact: Contact) -> str:
    assert contact.sealed is not None, "an erased contact is not written to"
    try:
        parts = json.loads(keyring.open(contact.sealed, key_id=contact.key_id, bound_to=f"contact:{tip.ref}"))
    except SealBroken as error:
        raise DeliveryFailed("The contact does not open.", permanent=True) from error
    if "email" not in parts:
        raise DeliveryFailed("The contact holds no e-mail address.", permanent=True)
    return str(parts["email"])
