"""Reads of accounts."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session as DbSession

from tipline.accounts.devices import hash_of
from tipline.errors import NotFound
from tipline.models import PasswordReset, Session, State, Tip, User
from tipline.search.seen import seen_by
from tipline.web.sessions import ABSOLUTE, IDLE


def as_stored(email: str) -> str:
    """Return an e-mail address as accounts keep it."""
    return email.strip().lower()


def any_user(session: DbSession) -> bool:
    """Say whether there is an account at all."""
    return session.scalar(select(User.id).limit(1)) is not None


def all_users(session: DbSession) -> Sequence[User]:
    """Return every account, by name."""
    return session.scalars(select(User).order_by(func.lower(User.name), User.id)).all()


def user_by_email(session: DbSession, email: str) -> User | None:
    """Return the account with this address, disabled ones included."""
    return session.scalars(select(User).where(User.email == as_stored(email))).first()


def user_named(session: DbSession, email: str) -> User:
    """Return the account with this address.

    Raises:
        NotFound: when there is none.
    """
    user = user_by_email(session, email)
    if user is None:
        raise NotFound("There is no account with that e-mail address.")
    return user


def last_seen(session: DbSession) -> dict[int, datetime]:
    """Return when each user was last seen, by their id; who never was is left out."""
    rows = session.execute(select(Session.user_id, func.max(Session.seen_at)).group_by(Session.user_id))
    return {user_id: seen_at for user_id, seen_at in rows}  # noqa: C416 - rows are no pairs to dict()


def open_tips(session: DbSession, viewer_id: int) -> dict[int, int]:
    """Return how many tips that wait for a decision are assigned to each user, by their id.

    Those that the one who looks may not see are left out.
    """
    open_ones = Tip.state.in_([State.PENDING, State.SNOOZED])
    waiting = Tip.assignee_id.is_not(None), open_ones, seen_by(viewer_id)
    rows = session.execute(select(Tip.assignee_id, func.count()).where(*waiting).group_by(Tip.assignee_id))
    return {user_id: number for user_id, number in rows if user_id is not None}


def open_sessions(session: DbSession, user_id: int, *, now: datetime) -> Sequence[Session]:
    """Return where a user is signed in at `now`, the latest first."""
    alive = (
        Session.user_id == user_id,
        Session.ended_at.is_(None),
        Session.seen_at >= now - IDLE,
        Session.created_at >= now - ABSOLUTE,
    )
    return session.scalars(select(Session).where(*alive).order_by(Session.seen_at.desc(), Session.id)).all()


def user_of_reset(session: DbSession, token: str, *, now: datetime) -> User:
    """Return whose password a link lets choose.

    Raises:
        NotFound: when it was used, has run out, or belongs to nobody who may sign in.
    """
    usable = (
        PasswordReset.token_hash == hash_of(token),
        PasswordReset.used_at.is_(None),
        PasswordReset.expires_at > now,
        User.disabled_at.is_(None),
    )
    user = session.scalars(
        select(User).join(PasswordReset, PasswordReset.user_id == User.id).where(*usable)
    ).first()
    if user is None:
        raise NotFound("This link was used already or is older than an hour. Ask for a new one.")
    return user
