"""What somebody holds, and handing all of it over in one act: to a colleague or to a desk.

Tips are held; drafts are anybody's who may write, so that they are only named. An act moves up to `MOST`
tips and its event names them, so that it can be taken back as long as nobody assigned them anew. A colleague
who takes over is also named for the hidden tips that nobody else could see any more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.orm import Session

from tipline import audit
from tipline.accounts.alone import name_in_stead, seen_only_by, unname
from tipline.accounts.queries import user_named
from tipline.errors import Conflict, Invalid
from tipline.models import Desk, Draft, DraftState, Event, Group, Permission, State, Tip, User, show_ref
from tipline.search.seen import draft_seen_by, seen_by
from tipline.text import times
from tipline.text.namesakes import told_apart

HELD = (State.PENDING, State.SNOOZED, State.ACCEPTED)
LIVING = (DraftState.DRAFT, DraftState.IN_REVIEW, DraftState.APPROVED)
MOST = 500
LISTED = 100
DESK = "desk:"
OVER, BACK = "user.handed_over", "user.handed_back"
LABELS = {State.PENDING: "New", State.SNOOZED: "Snoozed", State.ACCEPTED: "Accepted"}


@dataclass(frozen=True)
class Line:
    """One thing that somebody holds."""

    href: str
    label: str
    words: str


@dataclass(frozen=True)
class Held:
    """What somebody holds, as far as the one who looks may see it."""

    name: str
    email: str
    disabled: bool
    tips: tuple[Line, ...]
    total_words: str  # "12 tips"; "" for none
    unseen_words: str  # of tips that only others may see, may be ""
    alone_words: str  # of hidden tips that nobody else can see, assigned or not; may be ""
    drafts: tuple[Line, ...]
    unseen_drafts_words: str  # of drafts made of tips that only others may see, may be ""
    takers: tuple[tuple[str, str], ...]  # colleagues: address and name
    desks: tuple[tuple[str, str], ...]  # what the form posts, and the name
    last: str  # "Ada handed 12 tips over to Bo, 3 min ago."; "" when there is nothing to take back


def held(session: Session, email: str, *, viewer: User, now: datetime) -> Held:
    """Return what the account with an address holds.

    Raises:
        NotFound: when there is no such account.
    """
    user = user_named(session, email)
    mine = _of(user)
    total, alone = _count(session, *mine), _count(session, seen_only_by(user))
    others = _count(session, *mine, ~seen_by(viewer.id), ~seen_only_by(user))
    tips = session.execute(
        select(Tip.ref, Tip.state, Tip.received_at)
        .where(*mine, seen_by(viewer.id)).order_by(Tip.id.desc()).limit(LISTED)
    )  # fmt: skip
    begun = Draft.created_by_id == user.id, Draft.state.in_(LIVING)
    drafts = select(Draft.ref, Draft.headline, Draft.updated_at).where(*begun, draft_seen_by(viewer.id))
    hidden = select(func.count()).select_from(Draft).where(*begun, ~draft_seen_by(viewer.id))
    unseen = session.scalar(hidden) or 0
    act = _last(session, user)
    return Held(
        user.name, user.email, user.disabled_at is not None,
        tuple(_tip(ref, state, at, now) for ref, state, at in tips),
        times.count(total, "tip", "tips") if total else "",
        times.count(others, "tip", "tips") if others else "",
        times.count(alone, "tip", "tips") if alone else "",
        tuple(
            Line(f"/newsroom/drafts/{ref}", headline, times.ago(at, now))
            for ref, headline, at in session.execute(drafts.order_by(Draft.id.desc()).limit(LISTED))
        ),
        times.count(unseen, "draft", "drafts") if unseen else "",
        _takers(session, user), _desks(session), _words(act, now) if act else "",
    )  # fmt: skip


def holds(session: Session, email: str) -> bool:
    """Say whether somebody holds tips that are to be handed over."""
    user = user_named(session, email)
    waiting = or_(and_(*_of(user)), seen_only_by(user))
    return session.scalar(select(Tip.id).where(waiting).limit(1)) is not None


def hand_over(session: Session, email: str, to: str, *, by: User, now: datetime) -> int:
    """Hand the tips that somebody holds to a colleague's address or to a desk ("desk:SLUG").

    A colleague is named for the hidden tips that nobody else could see. What else the taker may not see
    stays. Claims are given up. Return how many were handed over.

    Raises:
        NotFound: when there is no such account.
        Invalid: when there is no such taker, or they hold it already.
        Conflict: when nothing is held that the taker may see.
    """
    user = user_named(session, email)
    taker = _taker(session, user, to)
    person = taker if isinstance(taker, User) else None
    named = name_in_stead(session, user, person, most=MOST, by=by, now=now) if person else []
    columns, may_see = _columns(taker), seen_by(person.id if person else None)
    waiting = select(Tip.id).where(*_of(user), may_see).order_by(Tip.id).limit(MOST)
    refs = _move(session, [Tip.id.in_(waiting), Tip.assignee_id == user.id], columns)
    if not refs and not named:
        raise Conflict(f"Nothing of {user.name}’s is left that {taker.name} may see.")
    free = {"claimed_by_id": None, "claimed_until": None}
    session.execute(update(Group).where(Group.claimed_by_id == user.id).values(**free))
    _say(session, refs, taker.name, by=by, now=now)
    facts = {"to": taker.name, "tips": refs, "named": named, **_whom(taker)}
    audit.record(session, OVER, subject=user.email, by=by, at=now, **facts)
    return len({*refs, *named})


def hand_back(session: Session, email: str, *, by: User, now: datetime) -> int:
    """Take the last handing-over back, of the tips that nobody assigned anew; return how many.

    Raises:
        NotFound: when there is no such account.
        Conflict: when there is nothing to take back.
    """
    user = user_named(session, email)
    act = _last(session, user)
    if act is None:
        raise Conflict("There is nothing left to take back.")
    has = Tip.ref.in_(act.data["tips"]), _has(act)
    refs = _move(session, has, {"assignee_id": user.id, "desk_id": None})
    _say(session, refs, user.name, by=by, now=now)
    unnamed = unname(session, act.data.get("named", []), act, by=by, now=now)
    audit.record(session, BACK, subject=user.email, by=by, at=now, tips=refs, named=unnamed)
    return len({*refs, *unnamed})


def _of(user: User) -> tuple[ColumnElement[bool], ...]:
    return Tip.assignee_id == user.id, Tip.state.in_(HELD), Tip.erased_at.is_(None)


def _count(session: Session, *which: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(Tip).where(*which)) or 0


def _move(session: Session, which: Sequence[ColumnElement[bool]], columns: dict[str, Any]) -> list[str]:
    moved = update(Tip).where(*which).values(**columns).returning(Tip.ref)
    return sorted(session.scalars(moved.execution_options(synchronize_session=False)))


def _say(session: Session, refs: Sequence[str], name: str, *, by: User, now: datetime) -> None:
    for ref in refs:
        audit.record(session, "tip.assigned", subject=ref, by=by, at=now, to=name)


def _columns(taker: User | Desk) -> dict[str, int | None]:
    is_person = isinstance(taker, User)
    return {"assignee_id": taker.id if is_person else None, "desk_id": None if is_person else taker.id}


def _whom(taker: User | Desk) -> dict[str, int | str]:
    """Return who took over, as the event keeps it: a desk by its slug, as SQLite gives its id to the next."""
    return {"assignee_id": taker.id} if isinstance(taker, User) else {"desk": taker.slug}


def _has(act: Event) -> ColumnElement[bool]:
    """Return the condition on `tips` that who took over by `act` has one still."""
    person: int | None = act.data.get("assignee_id")
    if person is not None:
        return Tip.assignee_id == person
    return Tip.desk_id.in_(select(Desk.id).where(Desk.slug == act.data.get("desk")))


def _taker(session: Session, user: User, to: str) -> User | Desk:
    to = to.strip().lower()
    found: User | Desk | None = None
    if to.startswith(DESK):
        found = session.scalars(select(Desk).where(Desk.slug == to.removeprefix(DESK))).first()
    elif to:
        found = session.scalars(select(User).where(User.email == to, User.disabled_at.is_(None))).first()
    if found is None or (isinstance(found, User) and not found.may(Permission.TRIAGE)):
        raise Invalid("Choose the colleague or the desk that takes them over.")
    if isinstance(found, User) and found.id == user.id:
        raise Invalid(f"{user.name} has them already; choose somebody else.")
    return found


def _last(session: Session, user: User) -> Event | None:
    """Return the handing-over that was not taken back yet."""
    acts = select(Event).where(Event.subject == user.email, Event.kind.in_((OVER, BACK)))
    last = session.scalars(acts.order_by(Event.id.desc()).limit(1)).first()
    return last if last is not None and last.kind == OVER else None


def _words(act: Event, now: datetime) -> str:
    tips = times.count(len({*act.data["tips"], *act.data.get("named", [])}), "tip", "tips")
    return f"{act.actor} handed {tips} over to {act.data['to']}, {times.ago(act.at, now)}."


def _tip(ref: str, state: str, at: datetime, now: datetime) -> Line:
    return Line(
        f"/newsroom/tips/{ref}", f"Tip {show_ref(ref)}", f"{LABELS[State(state)]}, {times.ago(at, now)}"
    )


def _takers(session: Session, user: User) -> tuple[tuple[str, str], ...]:
    others = select(User.email, User.name).where(User.disabled_at.is_(None), User.id != user.id)
    return tuple(told_apart((email, name) for email, name in session.execute(others)))


def _desks(session: Session) -> tuple[tuple[str, str], ...]:
    rows = session.execute(select(Desk.slug, Desk.name).order_by(func.lower(Desk.name)))
    return tuple((f"{DESK}{slug}", name) for slug, name in rows)
