"""Erase the contact of a tip, parts of what came with it, or all of it.

A tip that nothing must point at any more is deleted with everything that belongs to it. One that a draft
was made from stays as an empty row, so that the draft still says it had a source: ref, state, kind and
times, in no group, no list and no count; its words go from the draft, see `quoted.py`. The audit trail
keeps its events by ref; they hold no word of its tipster.

What cannot be cleared in the same transaction (files in the storage, words in old parts of the index,
pages in the write-ahead log) is left as a `Leftover`; see `clearing.py`.

Legal hold. Nothing of a tip on hold is erased, by machine or by staff. When its own tipster wants it
erased we do not pretend: destroying it may be a crime of the newsroom, and saying “erased” would be a
lie to a source. So the wish is written down (`tips.erasure_wanted`), the tipster is told that it is
carried out the moment the hold is lifted, which `lift` does in its own transaction, and until then
staff cannot open the contact.
"""

from collections import Counter as Tally
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import delete, func, insert, or_, select, update
from sqlalchemy.orm import Session

from tipline import audit, clock
from tipline.errors import Conflict
from tipline.keeping.due import Conditions, files_of
from tipline.keeping.groups import refresh_group
from tipline.keeping.quoted import erase_quotes
from tipline.models import (
    Apart,
    Attachment,
    Band,
    Contact,
    Counter,
    DraftTip,
    Group,
    Handling,
    Leftover,
    LeftoverKind,
    Link,
    LinkState,
    Message,
    Note,
    Receipt,
    Regrouping,
    Story,
    Tag,
    Tip,
    TipPerson,
    TipReader,
    Ungrouped,
    User,
    Verdict,
)
from tipline.models.counter import SHARDS
from tipline.search.index import remove_tips
from tipline.search.lessons import forget
from tipline.terms import Datum

# Of a tip that stays as an empty row: everything its tipster, or somebody about them, put into it.
EMPTIED = {
    "body": "", "about": None, "happened": None, "place": None, "how": None, "link": None, "language": None,
    "story_id": None, "page_url": None, "reason": None, "reason_text": None, "spam_score": None,
    "snoozed_until": None, "assignee_id": None, "desk_id": None, "erasure_wanted": None, "files": 0,
    "sent_kind": None, "sent_about": None, "sent_place": None,
}  # fmt: skip
# Its group is not listed and counts nobody.
NOBODYS = {"size": 0, "pending": 0, "score": 0.0, "rank": 0.0, "lead_id": None}


class OnHold(Conflict):
    """Erasing is barred until the legal hold is lifted."""

    title = "This tip is on legal hold"


class Erasure(StrEnum):
    """What became of a wish to erase."""

    DONE = "done"
    WHEN_LIFTED = "when lifted"  # the tip is on legal hold; noted, and carried out when it ends
    NOTHING = "nothing"  # there was nothing left to erase


def erase_contact(session: Session, tip: Tip, *, by: User | str, now: datetime) -> Erasure:
    """Erase how to reach the tipster, and the fingerprint by which the same sender is known.

    Args:
        by: the member of staff, or audit.READER for the tipster.

    Raises:
        OnHold: when the tip is on legal hold and somebody of the staff asks.
    """
    found = _locked(session, tip.id)
    if found is None or not _has_contact(session, tip.id):
        return Erasure.NOTHING
    if found.legal_hold:
        return _note_wish(session, found, "contact", by=by, now=now)
    erase_contacts(session, [tip.id], now)
    audit.record(session, "tip.contact_erased", subject=tip.ref, by=by, at=_moment(by, now))
    return Erasure.DONE


def erase_tip(session: Session, tip: Tip, *, by: User | str, now: datetime) -> Erasure:
    """Erase a tip and all that belongs to it; its receipt's hash goes a day later.

    Args:
        by: the member of staff, or audit.READER for the tipster.

    Raises:
        OnHold: when the tip is on legal hold and somebody of the staff asks.
    """
    found = _locked(session, tip.id)
    if found is None:
        return Erasure.NOTHING
    if found.legal_hold:
        return _note_wish(session, found, "tip", by=by, now=now)
    remembered = {"tip_id": None, "answers_mac": b"", "erased_at": now}
    session.execute(update(Receipt).where(Receipt.tip_id == tip.id).values(remembered))
    erase_tips(session, [tip.id], now)
    audit.record(session, "tip.erased", subject=tip.ref, by=by, at=_moment(by, now))
    return Erasure.DONE


def erase_contacts(session: Session, tip_ids: Sequence[int], now: datetime) -> None:
    """Erase the contacts of some tips; the rows stay, empty, to say that there was one."""
    emptied = {"sealed": None, "given": "", "may_contact": False, "sender_hash": None, "ping": False,
               "pinged_at": None, "erased_at": clock.to_minute(now)}  # fmt: skip
    session.execute(update(Contact).where(Contact.tip_id.in_(tip_ids)).values(emptied))
    _leave(session, now, LeftoverKind.PAGES)


def erase_messages(session: Session, tip_ids: Sequence[int], now: datetime) -> None:
    """Erase the messages of some tips. Files that came with one stay with the tip, by their own rules."""
    in_tips = Attachment.tip_id.in_(tip_ids), Attachment.message_id.is_not(None)
    session.execute(update(Attachment).where(*in_tips).values(message_id=None))
    session.execute(delete(Message).where(Message.tip_id.in_(tip_ids)))
    _leave(session, now, LeftoverKind.PAGES)


def erase_files(session: Session, tip_ids: Sequence[int], datum: Datum, now: datetime) -> None:
    """Erase one of the kinds of files of some tips; the row of a file goes with the last of its objects."""
    chosen = [Attachment.tip_id.in_(tip_ids), *files_of(datum)]
    if datum is not Datum.ORIGINALS:
        erase_attachments(session, chosen, now)  # originals go first, so that no copy leaves one behind
    else:
        erase_attachments(session, [*chosen, Attachment.scrubbed_key.is_(None)], now)
        _leave_objects(session, Attachment.original_key, chosen, now)
        emptied = {"original_key": "", "parts": 0, "sealed_name": None, "sealed_facts": None}
        session.execute(update(Attachment).where(*chosen).values(emptied))
    files = select(func.count()).where(Attachment.tip_id == Tip.id).scalar_subquery()
    session.execute(update(Tip).where(Tip.id.in_(tip_ids)).values(files=files))


def erase_attachments(session: Session, chosen: Conditions, now: datetime) -> None:
    """Erase files with their rows."""
    _leave_objects(session, Attachment.original_key, chosen, now)
    _leave_objects(session, Attachment.scrubbed_key, chosen, now)
    session.execute(delete(Attachment).where(*chosen))


def erase_tips(session: Session, tip_ids: Sequence[int], now: datetime) -> None:
    """Erase some tips that `lock_tips` has locked, with all that belongs to them."""
    facts = session.execute(select(Tip.id, Tip.state, Tip.group_id).where(Tip.id.in_(tip_ids))).all()
    kept = set(session.scalars(select(DraftTip.tip_id).where(DraftTip.tip_id.in_(tip_ids))))
    if kept:
        erase_quotes(session, sorted(kept))
    forget(session, tip_ids)
    if remove_tips(session, tip_ids):
        _leave(session, now, LeftoverKind.WORDS)
    erase_attachments(session, [Attachment.tip_id.in_(tip_ids)], now)
    _uncount_links(session, tip_ids)
    for table in (Band, Ungrouped):
        session.execute(delete(table).where(table.tip_id.in_(tip_ids)))
    session.execute(delete(Tip).where(Tip.id.in_([each.id for each in facts if each.id not in kept])))
    for each in facts:
        if each.id in kept:
            _empty(session, each.id, now)
    for group_id in sorted({each.group_id for each in facts}):
        refresh_group(session, group_id)
    for (state, shard), count in sorted(Tally((each.state, each.id % SHARDS) for each in facts).items()):
        counter = update(Counter).where(Counter.name == state, Counter.shard == shard)
        session.execute(counter.values(value=Counter.value - count))
    _leave(session, now, LeftoverKind.PAGES)


def lock_tips(session: Session, chosen: Conditions) -> list[int]:
    """Lock the tips that meet the conditions, groups first as every act does; return those that still do."""
    groups = select(Tip.group_id).where(*chosen)
    session.execute(select(Group.id).where(Group.id.in_(groups)).order_by(Group.id).with_for_update())
    return list(session.scalars(select(Tip.id).where(*chosen).order_by(Tip.id).with_for_update(of=Tip)))


def _locked(session: Session, tip_id: int) -> Tip | None:
    if not lock_tips(session, [Tip.id == tip_id, Tip.erased_at.is_(None)]):
        return None
    return session.get(Tip, tip_id, populate_existing=True)


def _has_contact(session: Session, tip_id: int) -> bool:
    contact = select(Contact.id).where(Contact.tip_id == tip_id, Contact.erased_at.is_(None))
    return session.scalar(contact) is not None


def _note_wish(session: Session, tip: Tip, what: str, *, by: User | str, now: datetime) -> Erasure:
    if by != audit.READER:
        raise OnHold("This tip is on legal hold, so nothing of it can be erased; lift the hold first.")
    if tip.erasure_wanted not in {what, "tip"}:
        session.execute(update(Tip).where(Tip.id == tip.id).values(erasure_wanted=what))
        facts = {"what": what}
        audit.record(session, "tip.erasure_wanted", subject=tip.ref, by=by, at=_moment(by, now), **facts)
    return Erasure.WHEN_LIFTED


def _empty(session: Session, tip_id: int, now: datetime) -> None:
    """Leave of a tip what a draft points at, in a group of its own that no list shows."""
    for part in (Contact, Receipt, Message, Note, Tag, TipPerson, Verdict, Handling, Link):
        session.execute(delete(part).where(part.tip_id == tip_id))
    for pair in (Apart, Regrouping):
        session.execute(delete(pair).where(or_(pair.tip_id == tip_id, pair.other_id == tip_id)))
    tip = session.get_one(Tip, tip_id, populate_existing=True)
    if not tip.restricted and tip.escalated_at is None:  # who is named for a hidden one alone sees its draft
        session.execute(delete(TipReader).where(TipReader.tip_id == tip_id))
    group = {"state": tip.state, "kind": tip.kind, "newest_at": tip.received_at, **NOBODYS}
    group_id = session.execute(insert(Group).returning(Group.id), group).scalar_one()
    erased = {"erased_at": clock.to_minute(now), "group_id": group_id, "version": tip.version + 1}
    session.execute(update(Tip).where(Tip.id == tip_id).values(**EMPTIED, **erased))


def _uncount_links(session: Session, tip_ids: Sequence[int]) -> None:
    of_tips = Link.tip_id.in_(tip_ids), Link.state == LinkState.CONFIRMED
    counts = select(Link.story_id, func.count()).where(*of_tips).group_by(Link.story_id)
    for story_id, count in session.execute(counts.order_by(Link.story_id)).all():
        story = update(Story).where(Story.id == story_id)
        session.execute(story.values(tip_count=Story.tip_count - count))


def _leave_objects(session: Session, column: object, chosen: Conditions, now: datetime) -> None:
    keys = [key for key in session.scalars(select(column).where(*chosen)) if key]  # type: ignore[call-overload]
    if keys:
        rows = [{"kind": LeftoverKind.OBJECTS, "key": key, "at": now} for key in keys]
        session.execute(insert(Leftover), rows)


def _leave(session: Session, now: datetime, kind: LeftoverKind) -> None:
    # A row each time: who clears what one row names takes that row alone, not one that came meanwhile.
    session.execute(insert(Leftover), {"kind": kind, "key": "", "at": now})


def _moment(by: User | str, now: datetime) -> datetime:
    return clock.to_minute(now) if by == audit.READER else now
