"""Tags: words that staff put on a tip, to find it again by `tag:`."""

from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from tipline import audit
from tipline.errors import Invalid
from tipline.models import Tag, User
from tipline.models.desk import SUGGESTED
from tipline.text.clean import clean_line
from tipline.triage.moves import locked

MAX_CHARACTERS = 60
MAX_TAGS = 20


def add_tag(session: Session, ref: str, text: str, *, by: User, now: datetime) -> None:
    """Put a tag on the tip `ref`; one that it has already is left.

    Raises:
        Invalid: when it is empty or too long, or the tip has as many as it may.
    """
    name = tag_of(text)
    if _put(session, ref, name):
        audit.record(session, "tip.tagged", subject=ref, by=by, at=now, tag=name)


def suggest(session: Session, ref: str, *, by: User, now: datetime) -> None:
    """Suggest to the editors that they make a draft of the tip `ref`, by a tag that has a list of its own.

    Raises:
        Invalid: when the tip has as many tags as it may.
    """
    if _put(session, ref, SUGGESTED):
        audit.record(session, "tip.suggested", subject=ref, by=by, at=now)


def remove_tag(session: Session, ref: str, text: str, *, by: User, now: datetime) -> None:
    """Take a tag off the tip `ref`; one that is gone already is no fault."""
    name = tag_of(text)
    [tip] = locked(session, [ref])
    gone = delete(Tag).where(Tag.tip_id == tip.id, Tag.name == name).returning(Tag.name)
    if session.execute(gone).all():
        audit.record(session, "tip.untagged", subject=ref, by=by, at=now, tag=name)


def _put(session: Session, ref: str, name: str) -> bool:
    """Put a tag on a tip; say whether it was not there yet."""
    [tip] = locked(session, [ref])
    there = set(session.scalars(select(Tag.name).where(Tag.tip_id == tip.id)))
    if name in there:
        return False
    if len(there) >= MAX_TAGS:
        raise Invalid(f"A tip holds {MAX_TAGS} tags; take one away first.")
    session.execute(insert(Tag), {"tip_id": tip.id, "name": name})
    return True


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
