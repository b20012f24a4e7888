"""Take an act back: every tip of its batch is again as it was before."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from tipline import audit
from tipline.errors import Conflict
from tipline.keeping.groups import let_speak
from tipline.models import Change, Group, Handling, Regrouping, State, Tip, User, Verdict
from tipline.search.seen import seen_by
from tipline.triage.decide import Outcome
from tipline.triage.handlings import stands
from tipline.triage.links import take_back
from tipline.triage.moves import Moves, let_earlier_stand, locked, require
from tipline.triage.put_back import put_back
from tipline.triage.regroup import take_back as ungroup

MOST_ACTS = 500
Kept = type[Verdict] | type[Regrouping] | type[Handling]
KEPT: tuple[Kept, ...] = (Verdict, Regrouping, Handling)


class Act(NamedTuple):
    """Something that somebody did: with which tip, the batch that undoes it, and when."""

    ref: str
    batch: str
    at: datetime


def undo(
    session: Session,
    ref: str,
    *,
    by: User,
    now: datetime,
    batch: str | None = None,
    version: int | None = None,
) -> Outcome:
    """Take back the batch `batch` of the tip `ref`, or the act that made its `version`.

    Taking back twice is a success. A tip of the batch that `by` may not see any more is not theirs to take
    back, and nothing is said of it.

    Raises:
        Stale: when a tip of the batch was changed since; nothing is taken back then.
        Conflict: when there is no such act, or what stood before it cannot stand again.
    """
    kind, wanted = _named(session, ref, batch, version)
    if kind is Regrouping:
        return ungroup(session, wanted, by=by, now=now)
    if kind is Handling:
        return put_back(session, wanted, by=by, now=now)
    of_batch = select(Tip.ref).join(Verdict, Verdict.tip_id == Tip.id)
    of_batch = of_batch.where(Verdict.batch == wanted, seen_by(by.id))
    tips = locked(session, list(session.scalars(of_batch.order_by(Tip.id))))
    verdicts = session.scalars(
        select(Verdict).where(Verdict.batch == wanted).execution_options(populate_existing=True)
    )
    here = {tip.id for tip in tips}
    made = {each.tip_id: each for each in verdicts if each.undone_at is None and each.tip_id in here}
    if not made:
        return Outcome(wanted, 0)
    require(session, tips, {tip.ref: made[tip.id].version for tip in tips}, now)
    moves = Moves(session, now, by.id)
    for tip in tips:
        _restore(session, moves, tip, made[tip.id], by=by)
    moves.settle()
    for tip in tips:
        if made[tip.id].before.get("spoke"):
            let_speak(session, tip.id)
    return Outcome(wanted, len(tips))


def last_act(session: Session, *, by: User, since: datetime) -> Act | None:
    """Return the newest act of `by` that still stands as it was left; None for none.

    What somebody else went on with is passed over: it is theirs now.
    """
    acts: list[tuple[Act, bool]] = []
    for kind in KEPT:
        rows = session.execute(
            select(kind.at, kind.batch, Tip.ref, _stands(kind))
            .join(Tip, Tip.id == kind.tip_id)
            .where(kind.by_id == by.id, kind.at >= since, kind.undone_at.is_(None), seen_by(by.id))
            .order_by(kind.id.desc())
            .limit(MOST_ACTS)
        )
        acts += [(Act(ref, batch, at), bool(stands)) for at, batch, ref, stands in rows]
    overtaken = {act.batch for act, stands in acts if not stands}
    standing = [act for act, _ in acts if act.batch not in overtaken]
    return max(standing, key=lambda act: act.at, default=None)


def speaking_of(session: Session, act: Act, *, by: User) -> str:
    """Return the tip of an act that has a row in the queue, as it speaks for its group; else the act's own.

    A decision covers all of a group, of which `last_act` names any that `by` may see.
    """
    for kind in KEPT:
        of_batch = select(Tip.ref).join(kind, kind.tip_id == Tip.id).where(kind.batch == act.batch)
        speaking = of_batch.where(seen_by(by.id)).join(Group, Group.lead_id == Tip.id).order_by(Tip.id.desc())
        if ref := session.scalar(speaking.limit(1)):
            return ref
    return act.ref


def in_several_rows(session: Session, batch: str) -> bool:
    """Say whether the tips of an act stand in more than one row of the queue now."""
    homes: set[int] = set()
    for kind in KEPT:
        of_batch = select(Tip.group_id).join(kind, kind.tip_id == Tip.id).where(kind.batch == batch)
        homes.update(session.scalars(of_batch.distinct().limit(2)))
    return len(homes) > 1


def _restore(session: Session, moves: Moves, tip: Tip, verdict: Verdict, *, by: User) -> None:
    was = verdict.before
    change = Change(State(was["state"]), was["reason"], was["reason_text"], _instant(was["snoozed_until"]))
    new_version = moves.make(
        tip, change, decided_at=_instant(was["decided_at"]), decided_by_id=was["decided_by_id"]
    )
    let_earlier_stand(session, verdict)
    take_back(session, verdict)
    session.execute(update(Verdict).where(Verdict.id == verdict.id).values(undone_at=moves.now))
    audit.record(
        session, "tip.undone", subject=tip.ref, by=by, at=moves.now,
        batch=verdict.batch, was=tip.state, version=new_version,
    )  # fmt: skip


def _stands(kind: Kept) -> ColumnElement[bool]:
    return stands() if kind is Handling else kind.version == Tip.version


def _named(session: Session, ref: str, batch: str | None, version: int | None) -> tuple[Kept, str]:
    """Return the kind and the batch of the act that is meant: of two with one version, the newer."""
    acts: list[tuple[datetime, Kept, str]] = []
    for kind in KEPT:
        of_tip = select(kind.at, kind.batch).join(Tip, Tip.id == kind.tip_id).where(Tip.ref == ref)
        chosen = of_tip.where(kind.batch == batch if batch is not None else kind.version == version)
        if (row := session.execute(chosen.order_by(kind.id.desc()).limit(1)).first()) is not None:
            acts.append((row.at, kind, row.batch))
    if not acts:
        raise Conflict("There is nothing here to take back.")
    _, kind, wanted = max(acts, key=lambda act: act[0])
    return kind, wanted


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
