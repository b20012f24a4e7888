"""Carry out what `Tip.decide` says, for every act that changes a tip's state.

An act locks the groups it touches, then moves each tip by a conditional UPDATE on its version, and at
the end settles counters and groups. Rows are always taken in the same order (groups, tips, stories,
counters, each by key), so that on PostgreSQL two acts wait for each other instead of deadlocking.
"""

from collections import Counter as Tally
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tipline.errors import NotFound, Overtaken
from tipline.keeping.groups import refresh_group
from tipline.models import Change, Counter, Event, Group, Handling, Regrouping, State, Tip, Verdict
from tipline.models.counter import SHARDS
from tipline.triage.words import did

# The acts that raise a tip's version; others, as a tag or a note, are in nobody's way.
CHANGING = (
    *("tip.accepted", "tip.declined", "tip.marked_spam", "tip.snoozed", "tip.reopened", "tip.woke"),
    *("tip.linked", "tip.unlinked", "tip.undone", "tip.corrected", "tip.replied"),
    *("tip.joined", "tip.split", "tip.set_apart", "tip.regrouping_undone"),
    *("tip.restricted", "tip.escalated", "tip.revealed"),
    *("tip.unlink_undone", "tip.correct_undone", "tip.restrict_undone", "tip.reveal_undone"),
)


class Stale(Overtaken):
    """The tip was changed since the person who acts has seen it."""

    title = "Somebody was quicker"


@dataclass
class Moves:
    """What one act has moved so far: counters to change, groups to bring up to date."""

    session: Session
    now: datetime
    by_id: int | None
    _counted: Tally[tuple[str, int]] = field(default_factory=Tally)
    _groups: set[int] = field(default_factory=set)

    def make(self, tip: Tip, change: Change, **more: Any) -> int:
        """Bring `tip` into its new state; return its new version.

        Args:
            more: columns of `tips` that the act sets otherwise than a decision does.

        Raises:
            Stale: when somebody else was faster by a hair.
        """
        closed = change.state != State.PENDING
        columns = {
            "state": change.state,
            "reason": change.reason,
            "reason_text": change.reason_text,
            "snoozed_until": change.snoozed_until,
            "decided_at": self.now if closed else None,
            "decided_by_id": self.by_id if closed else None,
            **more,
        }
        version = raise_version(self.session, tip, self.now, **columns)
        if tip.state != change.state:
            self._counted[tip.state, tip.id % SHARDS] -= 1
            self._counted[change.state, tip.id % SHARDS] += 1
        self._groups.add(tip.group_id)
        return version

    def settle(self) -> None:
        """Change the counters and bring the groups up to date; the last thing an act does."""
        for group_id in sorted(self._groups):
            refresh_group(self.session, group_id)
        for (state, shard), step in sorted(self._counted.items()):
            if step:
                counter = update(Counter).where(Counter.name == state, Counter.shard == shard)
                self.session.execute(counter.values(value=Counter.value + step))


def raise_version(session: Session, tip: Tip, now: datetime, **columns: Any) -> int:
    """Change a tip that is still at the version it was loaded with; return its new version.

    Raises:
        Stale: when it is not.
    """
    version = tip.version + 1
    change = (
        update(Tip).where(Tip.id == tip.id, Tip.version == tip.version).values(version=version, **columns)
    )
    done = session.execute(change, execution_options={"synchronize_session": False})
    if done.rowcount != 1:  # type: ignore[attr-defined]
        raise stale(session, tip, now)
    return version


def let_earlier_stand(session: Session, undone: Verdict | Regrouping | Handling) -> None:
    """Let what was done to a tip before the act `undone` be taken back in its turn, however much it is.

    Taking back leaves the tip two versions above the one that the act found, so each earlier act counts as
    two younger. What is no such act, as waking or escalating, stays between them and in the way.
    """
    for act in (Verdict, Regrouping, Handling):
        earlier = act.tip_id == undone.tip_id, act.version < undone.version, act.undone_at.is_(None)
        younger = update(act).where(*earlier).values(version=act.version + 2)
        session.execute(younger, execution_options={"synchronize_session": False})


def locked(session: Session, refs: Collection[str]) -> list[Tip]:
    """Load the tips of an act, the first of `refs` first, and keep others from deciding them meanwhile.

    Raises:
        NotFound: when one of them does not exist.
    """
    held = _hold_groups(session, refs)
    rows = select(Tip).where(Tip.ref.in_(refs), Tip.erased_at.is_(None)).order_by(Tip.id).with_for_update()
    tips = {tip.ref: tip for tip in session.scalars(rows.execution_options(populate_existing=True))}
    if not held.issuperset(tip.group_id for tip in tips.values()):
        # one was moved to another group while we waited; it stays there now that the tip is locked
        _hold_groups(session, refs)
    if missing := [ref for ref in refs if ref not in tips]:
        raise NotFound(f"There is no tip {missing[0]}; it may have been erased.")
    return [tips[ref] for ref in refs]


def _hold_groups(session: Session, refs: Collection[str]) -> set[int]:
    homes = select(Tip.group_id).where(Tip.ref.in_(refs))
    return set(
        session.scalars(select(Group.id).where(Group.id.in_(homes)).order_by(Group.id).with_for_update())
    )


def require(session: Session, tips: Collection[Tip], versions: Mapping[str, int], now: datetime) -> None:
    """Refuse to act on a tip that is not as the person who acts has seen it."""
    for tip in tips:
        if tip.version != versions[tip.ref]:
            raise stale(session, tip, now)


def stale(session: Session, tip: Tip, now: datetime) -> Stale:
    """Return the error that says who did what to `tip`, and when."""
    changed = select(Event).where(Event.subject == tip.ref, Event.kind.in_(CHANGING))
    event = session.scalars(changed.order_by(Event.id.desc()).limit(1)).first()
    if event is None:
        return Stale("Somebody changed this tip since you opened it.", ref=tip.ref)
    return Stale(did(event, now), ref=tip.ref, who=event.actor, what=event.kind)
