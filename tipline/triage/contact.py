"""Open how to reach a tipster, with a reason; and count what else the same sender sent, without opening."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, aliased

from tipline import audit
from tipline.at_once import Question
from tipline.errors import Conflict, Invalid, NotFound
from tipline.keeping.contact import opened_contact
from tipline.keys import Keyring
from tipline.models import Contact, State, Tip, User
from tipline.search.seen import seen_by, seen_by_bound
from tipline.text.clean import clean_line
from tipline.triage.asked import TIP_ID

FEWEST_CHARACTERS = 5
MOST_CHARACTERS = 500
ERASED = "How to reach this tipster was erased."
ON_HOLD = (
    "Its tipster wants to be forgotten, and only the legal hold keeps this. So nobody opens it; it is erased "
    "when the hold is lifted."
)


@dataclass(frozen=True)
class Sender:
    """Other tips from the same address or number, by state."""

    counts: dict[str, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())


def reason_of(text: str) -> str:
    """Read the reason for an act that is written down for good.

    Raises:
        Invalid: when it is too short to be one, or too long.
    """
    reason = clean_line(text)
    if len(reason) < FEWEST_CHARACTERS:
        raise Invalid("Say why, in a few words: the reason is kept with your name.")
    if len(reason) > MOST_CHARACTERS:
        raise Invalid(f"A reason holds {MOST_CHARACTERS} characters at most; this one has {len(reason):,}.")
    return reason


def open_contact(
    session: Session, keyring: Keyring, ref: str, reason: str, *, by: User, now: datetime
) -> dict[str, str]:
    """Open the contact of the tip `ref` and write down who did and why; return name, email, phone.

    Raises:
        Invalid: without a reason.
        NotFound: when there is no such tip, or it came without.
        Conflict: when it was erased, or its tipster wants it to be.
        SealBroken: when its key is gone; nothing is written down then, because nothing was seen.
    """
    why = reason_of(reason)
    found = select(Contact, Tip.erasure_wanted).join(Tip, Tip.id == Contact.tip_id).where(Tip.ref == ref)
    row = session.execute(found.with_for_update(of=Contact)).first()
    if row is None:
        raise NotFound("There is no such tip, or it came without a way to reach its tipster.")
    contact, wanted = row
    if contact.sealed is None:
        raise Conflict(ERASED)
    if wanted:
        raise Conflict(ON_HOLD)
    audit.record(session, "tip.contact_opened", subject=ref, by=by, at=now, why=why)
    return opened_contact(keyring, ref, contact.sealed, key_id=contact.key_id)


def sender_of(rows: Iterable[tuple[str, int]]) -> Sender:
    """Make a sender of the rows of `SAME_SENDER`."""
    counts = dict(rows)
    return Sender({state: counts[state] for state in State if state in counts})


def _same_sender() -> Question:
    mine, other = aliased(Contact), aliased(Contact)
    same = select(Tip.state, func.count().label("tips")).join(other, other.tip_id == Tip.id)
    same = same.join(mine, mine.sender_hash == other.sender_hash)
    same = same.where(mine.tip_id == TIP_ID, Tip.id != mine.tip_id, seen_by_bound("viewer"))
    return same.group_by(Tip.state)


SAME_SENDER = _same_sender()  # the other tips that somebody may see, whose sender has the same keyed hash


def of_sender(ref: str, viewer_id: int | None) -> ColumnElement[bool]:
    """Return the condition on `tips` that one came from the sender of the tip `ref`.

    For whom may not see that tip, nothing did: it is as if the ref never was.
    """
    mine, other = aliased(Contact), aliased(Contact)
    tip = select(Tip.id).where(Tip.ref == ref, seen_by(viewer_id)).scalar_subquery()
    same = select(other.tip_id).join(mine, mine.sender_hash == other.sender_hash).where(mine.tip_id == tip)
    return Tip.id.in_(same)
