"""Write a note on a tip, for colleagues, and take it back."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from tipline import audit
from tipline.errors import Conflict, Invalid, NotFound
from tipline.models import Note, Tip, User
from tipline.search.seen import seen_by
from tipline.text.clean import clean, is_blank

MAX_CHARACTERS = 4000
MOST_KEPT = 500  # of all newest notes, one's own is looked for among these


class LastNote(NamedTuple):
    """A note: on which tip, and when."""

    ref: str
    note_id: int
    at: datetime


def add_note(session: Session, ref: str, body: str, *, by: User, now: datetime) -> Note:
    """Add a note to the tip `ref`, and return it; it decides nothing, so the tip's version stays.

    Raises:
        Invalid: when there is nothing in it, or too much.
    """
    body = clean(body).strip()
    if is_blank(body):
        raise Invalid("Write something into the note.")
    if len(body) > MAX_CHARACTERS:
        raise Invalid(f"A note holds {MAX_CHARACTERS:,} characters at most; this one has {len(body):,}.")
    tip_id = session.scalar(select(Tip.id).where(Tip.ref == ref, Tip.erased_at.is_(None)))
    if tip_id is None:
        raise NotFound(f"There is no tip {ref}; it may have been erased.")
    note = Note(tip_id=tip_id, by_id=by.id, body=body, at=now)
    session.add(note)
    session.flush()
    audit.record(session, "tip.noted", subject=ref, by=by, at=now)
    return note


def last_note(session: Session, since: datetime, *, by: User) -> LastNote | None:
    """Return the last note that `by` wrote since then; None for none."""
    newest = select(Note.id).order_by(Note.id.desc()).limit(MOST_KEPT)
    mine = Note.id.in_(newest.subquery().select()), Note.by_id == by.id, Note.at >= since, seen_by(by.id)
    kept = select(Tip.ref, Note.id, Note.at).join(Note, Note.tip_id == Tip.id).where(*mine)
    row = session.execute(kept.order_by(Note.id.desc()).limit(1)).first()
    return LastNote(*row) if row else None


def take_back_note(session: Session, kept: LastNote, *, by: User, now: datetime) -> str:
    """Take a note back; return its words, so that they are not lost.

    Raises:
        Conflict: when it is gone already.
    """
    gone = delete(Note).where(Note.id == kept.note_id).returning(Note.body)
    body = session.scalars(gone).one_or_none()
    if body is None:
        raise Conflict("This note has been taken back already.")
    audit.record(session, "tip.note_taken_back", subject=kept.ref, by=by, at=now)
    return body
