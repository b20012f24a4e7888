"""What readers do: send a tip, and answer from their receipt.

Sending is the hot path. `prepare` does everything that costs time (sealing, hashing) before the
transaction; `submit` then writes with as few statements as there can be (`storing.py`).
"""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import Connection, Table, select, update
from sqlalchemy.orm import Session

from tipline import audit, clock
from tipline.intake import receipt
from tipline.intake.staging import Sending
from tipline.intake.storing import GROUPS, TIPS, Arrival, count, store, store_receipt, store_whole
from tipline.intake.token import FormToken
from tipline.keeping.contact import sealed_contact
from tipline.keeping.erase import lock_tips
from tipline.keys import Keyring
from tipline.models import (
    Channel,
    Decision,
    Direction,
    How,
    Kind,
    Message,
    Sign,
    State,
    Tip,
    new_ref,
)
from tipline.models.group import HELD_BACK_SCORE, rank
from tipline.models.ref import ALPHABET, LENGTH
from tipline.prepared import Driver, insert_returning_id

_NEW_MESSAGE = insert_returning_id(cast(Table, Message.__table__))

TRAPPED_SPAM_SCORE = 1.0
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
    ping: bool = False
    contact_ok: bool = False
    trapped: bool = False  # the honeypot was filled
    language: str | None = None
    channel: Channel = Channel.FORM
    page_url: str = ""  # of the page that embeds the form, unless it is a story of ours


def prepare(
    keyring: Keyring,
    answers: Answers,
    *,
    token: FormToken,
    now: datetime,
    held_back: tuple[Sign, ...] = (),
) -> Arrival:
    """Make the rows of a tip and its receipt; the same token gives the same receipt every time.

    Args:
        held_back: the signs for which the tip waits further down; it is no part of the answers, so that a
            retry is known by its answers alone.
    """
    words = receipt.words_of(keyring, token)
    ref, received_at = new_ref(), clock.to_minute(now)
    score = HELD_BACK_SCORE if held_back else 0.0
    hashed = receipt.lookup_hash(keyring, words, key_id=token.key_id)
    mac = answers_mac(keyring, answers, words, key_id=token.key_id)
    return Arrival(
        words=words,
        story=token.story,
        tip={
            **tip_columns(answers, ref=ref, received_at=received_at),
            "quarantined": bool(held_back),
            "held_back": " ".join(held_back) or None,
        },
        group=group_columns(answers.kind, score, received_at),
        receipt={"lookup_hash": hashed, "key_id": token.key_id},
        contact=sealed_contact(
            keyring, ref, vars(answers), may_contact=answers.contact_ok, ping=answers.ping
        ),
        lookup_hash=hashed,
        answers_mac=mac,
    )


def submit(session: Session | Connection | Driver, arrival: Arrival, sending: Sending | None = None) -> bool:
    """Store a tip with all that belongs to it and its files; return whether that was done.

    Nothing is done when files wait for its form and there is a driver's connection alone, where a tip is
    stored in one piece (`Database.write_together`).

    Raises:
        IntegrityError: when this receipt exists (the same form, sent twice), or the ref is taken.
        StillArriving: when one of its files is here in part only.
    """
    if isinstance(session, Driver):
        return store_whole(session, arrival, sending.stage.hash if sending else b"")
    tip_id = store(session, arrival.tip, arrival.group, arrival.contact, story=arrival.story)
    mac = arrival.answers_mac
    if sending:
        mac = sending.mixed(mac, sending.bind(session, tip_id))
    store_receipt(session, arrival, tip_id, mac)
    at = cast(datetime, arrival.tip["received_at"])
    audit.record(session, "tip.received", subject=str(arrival.tip["ref"]), by=audit.READER, at=at)
    return True


def answers_mac(keyring: Keyring, answers: Answers, words: list[str], *, key_id: str) -> bytes:
    """Return what tells a retry from other answers.

    The words are mixed in, so that equal answers of two tipsters don't look equal in the database, and
    so that an erased contact cannot be guessed from it. The form's language is no answer: the same words
    sent once more from a page in another language are the same tip.
    """
    written = json.dumps({**vars(answers), "language": None}, sort_keys=True).encode()
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
    lock_tips(session, [Tip.id == tip_id])
    tip = session.scalars(select(Tip).where(Tip.id == tip_id)).one()
    message = {
        "ref": message_ref,
        "tip_id": tip_id,
        "direction": Direction.FROM_TIPSTER,
        "body": body,
        "at": at,
    }
    message_id: int = _NEW_MESSAGE.run(session, message)
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
    back = {"state": State.PENDING, "pending": GROUPS.c.pending + 1, "rank": GROUPS.c.score + rank(0.0, at),
            "scored_with": None}  # fmt: skip
    session.execute(update(GROUPS).where(GROUPS.c.id == tip.group_id).values(back))
    for state, by in sorted({before: -1, State.PENDING: 1}.items()):
        count(session, tip.id, state, by=by)


def group_columns(kind: Kind, score: float, received_at: datetime) -> dict[str, object]:
    """Return the columns of the group that a tip makes when it arrives."""
    return {
        "state": State.PENDING,
        "kind": kind,
        "score": score,
        "rank": rank(score, received_at),
        "size": 1,
        "pending": 1,
        "newest_at": received_at,
    }


def tip_columns(answers: Answers, *, ref: str, received_at: datetime) -> dict[str, object]:
    """Return the columns of a tip that arrives, but for those that its rows give each other."""
    return {
        "ref": ref,
        "body": answers.body,
        "kind": answers.kind,
        "about": answers.about or None,
        "happened": answers.happened or None,
        "place": answers.place or None,
        "how": answers.how,
        "link": answers.link or None,
        "channel": answers.channel,
        "page_url": answers.page_url or None,
        "language": answers.language,
        "state": State.PENDING,
        "version": 1,
        "spam_score": TRAPPED_SPAM_SCORE if answers.trapped else None,
        "received_at": received_at,
    }
