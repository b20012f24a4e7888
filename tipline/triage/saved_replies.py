"""Saved replies: what is written to tipsters again and again, in the language of each.

A reply is its owner's; a shared one is everybody's to use, and its owner's or an administrator's to change.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, case, delete, func, or_, select, update
from sqlalchemy.orm import Session

from tipline import audit, clock
from tipline.errors import Forbidden, Invalid, NotFound
from tipline.languages import DEFAULT, LANGUAGES
from tipline.models import Kind, Link, LinkState, Permission, Reply, Story, StoryState, Tip, User, new_ref
from tipline.text.clean import is_blank
from tipline.text.placeholders import filled, unknown
from tipline.triage.asked import REF, VIEWER
from tipline.triage.shown import ReplyChoice

MAX_NAME_CHARACTERS = 60
MAX_BODY_CHARACTERS = 4000  # so that a message holds it with its values
MAX_OWN = 100
OFFERED = 50
VARIABLES = ("story", "newsroom", "kind")
MISSING = "There is no such reply, or it is not shared with you."
# How each language names what was sent, as {kind} says it.
KINDS: dict[str, tuple[str, str, str, str]] = {
    "en": ("tip", "correction", "press release", "question"),
    "es": ("pista", "corrección", "comunicado de prensa", "pregunta"),
    "fr": ("info", "correction", "communiqué de presse", "question"),
    "de": ("Hinweis", "Korrektur", "Pressemitteilung", "Frage"),
    "pt": ("dica", "correção", "release de imprensa", "pergunta"),
    "uk": ("новина", "виправлення", "пресреліз", "запитання"),
    "ar": ("معلومة", "تصحيح", "بيان صحفي", "سؤال"),
    "zh": ("线索", "更正", "新闻稿", "提问"),
}


@dataclass(frozen=True)
class Written:
    """What somebody wrote into the form of a reply; `checked` before it is stored."""

    name: str
    language: str
    body: str
    shared: bool

    def checked(self) -> dict[str, object]:
        """Return the columns.

        Raises:
            Invalid: when it has no name or text, or too much of either, or a variable that is none.
        """
        if not self.name:
            raise Invalid("Give the reply a name.")
        if len(self.name) > MAX_NAME_CHARACTERS:
            raise Invalid(f"A name holds {MAX_NAME_CHARACTERS} characters at most.")
        if self.language not in LANGUAGES:
            raise Invalid("Choose the language of the reply.")
        if is_blank(self.body):
            raise Invalid("Write the text of the reply.")
        if len(self.body) > MAX_BODY_CHARACTERS:
            length = len(self.body)
            raise Invalid(
                f"A reply holds {MAX_BODY_CHARACTERS:,} characters at most; this one has {length:,}."
            )
        if wrong := unknown(self.body, VARIABLES):
            known = ", ".join(f"{{{name}}}" for name in VARIABLES)
            raise Invalid(f"“{wrong[0][:40]}” is no variable; there are {known}.")
        return vars(self)


@dataclass(frozen=True)
class SavedReply:
    """A reply as a page needs it."""

    ref: str
    name: str
    language: str
    language_name: str
    body: str
    shared: bool
    owner: str
    mine: bool
    may_change: bool


def replies_of(session: Session, user: User) -> list[SavedReply]:
    """List the replies that somebody may use, in the order of their names."""
    usable = _usable(user.id).order_by(func.lower(Reply.name), Reply.id)
    return [_shown(reply, owner, user) for reply, owner in session.execute(usable)]


def find_reply(session: Session, ref: str, user: User) -> SavedReply:
    """Return a reply.

    Raises:
        NotFound: when there is none that `user` may use.
    """
    return _shown(*_find(session, ref, user), user)


# Replies for a message to a tipster, those in the tip's language first.
OFFERED_REPLIES = (
    select(Reply.ref, Reply.name, Reply.language)
    .where(or_(Reply.owner_id == VIEWER, Reply.shared.is_(True)))
    .order_by(
        case((Reply.language == func.coalesce(select(Tip.language).where(Tip.ref == REF).scalar_subquery(),
                                              DEFAULT), 0), else_=1),
        func.lower(Reply.name), Reply.id,
    )
    .limit(OFFERED)
)  # fmt: skip


def choices(offered: Iterable[Any]) -> tuple[ReplyChoice, ...]:
    """Offer the rows of `OFFERED_REPLIES`."""
    return tuple(
        ReplyChoice(reply.ref, f"{reply.name} · {LANGUAGES.get(reply.language, reply.language)}")
        for reply in offered
    )


def text_of_reply(session: Session, ref: str, tip_ref: str, *, by: User, newsroom: str) -> str:
    """Return a reply as it reads for a tip.

    Raises:
        NotFound: when there is no such reply or tip.
        Invalid: when nothing of it is left without a story.
    """
    reply, _owner = _find(session, ref, by)
    tip = session.scalars(select(Tip).where(Tip.ref == tip_ref, Tip.erased_at.is_(None))).one_or_none()
    if tip is None:
        raise NotFound("There is no such tip; it may have been erased.")
    kinds = KINDS.get(reply.language, KINDS[DEFAULT])
    values = {
        "newsroom": newsroom,
        "kind": kinds[list(Kind).index(Kind(tip.kind))],
        "story": _headline(session, tip) or "",
    }
    text = filled(reply.body, values)
    if not text:
        raise Invalid(f"“{reply.name}” speaks of a story alone, and this tip has none.")
    return text


def save_reply(session: Session, written: Written, *, by: User) -> str:
    """Keep a new reply; return its ref.

    Raises:
        Invalid: see `Written.checked`; or when there are too many.
    """
    columns = written.checked()
    if (session.scalar(select(func.count()).where(Reply.owner_id == by.id)) or 0) >= MAX_OWN:
        raise Invalid(f"You have {MAX_OWN} replies; delete one that you no longer use.")
    reply = Reply(ref=new_ref(), owner_id=by.id, **columns)
    session.add(reply)
    session.flush()
    _record(session, "reply.saved", reply.ref, written, by)
    return reply.ref


def change_reply(session: Session, ref: str, written: Written, *, by: User) -> None:
    """Let a reply say something else.

    Raises:
        NotFound, Forbidden: when it is not there, or not theirs to change.
        Invalid: see `Written.checked`.
    """
    _require(session, ref, by)
    session.execute(update(Reply).where(Reply.ref == ref).values(**written.checked()))
    _record(session, "reply.changed", ref, written, by)


def delete_reply(session: Session, ref: str, *, by: User) -> None:
    """Delete a reply; what was sent with it stays."""
    name = _require(session, ref, by).name
    session.execute(delete(Reply).where(Reply.ref == ref))
    audit.record(session, "reply.deleted", subject=ref, by=by, at=clock.now(), name=name)


def _record(session: Session, kind: str, ref: str, written: Written, by: User) -> None:
    facts = {"name": written.name, "language": written.language, "shared": written.shared}
    audit.record(session, kind, subject=ref, by=by, at=clock.now(), **facts)


def _headline(session: Session, tip: Tip) -> str | None:
    """Return the headline of the story that a tip came from, else of the one it was linked to last."""
    linked = select(Link.story_id).where(Link.tip_id == tip.id, Link.state == LinkState.CONFIRMED)
    published = select(Story.headline).where(Story.state == StoryState.PUBLISHED)
    mine = published.where(or_(Story.id == tip.story_id, Story.id.in_(linked)))
    return session.scalar(
        mine.order_by(case((Story.id == tip.story_id, 0), else_=1), Story.id.desc()).limit(1)
    )


def _usable(user_id: int) -> Select[Reply, str]:
    return select(Reply, User.name).join(User, User.id == Reply.owner_id).where(_usable_by(user_id))


def _usable_by(user_id: int) -> ColumnElement[bool]:
    return or_(Reply.owner_id == user_id, Reply.shared.is_(True))


def _find(session: Session, ref: str, user: User) -> tuple[Reply, str]:
    row = session.execute(_usable(user.id).where(Reply.ref == ref)).one_or_none()
    if row is None:
        raise NotFound(MISSING)
    return row[0], row[1]


def _require(session: Session, ref: str, user: User) -> Reply:
    reply, _owner = _find(session, ref, user)
    if not _may_change(reply, user):
        raise Forbidden("This reply is a colleague's; only they or an administrator can change it.")
    return reply


def _may_change(reply: Reply, user: User) -> bool:
    return reply.owner_id == user.id or (reply.shared and user.may(Permission.SETTINGS))


def _shown(reply: Reply, owner: str, user: User) -> SavedReply:
    return SavedReply(
        reply.ref, reply.name, reply.language, LANGUAGES.get(reply.language, reply.language), reply.body,
        reply.shared, owner, reply.owner_id == user.id, _may_change(reply, user),
    )  # fmt: skip
