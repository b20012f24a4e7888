"""Tags: words that staff put on a tip, to find it again by `tag:`."""

from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from tipline import audit
from tipline.errors import Conflict, Invalid
from tipline.models import Handle, Handling, Tag, Tip, User
from tipline.models.desk import SUGGESTED
from tipline.text.clean import clean_line
from tipline.triage.decide import Outcome
from tipline.triage.handlings import NOTHING, keep
from tipline.triage.moves import locked

MAX_CHARACTERS = 60
MAX_TAGS = 20
FULL = f"A tip holds {MAX_TAGS} tags; take one away first."


def add_tag(session: Session, ref: str, text: str, *, by: User, now: datetime) -> Outcome:
    """Put a tag on the tip `ref`; one that it has already is left.

    Raises:
        Invalid: when it is empty or too long, or the tip has as many as it may.
    """
    name = tag_of(text)
    return _put(session, ref, name, "tip.tagged", by=by, now=now, tag=name)


def suggest(session: Session, ref: str, *, by: User, now: datetime) -> Outcome:
    """Suggest to the editors that they make a draft of the tip `ref`, by a tag that has a list of its own.

    Raises:
        Invalid: when the tip has as many tags as it may.
    """
    return _put(session, ref, SUGGESTED, "tip.suggested", by=by, now=now)


def remove_tag(session: Session, ref: str, text: str, *, by: User, now: datetime) -> Outcome:
    """Take a tag off the tip `ref`; one that is gone already is no fault."""
    name = tag_of(text)
    [tip] = locked(session, [ref])
    gone = delete(Tag).where(Tag.tip_id == tip.id, Tag.name == name).returning(Tag.name)
    if not session.execute(gone).all():
        return NOTHING
    kept = keep(session, Handle.UNTAG, tip, about=name, before={}, by=by, now=now)
    audit.record(session, "tip.untagged", subject=ref, by=by, at=now, batch=kept.batch, tag=name)
    return kept


def take_off_again(session: Session, tip: Tip, done: Handling, **_who: object) -> dict[str, object]:
    """Take back that a tag was put on."""
    session.execute(delete(Tag).where(Tag.tip_id == tip.id, Tag.name == done.about))
    return {"tag": done.about}


def put_on_again(session: Session, tip: Tip, done: Handling, **_who: object) -> dict[str, object]:
    """Take back that a tag was taken off.

    Raises:
        Conflict: when the tip has as many as it may by now.
    """
    if len(_tags_of(session, tip)) >= MAX_TAGS:
        raise Conflict(FULL)
    session.execute(insert(Tag), {"tip_id": tip.id, "name": done.about})
    return {"tag": done.about}


def _put(
    session: Session, ref: str, name: str, kind: str, *, by: User, now: datetime, **facts: str
) -> Outcome:
    """Put a tag on a tip, as an event of some kind."""
    [tip] = locked(session, [ref])
    there = _tags_of(session, tip)
    if name in there:
        return NOTHING
    if len(there) >= MAX_TAGS:
        raise Invalid(FULL)
    session.execute(insert(Tag), {"tip_id": tip.id, "name": name})
    kept = keep(session, Handle.TAG, tip, about=name, before={}, by=by, now=now)
    audit.record(session, kind, subject=ref, by=by, at=now, batch=kept.batch, **facts)
    return kept


def _tags_of(session: Session, tip: Tip) -> set[str]:
    return set(session.scalars(select(Tag.name).where(Tag.tip_id == tip.id)))


def tag_of(text: str) -> str:
    """Read a tag as it is stored and searched: lower case, single spaces, no quotation marks.

    Raises:
        Invalid: when nothing is left of it, or it is too long.
    """
    name = " ".join(clean_line(text).replace('"', " ").lower().split())
    if not name:
        raise Invalid("Write the tag.")
    if len(name) > MAX_CHARACTERS:
        raise Invalid(f"A tag holds {MAX_CHARACTERS} characters at most; this one has {len(name):,}.")
    return name
