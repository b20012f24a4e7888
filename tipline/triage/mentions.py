"""Whom a note names with an @, by full name or by the first part of their address; they are told.

Who is named for a tip that others may not see finds that beside the notes: where no mail is sent, only here.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from tipline.config import Settings
from tipline.delivery.colleagues import tell
from tipline.models import Event, Mention, Note, Tip, TipReader, User, show_ref
from tipline.search.seen import seen_by

SHOWN = 50
MAX_MENTIONED = 20
SUBJECT = "A note mentions you"
TEXT = "{by} mentions you in a note on the tip {ref} at {site}. Sign in to read it."


NAMED = {
    "tip.escalated": "Escalated to you and few others: {why}.",
    "tip.restricted": "Restricted to you and others who are named: {why}",
    "tip.named": "Handed over to you: nobody else who is here can see it.",
}


@dataclass(frozen=True)
class Mentioned:
    """One note that names somebody, or one act that named them for a hidden tip."""

    ref: str
    by: str
    at: datetime
    body: str


def mention(
    session: Session, settings: Settings, note: Note, ref: str, *, by: User, now: datetime
) -> Sequence[User]:
    """Keep whom `note` on the tip `ref` names, and tell those who may see the tip; return them."""
    if "@" not in note.body:
        return []
    people = named_in(note.body, session.scalars(select(User).where(User.disabled_at.is_(None))).all())
    others = [person for person in people if person.id != by.id and _sees(session, note.tip_id, person)]
    if not others:
        return []
    session.execute(insert(Mention), [{"user_id": person.id, "note_id": note.id} for person in others])
    text = TEXT.format(by=by.name, ref=show_ref(ref), site=settings.site_name)
    path = f"/newsroom/tips/{ref}"
    tell(session, settings, others, f"mention-{note.id}", SUBJECT, text, path=path, now=now)
    return others


def named_in(text: str, people: Sequence[User]) -> list[User]:
    """Return whom a text names: “@Ana Reyes”, or “@ana” for ana@…, in any case; a longer word is no name."""
    return [person for person in people if any(_says(text, name) for name in _names(person))][:MAX_MENTIONED]


def mentions_of(session: Session, user_id: int) -> list[Mentioned]:
    """List the newest notes that name somebody, on tips that they may see."""
    author = select(Tip.ref, User.name, Note.at, Note.body).join(Note, Note.tip_id == Tip.id)
    author = author.join(User, User.id == Note.by_id).join(Mention, Mention.note_id == Note.id)
    mine = author.where(Mention.user_id == user_id, Tip.erased_at.is_(None), seen_by(user_id))
    return [Mentioned(*row) for row in session.execute(mine.order_by(Note.id.desc()).limit(SHOWN))]


def named_for(session: Session, user_id: int) -> list[Mentioned]:
    """List the newest acts by which colleagues named somebody for a tip that is hidden still."""
    act = (
        (Event.subject == Tip.ref) & Event.kind.in_(NAMED)
        & (Event.actor_id == TipReader.by_id) & (Event.at == TipReader.at)
    )  # fmt: skip
    named = select(Tip.ref, Event.actor, Event.at, Event.kind, Event.data).select_from(TipReader)
    named = named.join(Tip, Tip.id == TipReader.tip_id).join(Event, act)
    others = TipReader.user_id == user_id, TipReader.by_id != user_id, Tip.erased_at.is_(None)
    newest = named.where(*others).order_by(TipReader.at.desc(), Tip.id.desc()).limit(SHOWN)
    return [
        Mentioned(ref, by, at, NAMED[kind].format(why=data.get("why", "")))
        for ref, by, at, kind, data in session.execute(newest)
    ]


def _names(person: User) -> tuple[str, str]:
    return person.name, person.email.partition("@")[0]


def _says(text: str, name: str) -> bool:
    return bool(name) and re.search(rf"(?<!\w)@{re.escape(name)}(?![\w@])", text, re.IGNORECASE) is not None


def _sees(session: Session, tip_id: int, person: User) -> bool:
    return session.scalar(select(Tip.id).where(Tip.id == tip_id, seen_by(person.id))) is not None
