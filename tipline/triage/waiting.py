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
    return Waits.at(now, limits).of(state, since)


@dataclass(frozen=True)
class Waits:
    """What waits too long at one moment: what was received before each of some times, the earliest first."""

    before: tuple[tuple[datetime, Waiting], ...]

    @classmethod
    def at(cls, now: datetime, limits: AgeLimits) -> "Waits":
        levels = (("late", limits.late_hours), ("due", limits.due_hours))
        return cls(
            tuple(
                (now - timedelta(hours=hours), Waiting(level, _words(hours)))
                for level, hours in levels
                if hours is not None
            )
        )

    def of(self, state: str, since: datetime) -> Waiting:
        """Say so of a tip of a state, received at `since`."""
        if state == State.PENDING:
            for earliest, level in self.before:
                if since < earliest:
                    return level
        return IN_TIME


def _words(hours: float) -> str:
    return f"{hours * 60:g} min" if hours < 1 else f"{hours:g} h"
