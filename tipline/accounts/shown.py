"""What the pages of accounts print: rows and words, decided here so that templates only print."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from tipline.models import Role, Session, User
from tipline.text import times

# What waits for somebody's decision: to be handed over when they leave.
ASSIGNED = "/newsroom/queue?state=all&q=state%3Apending+state%3Asnoozed"
ROLE_WORDS = {
    Role.MODERATOR: "You may read and decide tips, and see stories and people.",
    Role.EDITOR: "You may read and decide tips, write drafts, and open what is sealed, with a reason.",
    Role.ADMIN: "You may do everything here, accounts and the audit trail included.",
}


def label(role: str) -> str:
    """Return a role as people read it."""
    return role.capitalize()


def roles() -> list[dict[str, str]]:
    """Return the choices of a role."""
    return [{"value": role.value, "label": label(role)} for role in Role]


def account(user: User) -> dict[str, str]:
    """Return one's own account."""
    return {"email": user.email, "role_label": label(user.role), "role_words": ROLE_WORDS[Role(user.role)]}


def handle(session: Session) -> str:
    """Return what names a session in a form: a part of its hash, of no use for anything else."""
    return session.token_hash.hex()[:16]


def signed_in(rows: Iterable[Session], here: int, zone: str, now: datetime) -> list[dict[str, Any]]:
    """Return where somebody is signed in; `here` is the id of the session that asks."""
    return [
        {
            "device": row.device,
            "handle": handle(row),
            "here": row.id == here,
            "seen": times.ago(row.seen_at, now),
            "at_iso": times.iso(row.seen_at),
            "at_exact": times.exact(row.seen_at, zone),
        }
        for row in rows
    ]


def held_by(email: str) -> str:
    """Return the address of what somebody holds, to hand it over."""
    return f"/newsroom/users/held?{urlencode({'email': email})}"


def _assigned_to(email: str) -> str:
    return f"{ASSIGNED}&{urlencode({'assignee': email})}"


def people(
    users: Sequence[User], seen: Mapping[int, datetime], tips: Mapping[int, int], here: int, now: datetime
) -> list[dict[str, Any]]:
    """Return the newsroom's accounts; `here` is the id of the user who looks, `tips` what waits for whom."""
    return [
        {
            "name": user.name,
            "email": user.email,
            "role": user.role,
            "role_label": label(user.role),
            "seen": times.ago(seen[user.id], now) if user.id in seen else "never",
            "disabled": user.disabled_at is not None,
            "self": user.id == here,
            "tips_words": times.count(tips[user.id], "open tip", "open tips") if user.id in tips else "",
            "tips_href": held_by(user.email) if user.disabled_at else _assigned_to(user.email),
            "held_href": held_by(user.email),
        }
        for user in users
    ]
