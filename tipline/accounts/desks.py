"""The newsroom's desks, and who belongs to which: a short list that an administrator keeps."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tipline import audit
from tipline.errors import Conflict, Invalid, NotFound
from tipline.models import Desk, DeskMember, State, Tip, User
from tipline.search.seen import seen_by
from tipline.text.clean import clean_line
from tipline.text.slugs import numbered, slugify
from tipline.text.times import count

MAX_DESKS = 50
MAX_NAME = 60
MISSING = "There is no such desk; somebody may have closed it."
TAKEN = "There is a desk of that name already."
OPEN = (State.PENDING, State.SNOOZED)


@dataclass(frozen=True)
class Member:
    """Somebody who may belong to a desk."""

    email: str
    name: str
    belongs: bool


@dataclass(frozen=True)
class DeskShown:
    """A desk with everybody who does or could belong to it, and what waits for it."""

    slug: str
    name: str
    members: tuple[Member, ...]
    who: str
    tips_words: str


def desks(session: Session, *, viewer_id: int) -> list[DeskShown]:
    """List the desks by name, with what waits for them as far as the one who looks may see it."""
    people = session.scalars(select(User).where(User.disabled_at.is_(None)).order_by(func.lower(User.name)))
    staff = people.all()
    belonging: dict[int, set[int]] = {}
    for desk_id, user_id in session.execute(select(DeskMember.desk_id, DeskMember.user_id)):
        belonging.setdefault(desk_id, set()).add(user_id)
    waiting = select(Tip.desk_id, func.count()).where(
        Tip.desk_id.is_not(None), Tip.state.in_(OPEN), seen_by(viewer_id)
    )
    tips = {row[0]: row[1] for row in session.execute(waiting.group_by(Tip.desk_id))}
    rows = session.scalars(select(Desk).order_by(func.lower(Desk.name), Desk.id))
    return [_shown(desk, staff, belonging.get(desk.id, set()), tips.get(desk.id, 0)) for desk in rows]


def _shown(desk: Desk, staff: Collection[User], belonging: set[int], tips: int) -> DeskShown:
    members = tuple(Member(user.email, user.name, user.id in belonging) for user in staff)
    who = ", ".join(member.name for member in members if member.belongs)
    words = count(tips, "open tip", "open tips") if tips else ""
    return DeskShown(desk.slug, desk.name, members, who or "Nobody yet", words)


def add_desk(session: Session, name: str, *, by: User, now: datetime) -> str:
    """Open a desk; return its slug.

    Raises:
        Invalid: without a name, or when there are too many.
        Conflict: when there is one of that name.
    """
    name = _name(name)
    if (session.scalar(select(func.count()).select_from(Desk)) or 0) >= MAX_DESKS:
        raise Invalid(f"There are {MAX_DESKS} desks; close one that nobody uses.")
    slug = _free_slug(session, name)
    try:
        with session.begin_nested():
            session.add(Desk(slug=slug, name=name))
    except IntegrityError:
        raise Conflict(TAKEN) from None
    audit.record(session, "desk.opened", subject=slug, by=by, at=now, name=name)
    return slug


def change_desk(
    session: Session, slug: str, name: str, members: Collection[str], *, by: User, now: datetime
) -> None:
    """Let a desk have this name and these members, by their addresses.

    Raises:
        NotFound: when there is no such desk.
        Invalid: without a name.
        Conflict: when there is another of that name.
    """
    desk, name = _locked(session, slug), _name(name)
    try:
        with session.begin_nested():
            session.execute(update(Desk).where(Desk.id == desk.id).values(name=name))
    except IntegrityError:
        raise Conflict(TAKEN) from None
    chosen = select(User.id, User.name).where(User.email.in_(members), User.disabled_at.is_(None))
    people = {row.id: row.name for row in session.execute(chosen.order_by(User.name))}
    session.execute(delete(DeskMember).where(DeskMember.desk_id == desk.id))
    if people:
        session.execute(insert(DeskMember), [{"desk_id": desk.id, "user_id": user_id} for user_id in people])
    audit.record(
        session, "desk.changed", subject=slug, by=by, at=now, name=name, members=list(people.values())
    )


def close_desk(session: Session, slug: str, *, by: User, now: datetime) -> int:
    """Close a desk; the tips that were assigned to it are nobody's then. Return how many those are."""
    desk = _locked(session, slug)
    left = update(Tip).where(Tip.desk_id == desk.id).values(desk_id=None).returning(Tip.id)
    tips = len(session.execute(left, execution_options={"synchronize_session": False}).all())
    session.execute(delete(Desk).where(Desk.id == desk.id))
    audit.record(session, "desk.closed", subject=slug, by=by, at=now, name=desk.name, tips=tips)
    return tips


def _locked(session: Session, slug: str) -> Desk:
    desk = session.scalars(select(Desk).where(Desk.slug == slug).with_for_update()).one_or_none()
    if desk is None:
        raise NotFound(MISSING)
    return desk


def _name(text: str) -> str:
    name = clean_line(text)
    if not name:
        raise Invalid("Give the desk a name.")
    if len(name) > MAX_NAME:
        raise Invalid(f"A name holds {MAX_NAME} characters at most; this one has {len(name):,}.")
    return name


def _free_slug(session: Session, name: str) -> str:
    wanted = slugify(name) or "desk"
    taken = set(session.scalars(select(Desk.slug)))
    return next(slug for number in range(1, MAX_DESKS + 2) if (slug := numbered(wanted, number)) not in taken)
