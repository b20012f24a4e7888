"""What readers do: send a tip, and answer from their receipt.

Sending is the hot path. `prepare` does everything that costs time (sealing, hashing) before the
transaction; `submit` then writes with a handful of Core statements.
"""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, insert, select, update
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningInsert

from tipline import audit, clock
from tipline.intake import receipt
from tipline.intake.contact import sealed_contact
from tipline.intake.staging import Sending
from tipline.intake.token import FormToken
from tipline.keys import Keyring
from tipline.models import (
    Channel,
    Contact,
    Counter,
    Decision,
    Direction,
    Group,
    How,
    Kind,
    Message,
    Receipt,
    State,
    Story,
    Tip,
    new_ref,
)
from tipline.models.counter import SHARDS
from tipline.models.group import rank
from tipline.models.ref import ALPHABET, LENGTH

# Tables, not classes: an insert through the ORM would cost more than all the rest of a request.
TIPS = cast(Table, Tip.__table__)
GROUPS = cast(Table, Group.__table__)
RECEIPTS = cast(Table, Receipt.__table__)
CONTACTS = cast(Table, Contact.__table__)
COUNTERS = cast(Table, Counter.__table__)
MESSAGES = cast(Table, Message.__table__)

TRAPPED_SPAM_SCORE = 1.0
TRAPPED_SCORE = -8.0  # sinks two days down the queue; a person still decides
REOPENED_BY_A_REPLY = frozenset({State.DECLINED, State.SPAM, State.SNOOZED})


@dataclass(frozen=True, kw_only=True)
class Answers:
    """What a reader filled in, cleaned and checked; "" where nothing was."""

    body: str
    kind: Kind = Kind.TIP
    about: str = ""
    happened: str = ""
    place: str = ""
    how: How | None = None
    link: str = ""
    name: str = ""
    email: str = ""
    phone: str = ""
    contact_ok: bool = False
    trapped: bool = False  # the honeypot was filled
    language: str | None = None


@dataclass(frozen=True)
class Arrival:
    """A tip ready to be stored: the receipt's words, and the columns of each row."""

    words: list[str]
    story: str
    tip: dict[str, object]
    group: dict[str, object]
    receipt: dict[str, object]
    contact: dict[str, object] | None
    lookup_hash: bytes
    answers_mac: bytes


def prepare(keyring: Keyring, answers: Answers, *, token: FormToken, now: datetime) -> Arrival:
    """Make the rows of a tip and its receipt; the same token gives the same receipt every time."""
    words = receipt.words_of(keyring, token)
    ref, received_at = new_ref(), clock.to_minute(now)
    score = TRAPPED_SCORE if answers.trapped else 0.0
    hashed = receipt.lookup_hash(keyring, words, key_id=token.key_id)
    mac = answers_mac(keyring, answers, words, key_id=token.key_id)
    return Arrival(
        words=words,
        story=token.story,
        tip=_tip_columns(answers, ref=ref, received_at=received_at),
        group={
            "state": State.PENDING,
            "kind": answers.kind,
            "score": score,
            "rank": rank(score, received_at),
            "size": 1,
            "pending": 1,
            "newest_at": received_at,
        },
        receipt={"lookup_hash": hashed, "key_id": token.key_id},
        contact=sealed_contact(keyring, ref, asdict(answers), may_contact=answers.contact_ok),
        lookup_hash=hashed,
        answers_mac=mac,
    )


def submit(session: Session, arrival: Arrival, sending: Sending | None = None) -> list[str]:
    """Store a tip with all that belongs to it and its files; return the receipt's words.

    Raises:
        IntegrityError: when this receipt exists (the same form, sent twice), or the ref is taken.
        StillArriving: when one of its files is here in part only.
    """
    group_id = session.scalar(insert(GROUPS).returning(GROUPS.c.id), arrival.group)
    tip_id: int = session.execute(
        _insert_tip(arrival.story), {**arrival.tip, "group_id": group_id}
    ).scalar_one()
    mac = (
        sending.mixed(arrival.answers_mac, sending.bind(session, tip_id)) if sending else arrival.answers_mac
    )
    session.execute(insert(RECEIPTS), {**arrival.receipt, "answers_mac": mac, "tip_id": tip_id})
    session.execute(update(GROUPS).where(GROUPS.c.id == group_id).values(lead_id=tip_id))
    if arrival.contact is not None:
        session.execute(insert(CONTACTS), {**arrival.contact, "tip_id": tip_id})
    _count(session, tip_id, State.PENDING, by=1)
    audit.record(
        session,
        "tip.received",
        subject=str(arrival.tip["ref"]),
        by=audit.READER,
        at=arrival.tip["received_at"],  # type: ignore[arg-type]
    )
    return arrival.words


def _insert_tip(story: str) -> ReturningInsert[Any]:
    statement = insert(TIPS)
    if story:
        # A story that went away since the form was opened leaves the tip without one.
        found = select(Story.id).where(Story.slug == story).scalar_subquery()
        statement = statement.values(story_id=found)
    return statement.returning(TIPS.c.id)


def answers_mac(keyring: Keyring, answers: Answers, words: list[str], *, key_id: str) -> bytes:
    """Return what tells a retry from other answers.

    The words are mixed in, so that equal answers of two tipsters don't look equal in the database, and
    so that an erased contact cannot be guessed from it.
    """
    written = json.dumps(asdict(answers), sort_keys=True).encode()
    return keyring.mac("answers", receipt.letters(" ".join(words)).encode(), written, key_id=key_id)


def reply(
    session: Session,
    tip_id: int,
    body: str,
    *,
    message_ref: str,
    now: datetime,
    sending: Sending | None = None,
) -> None:
    """Store what a tipster answered, with its files; a closed or snoozed tip comes back to the queue.

    Raises:
        IntegrityError: when the message `message_ref` is there already.
        StillArriving: when one of its files is here in part only.
    """
    at = clock.to_minute(now)
    # Locked, so that no decision slips in between reading the state and writing it.
    tip = session.scalars(select(Tip).where(Tip.id == tip_id).with_for_update()).one()
    message = {
        "ref": message_ref,
        "tip_id": tip_id,
        "direction": Direction.FROM_TIPSTER,
        "body": body,
        "at": at,
    }
    message_id = session.scalar(insert(MESSAGES).returning(MESSAGES.c.id), message)
    if sending:
        sending.bind(session, tip_id, message_id)
    before = State(tip.state)
    columns: dict[str, object] = {"replied_at": at, "version": tip.version + 1}
    if before in REOPENED_BY_A_REPLY:
        columns |= asdict(tip.decide(Decision.REOPEN, now=now))
        columns |= {"decided_at": None, "decided_by_id": None}
        _bring_back(session, tip, before, at=at)
    session.execute(update(TIPS).where(TIPS.c.id == tip_id).values(**columns))
    audit.record(session, "tip.replied", subject=tip.ref, by=audit.READER, at=at, state_before=before)


def add_files(session: Session, tip_id: int, message_ref: str, sending: Sending) -> None:
    """Give files to an answer that is here already: its page was sent again, with more of them."""
    message_id = session.scalar(select(Message.id).where(Message.ref == message_ref))
    sending.bind(session, tip_id, message_id)


def message_ref(keyring: Keyring, tip_ref: str, *, once: str, body: str) -> str:
    """Return the ref of an answer: the same page sent twice with the same words gives the same ref.

    Args:
        once: what the page that was sent carried; "" for none, then each is a message of its own.
    """
    if not once:
        return new_ref()
    number = int.from_bytes(keyring.mac("reply", tip_ref.encode(), once.encode(), body.encode()))
    return "".join(ALPHABET[(number >> 5 * place) & 31] for place in range(LENGTH))


def _bring_back(session: Session, tip: Tip, before: State, *, at: datetime) -> None:
    # An answer is news: its group stands where a tip that came in now would stand.
    back = {"state": State.PENDING, "pending": GROUPS.c.pending + 1, "rank": GROUPS.c.score + rank(0.0, at)}
    session.execute(update(GROUPS).where(GROUPS.c.id == tip.group_id).values(back))
    _count(session, tip.id, before, by=-1)
    _count(session, tip.id, State.PENDING, by=1)


def _count(session: Session, tip_id: int, state: State, *, by: int) -> None:
    counter = update(COUNTERS).where(COUNTERS.c.name == state, COUNTERS.c.shard == tip_id % SHARDS)
    session.execute(counter.values(value=COUNTERS.c.value + by))


def _tip_columns(answers: Answers, *, ref: str, received_at: datetime) -> dict[str, object]:
    return {
        "ref": ref,
        "body": answers.body,
        "kind": answers.kind,
        "about": answers.about or None,
        "happened": answers.happened or None,
        "place": answers.place or None,
        "how": answers.how,
        "link": answers.link or None,
        "channel": Channel.FORM,
        "language": answers.language,
        "state": State.PENDING,
        "version": 1,
        "spam_score": TRAPPED_SPAM_SCORE if answers.trapped else None,
        "received_at": received_at,
    }
