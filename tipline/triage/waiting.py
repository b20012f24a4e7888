"""How long a tip waits, beside what the newsroom sets itself as limits."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from tipline.models import State


@dataclass(frozen=True)
class AgeLimits:
    """Hours after which a waiting tip is due, and late; None for no such limit."""

    due_hours: float | None
    late_hours: float | None


@dataclass(frozen=True)
class Waiting:
    """Which limit a tip is past: `level` is "due", "late" or "", `past` that limit in words."""

    level: str
    past: str


NO_LIMITS = AgeLimits(None, None)
IN_TIME = Waiting("", "")


def waiting(state: str, since: datetime, now: datetime, limits: AgeLimits) -> Waiting:
    """Say whether a tip of a state, received at `since`, waits longer than the newsroom wants."""
    if state != State.PENDING:
        return IN_TIME
    for level, hours in (("late", limits.late_hours), ("due", limits.due_hours)):
        if hours is not None and now - since > timedelta(hours=hours):
            return Waiting(level, _words(hours))
    return IN_TIME


def _words(hours: float) -> str:
    return f"{hours * 60:g} min" if hours < 1 else f"{hours:g} h"
