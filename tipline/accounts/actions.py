"""What is done to accounts, each act audited in its transaction.

Passwords come in hashed, because hashing takes a tenth of a second and no transaction waits for it.
Acts on somebody else's account lock its row first, so that disabling somebody and that person's signing
in cannot pass each other by.
"""

import re
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tipline import audit
from tipline.accounts import devices
from tipline.accounts.queries import as_stored, user_of_reset
from tipline.errors import Conflict, Invalid, NotFound
from tipline.models import PasswordReset, Role, User
from tipline.web import sessions

RESET_LIFE = timedelta(hours=1)
LAST_ADMIN = "This is the last administrator; make somebody else one first."
MAX_ADDRESS = 254
# Without what a mail header gives a meaning of its own.
ADDRESS = re.compile(r"[^\s@<>,;:\"()\[\]\\\x00-\x1f\x7f\ufffd]+@[^\s@<>,;:\"()\\\x00-\x1f\x7f\ufffd]+")
Actor = User | str


def create_user(
    session: Session,
    *,
    email: str,
    name: str,
    role: Role,
    now: datetime,
    by: Actor = audit.MACHINE,
    password_hash: str | None = None,
) -> User:
    """Add an account; without a password it waits for a reset link.

    Raises:
        Invalid: when the address cannot be one.
        Conflict: when there is an account with it already.
    """
    address = as_stored(email)
    if not is_address(address):
        raise Invalid("An e-mail address looks like name@example.org.")
    user = User(email=address, name=name, role=role, password_hash=password_hash, created_at=now)
    try:
        with session.begin_nested():
            session.add(user)
    except IntegrityError as error:
        raise Conflict("There is an account with that e-mail address already.") from error
    audit.record(session, "user.added", at=now, subject=address, by=by, role=role)
    return user


def is_address(text: str) -> bool:
    """Say whether `text` has the form of an e-mail address; whether it exists only a letter can tell."""
    return len(text) <= MAX_ADDRESS and ADDRESS.fullmatch(text) is not None


def disable(session: Session, email: str, *, now: datetime, by: Actor = audit.MACHINE) -> None:
    """Take an account's access away at once, everywhere; what it did stays.

    Raises:
        Conflict: for the last administrator, and for an account that is disabled already.
    """
    admins = _locked_admins(session)
    user = _locked(session, email)
    if user.disabled_at is not None:
        raise Conflict("That account is disabled already.")
    _keep_an_admin(admins, user)
    user.disabled_at = now
    _shut_out(session, user, now=now)
    audit.record(session, "user.disabled", at=now, subject=user.email, by=by)


def enable(session: Session, email: str, *, now: datetime, by: Actor = audit.MACHINE) -> None:
    """Give a disabled account its access back."""
    user = _locked(session, email)
    if user.disabled_at is None:
        raise Conflict("That account is in use already.")
    user.disabled_at = None
    audit.record(session, "user.enabled", at=now, subject=user.email, by=by)


def change_role(
    session: Session, email: str, role: Role, *, now: datetime, by: Actor = audit.MACHINE
) -> None:
    """Give an account another role; it counts from the person's next click.

    Raises:
        Conflict: for the last administrator.
    """
    admins = _locked_admins(session)
    user = _locked(session, email)
    before = user.role
    if role == before:
        return
    _keep_an_admin(admins, user)
    user.role = role
    audit.record(session, "user.role_changed", at=now, subject=user.email, by=by, before=before, role=role)


def set_password(
    session: Session, email: str, password_hash: str, *, now: datetime, by: Actor = audit.MACHINE
) -> None:
    """Give an account a new password and sign it out everywhere."""
    user = _locked(session, email)
    _replace_password(session, user, password_hash, now=now)
    audit.record(session, "user.password_set", at=now, subject=user.email, by=by)


def change_password(
    session: Session, user: User, password_hash: str, *, now: datetime, session_id: int
) -> None:
    """Change one's own password, whose old one was checked; only the session `session_id` goes on.

    Raises:
        Conflict: when the password was changed, or the account disabled, since `user` was read.
    """
    current = _unchanged(session, user)
    _replace_password(session, current, password_hash, now=now, but=session_id)
    audit.record(session, "user.password_changed", at=now, subject=current.email, by=current)


def start_reset(session: Session, user: User, *, now: datetime, by: Actor = audit.MACHINE) -> str:
    """Make the secret of a link to choose a password with, once, for an hour.

    Earlier links go on: they come by mail when any stranger asks, which must not spoil the one an
    administrator handed over. The first that is used ends the others.

    Raises:
        Conflict: when the account is disabled.
    """
    if user.disabled_at is not None:
        raise Conflict("That account is disabled; an administrator first enables it under /newsroom/users.")
    token = secrets.token_urlsafe(32)
    session.add(
        PasswordReset(token_hash=devices.hash_of(token), user_id=user.id, expires_at=now + RESET_LIFE)
    )
    audit.record(session, "user.reset_started", at=now, subject=user.email, by=by)
    return token


def finish_reset(session: Session, token: str, password_hash: str, *, now: datetime) -> User:
    """Set the password chosen by a link, sign the account out everywhere, and return whose it is.

    Raises:
        NotFound: when the link was used or has run out, or the account is disabled.
    """
    user = _locked(session, user_of_reset(session, token, now=now).email)
    link = update(PasswordReset).where(
        PasswordReset.token_hash == devices.hash_of(token), PasswordReset.used_at.is_(None)
    )
    used = session.execute(link.values(used_at=now).returning(PasswordReset.id)).first()
    if used is None or user.disabled_at is not None:
        raise NotFound("This link was used already. Ask for a new one.")
    _replace_password(session, user, password_hash, now=now)
    audit.record(session, "user.reset_finished", at=now, subject=user.email, by=user)
    return user


def sign_in(session: Session, user: User, *, device: str, now: datetime, rehashed: str | None = None) -> str:
    """Begin a session for somebody whose password was checked; return the secret for the cookie.

    Args:
        device: what to call the browser.
        rehashed: the same password under today's parameters.

    Raises:
        Conflict: when the password was changed, or the account disabled, since `user` was read.
    """
    current = _unchanged(session, user)
    if rehashed is not None:
        current.password_hash = rehashed
    audit.record(session, "user.signed_in", at=now, subject=current.email, by=current)
    return sessions.start(session, current, device=device, now=now)


def sign_out(session: Session, user: User, session_id: int, *, now: datetime) -> None:
    """End one of a user's own sessions, this one or one elsewhere."""
    if sessions.end(session, session_id, now=now):
        audit.record(session, "user.signed_out", at=now, subject=user.email, by=user)


def _locked(session: Session, email: str) -> User:
    # Not FOR UPDATE: that would make every act of this person wait, for its event refers to the row.
    statement = select(User).where(User.email == as_stored(email)).with_for_update(key_share=True)
    user = session.scalars(statement.execution_options(populate_existing=True)).first()
    if user is None:
        raise NotFound("There is no account with that e-mail address.")
    return user


def _unchanged(session: Session, user: User) -> User:
    current = _locked(session, user.email)
    if current.disabled_at is not None or current.password_hash != user.password_hash:
        raise Conflict("This account was changed just now. Sign in again.")
    return current


def _locked_admins(session: Session) -> Sequence[int]:
    """Lock the administrators, in one order for all, so that two of them cannot remove each other at once."""
    active = select(User.id).where(User.role == Role.ADMIN, User.disabled_at.is_(None)).order_by(User.id)
    return session.scalars(active.with_for_update(key_share=True)).all()


def _keep_an_admin(admins: Sequence[int], user: User) -> None:
    if list(admins) == [user.id]:
        raise Conflict(LAST_ADMIN)


def _replace_password(
    session: Session, user: User, password_hash: str, *, now: datetime, but: int | None = None
) -> None:
    user.password_hash = password_hash
    _shut_out(session, user, now=now, but=but)


def _shut_out(session: Session, user: User, *, now: datetime, but: int | None = None) -> None:
    sessions.end_all(session, user.id, now=now, but=but)
    devices.forget_all(session, user.id)
    unused = (PasswordReset.user_id == user.id, PasswordReset.used_at.is_(None))
    session.execute(delete(PasswordReset).where(*unused))
