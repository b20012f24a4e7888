"""Decide a tip, and with it those members of its group that the moderator saw.

All of it happens or nothing does. The same decision sent twice, by a second click or a second moderator,
is a success: what was wanted stands already.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from tipline import audit
from tipline.models import Change, Decision, Group, Reason, Tip, User, Verdict, new_ref
from tipline.models.tip import RESULT
from tipline.triage.moves import Moves, locked, require

EVENTS = {
    Decision.ACCEPT: "tip.accepted",
    Decision.DECLINE: "tip.declined",
    Decision.SPAM: "tip.marked_spam",
    Decision.SNOOZE: "tip.snoozed",
    Decision.REOPEN: "tip.reopened",
}
KEPT = ("state", "reason", "reason_text", "snoozed_until", "decided_at", "decided_by_id")


@dataclass(frozen=True)
class Outcome:
    """What an act did: the batch that undoes it, and how many tips it moved (0: it stood already)."""

    batch: str
    count: int
    viewed: str = ""  # of an undo: the tip that was open when the act was done, where it is another


@dataclass(frozen=True)
class Choice:
    """A decision with what it was given."""

    decision: Decision
    reason: Reason | None = None
    reason_text: str | None = None
    until: datetime | None = None

    def on(self, tip: Tip, now: datetime) -> Change:
        """Say what this makes of `tip`; see `Tip.decide`."""
        return tip.decide(
            self.decision, now=now, reason=self.reason, reason_text=self.reason_text, until=self.until
        )


def decide(
    session: Session,
    ref: str,
    decision: Decision,
    *,
    version: int,
    by: User,
    now: datetime,
    members: Mapping[str, int] | None = None,
    reason: Reason | None = None,
    reason_text: str | None = None,
    until: datetime | None = None,
) -> Outcome:
    """Decide the tip `ref` as it was at `version`.

    Args:
        members: further tips by ref, each with the version that was seen; decided the same way.

    Raises:
        Stale: when one of them was changed since, naming who did what.
        InvalidTransition, Invalid: see `Tip.decide`.
    """
    choice = Choice(decision, reason, reason_text, until)
    versions = {ref: version, **(members or {})}
    tips = locked(session, versions)
    waiting = [tip for tip in tips if not stands(tip, choice, versions[tip.ref])]
    if not waiting:
        return Outcome(_batch_of(session, tips[0]), 0)
    require(session, waiting, versions, now)
    return carry_out(session, choice, waiting, by=by, now=now)


def carry_out(session: Session, choice: Choice, tips: Collection[Tip], *, by: User, now: datetime) -> Outcome:
    """Decide tips that are locked and as they were seen, in one batch."""
    batch, moves, spoke = new_ref(), Moves(session, now, by.id), who_speak(session, tips)
    for tip in sorted(tips, key=lambda tip: tip.id):
        change = choice.on(tip, now)
        new_version, until = moves.make(tip, change), change.snoozed_until
        keep_verdict(session, batch, tip, choice.decision, new_version, by=by, now=now, spoke=tip.id in spoke)
        audit.record(
            session, EVENTS[choice.decision], subject=tip.ref, by=by, at=now,
            batch=batch, was=tip.state, version=new_version, reason=choice.reason,
            **({"until": until.isoformat()} if until else {}),
        )  # fmt: skip
    moves.settle()
    return Outcome(batch, len(tips))


def who_speak(session: Session, tips: Collection[Tip]) -> set[int]:
    """Return which of `tips` speak for their groups."""
    leads = select(Group.lead_id).where(Group.id.in_({tip.group_id for tip in tips}))
    return {tip.id for tip in tips} & set(session.scalars(leads))


def keep_verdict(
    session: Session,
    batch: str,
    tip: Tip,
    decision: Decision,
    version: int,
    *,
    by: User,
    now: datetime,
    link_id: int | None = None,
    **before: Any,
) -> None:
    """Write down a decision on `tip`, as it was before, and what else `before` names."""
    kept = {name: getattr(tip, name) for name in KEPT}
    was = {name: value.isoformat() if isinstance(value, datetime) else value for name, value in kept.items()}
    session.execute(
        insert(Verdict),
        {
            "batch": batch, "tip_id": tip.id, "decision": decision, "before": {**was, **before},
            "version": version, "link_id": link_id, "by_id": by.id, "at": now,
        },
    )  # fmt: skip


def stands(tip: Tip, choice: Choice, seen: int) -> bool:
    """Say whether the one change since `seen` has made of the tip what `choice` would."""
    if tip.version != seen + 1:
        return False
    return (tip.state, tip.reason, tip.reason_text, tip.snoozed_until) == _wanted(choice)


def _wanted(choice: Choice) -> tuple[str, str | None, str | None, datetime | None]:
    declined, snoozed = choice.decision is Decision.DECLINE, choice.decision is Decision.SNOOZE
    return (
        RESULT[choice.decision],
        choice.reason if declined else None,
        choice.reason_text if declined else None,
        choice.until if snoozed else None,
    )


def _batch_of(session: Session, tip: Tip) -> str:
    latest = select(Verdict.batch).where(Verdict.tip_id == tip.id).order_by(Verdict.id.desc()).limit(1)
    return session.scalar(latest) or ""
