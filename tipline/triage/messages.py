"""Write to a tipster, who reads it with the receipt; for a few seconds it can be taken back."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from tipline import audit
from tipline.at_once import Answers
from tipline.delivery import ping
from tipline.errors import Conflict, Invalid, NotFound
from tipline.models import Direction, Message, Receipt, Tip, User
from tipline.search.seen import seen_by
from tipline.text.clean import clean, is_blank
from tipline.text.linkify import paragraphs
from tipline.triage.asked import TIP_ID
from tipline.triage.saved_replies import choices
from tipline.triage.shown import Conversation, MessageLine, Viewer
from tipline.triage.words import age, age_in_minutes, exact

MAX_CHARACTERS = 5000
REGRET = timedelta(seconds=15)  # how long a message can be taken back before its tipster sees it
MOST_UNSENT = 500  # of all newest messages, one's own is looked for among these
MESSAGES_SHOWN = 200
TOO_LATE = "It is too late to take this back: the tipster can read it."


class Unsent(NamedTuple):
    """A message that its tipster cannot see yet: to which tip, its own ref, and when it was written."""

    ref: str
    own: str
    at: datetime


def send_message(session: Session, ref: str, body: str, *, own: str, by: User, now: datetime) -> None:
    """Write to the tipster of `ref`; like a note it decides nothing, so the tip's version stays.

    Args:
        own: the message's ref, drawn with the form, so that a form sent twice stores one message.

    Raises:
        Invalid: when there is nothing in it, or too much.
        Conflict: when nobody holds a receipt for the tip, or `own` is another tip's.
    """
    body = clean(body).strip()
    if is_blank(body):
        raise Invalid("Write something to the tipster.")
    if len(body) > MAX_CHARACTERS:
        raise Invalid(f"A message holds {MAX_CHARACTERS:,} characters at most; this one has {len(body):,}.")
    tip = _locked(session, ref)
    if session.scalar(select(Receipt.id).where(Receipt.tip_id == tip.id)) is None:
        raise Conflict("Nobody has a receipt for this tip, so nobody could read the message.")
    there = session.scalar(select(Message.tip_id).where(Message.ref == own))
    if there == tip.id:
        return
    if there is not None:
        raise Conflict("This form belongs to another tip. Open the tip again, then write.")
    message = Message(ref=own, tip_id=tip.id, direction=Direction.TO_TIPSTER, body=body, by_id=by.id,
                      at=now, send_at=now + REGRET)  # fmt: skip
    session.add(message)
    session.flush()
    audit.record(session, "tip.messaged", subject=ref, by=by, at=now, message=own)
    ping.announce_message(session, message)


def take_back(session: Session, ref: str, own: str, *, by: User, now: datetime) -> str:
    """Take back the message `own`, which its tipster cannot have seen; return its words.

    Raises:
        NotFound: when there is no such message; it may have been taken back already.
        Conflict: when the tipster can see it, or wrote it.
    """
    tip = _locked(session, ref)
    one = Message.ref == own, Message.tip_id == tip.id, Message.direction == Direction.TO_TIPSTER
    body = session.scalar(select(Message.body).where(*one))
    if body is None:
        raise NotFound("There is no such message; it may have been taken back.")
    gone = session.execute(delete(Message).where(*one, Message.send_at > now).returning(Message.id)).all()
    if not gone:
        raise Conflict(TOO_LATE)
    audit.record(session, "tip.message_taken_back", subject=ref, by=by, at=now, message=own)
    return body


def last_unsent(session: Session, since: datetime, *, by: User, now: datetime) -> Unsent | None:
    """Return the last message of `by` since then that is not out yet; None for none."""
    newest = select(Message.id).order_by(Message.id.desc()).limit(MOST_UNSENT)
    mine = Message.id.in_(newest.subquery().select()), Message.by_id == by.id
    unsent = select(Tip.ref, Message.ref, Message.at).join(Message, Message.tip_id == Tip.id)
    unsent = unsent.where(*mine, Message.at >= since, Message.send_at > now, seen_by(by.id))
    row = session.execute(unsent.order_by(Message.at.desc(), Message.id.desc()).limit(1)).first()
    return Unsent(*row) if row else None


MESSAGES = (
    select(Message.ref, Message.direction, Message.body, Message.at, Message.send_at, User.name)
    .outerjoin(User, User.id == Message.by_id)
    .where(Message.tip_id == TIP_ID)
    .order_by(Message.at.desc(), Message.id.desc())
    .limit(MESSAGES_SHOWN)
)
RECEIPT = select(Receipt.id).where(Receipt.tip_id == TIP_ID)


def conversation_with(read: Answers, viewer: Viewer, written: str = "") -> Conversation:
    """Show what was said between the newsroom and a tipster, oldest first.

    Args:
        written: what stands in the field for the next message already.
    """
    lines = tuple(_line(message, viewer) for message in reversed(read["messages"]))
    replies = choices(read["replies"]) if read["receipt"] else ()
    return Conversation(lines, bool(read["receipt"]), replies, written)


def _locked(session: Session, ref: str) -> Tip:
    tip = session.scalars(select(Tip).where(Tip.ref == ref).with_for_update()).one_or_none()
    if tip is None:
        raise NotFound("There is no such tip; it may have been erased.")
    return tip


def _line(message: Any, viewer: Viewer) -> MessageLine:
    mine, now = message.direction == Direction.TO_TIPSTER, viewer.now
    left = message.send_at - now if mine and message.send_at else timedelta(0)
    return MessageLine(
        ref=message.ref,
        by=(message.name or "The newsroom") if mine else "The tipster",
        mine=mine,
        age=age(message.at, now) if mine else age_in_minutes(message.at, now),
        at_iso=message.at.isoformat(),
        at_exact=exact(message.at, viewer.zone),
        body_html=paragraphs(message.body),
        seen_in=f"{int(left.total_seconds()) + 1} s" if left > timedelta(0) else "",
    )
