"""Write a note on a tip, for colleagues."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tipline import audit
from tipline.errors import Invalid, NotFound
from tipline.models import Note, Tip, User
from tipline.text.clean import clean, is_blank

MAX_CHARACTERS = 4000


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
