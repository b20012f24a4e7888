"""User: a member of staff, the role they have, and what each role may do."""

from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from tipline.models.base import Base, Id, Instant, Line, enum_column, one_of


class Role(StrEnum):
    MODERATOR = "moderator"
    EDITOR = "editor"
    ADMIN = "admin"


class Permission(StrEnum):
    """What somebody may do; each view names one."""

    ACCOUNT = "account"  # one's own account
    TRIAGE = "triage"  # see and decide tips
    STORIES = "stories"  # see stories with their tips, and people
    WATCH = "watch"  # keep the list of watched words
    DRAFT = "draft"  # promote, write, send
    OPEN_SEALED = "open_sealed"  # contacts and originals, each time with a reason
    USERS = "users"  # accounts of others
    AUDIT = "audit"
    SETTINGS = "settings"


_MODERATOR = frozenset({Permission.ACCOUNT, Permission.TRIAGE, Permission.STORIES})
_EDITOR = _MODERATOR | {Permission.WATCH, Permission.DRAFT, Permission.OPEN_SEALED}
PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.MODERATOR: _MODERATOR,
    Role.EDITOR: _EDITOR,
    Role.ADMIN: frozenset(Permission),
}


class User(Base):
    __tablename__ = "users"

    id: Mapped[Id]
    email: Mapped[str] = mapped_column(String(254), unique=True)  # lower case
    name: Mapped[Line]
    role: Mapped[str] = enum_column()
    password_hash: Mapped[str | None] = mapped_column(String(200))  # Argon2id; none until the first is chosen
    disabled_at: Mapped[Instant | None]
    created_at: Mapped[Instant]
    timezone: Mapped[str | None] = mapped_column(String(64))
    keys: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))  # see web/keys.py
    alerts: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))  # see web/alerts.py

    __table_args__ = (one_of("role", Role),)

    def may(self, permission: Permission) -> bool:
        """Say whether this user's role allows something."""
        return permission in PERMISSIONS[Role(self.role)]


class Session(Base):
    """A signed-in browser. The cookie holds a secret; here stands its hash, so it can be revoked."""

    __tablename__ = "sessions"

    id: Mapped[Id]
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    device: Mapped[str] = mapped_column(String(100))  # "Firefox on Linux"
    created_at: Mapped[Instant]
    seen_at: Mapped[Instant]
    ended_at: Mapped[Instant | None]


class PasswordReset(Base):
    """A link that lets somebody choose a new password, once, for an hour."""

    __tablename__ = "password_resets"

    id: Mapped[Id]
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    expires_at: Mapped[Instant]
    used_at: Mapped[Instant | None]


class KnownDevice(Base):
    """A browser that somebody signed in from before: never slowed by what others try."""

    __tablename__ = "known_devices"

    id: Mapped[Id]
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    seen_at: Mapped[Instant]


class AlertMark(Base):
    """Up to where somebody was told of new tips by mail; none before the worker first looked."""

    __tablename__ = "alert_marks"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    mark: Mapped[str] = mapped_column(String(40))  # among the events, see triage/changes.py
    news_since: Mapped[Instant | None]  # something came that they were not told of yet
    told_at: Mapped[Instant | None]


class Throttle(Base):
    """How often signing in failed lately, for one account or one source; the key is hashed."""

    __tablename__ = "throttles"

    key: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    failures: Mapped[int]
    last_at: Mapped[Instant]
