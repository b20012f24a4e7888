"""Join two groups, take a tip out of one, or say that two are not the same: what a person says is kept.

The machine's own grouping and its suggestions heed it for ever. Every act raises the version of the tips it
is about, so that whoever decides one of them meanwhile is told.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import ColumnElement, delete, insert, or_, select, update
from sqlalchemy.orm import Session

from tipline import audit
from tipline.assist.alike import fits, set_apart_from
from tipline.assist.groups import alone_at_groups
from tipline.errors import Conflict, Invalid, Overtaken
from tipline.keeping.groups import let_speak, refresh_group
from tipline.models import Apart, Event, Group, Regroup, Regrouping, State, Tip, User, new_ref
from tipline.models.group import rank, size_score
from tipline.search.seen import seen_by
from tipline.triage.decide import Outcome
from tipline.triage.moves import let_earlier_stand, locked, raise_version, require

EVENTS = {Regroup.JOIN: "tip.joined", Regroup.SPLIT: "tip.split", Regroup.APART: "tip.set_apart"}
UNDONE = "tip.regrouping_undone"
Moved = tuple[int, str, int]
Kept = tuple[int, int, int | None]


class Act(Protocol):
    def __call__(
        self, session: Session, ref: str, other: str, *, versions: Mapping[str, int], by: User, now: datetime
    ) -> Outcome: ...


def join(
    session: Session, ref: str, other: str, *, versions: Mapping[str, int], by: User, now: datetime
) -> Outcome:
    """Make one group of those of the tips `ref` and `other`; the smaller moves to the larger.

    Nothing is decided by it. Two that are in one group already are left alone.

    Args:
        versions: of `ref`, of `other`, and of whatever else was seen, as it was seen.

    Raises:
        Stale: when one of them was changed since it was seen.
        Conflict: when somebody set them apart, or they are of different kinds.
    """
    tips = _loaded(session, ref, other, versions)
    one, two = tips[ref], tips[other]
    if one.group_id == two.group_id:
        return Outcome(_batch_of(session, one), 0)
    require(session, tips.values(), versions, now)
    _require_fit(session, one, two)
    home, target = (two, one) if _size(session, two) < _size(session, one) else (one, two)
    batch, home_id, target_id = new_ref(), home.group_id, target.group_id
    spoke = _who_speaks(session, home_id)
    moved = _moved(session, [Tip.group_id == home_id], target_id)
    rows: list[Kept] = [(tip_id, version, target.id) for tip_id, _, version in moved]
    if target is one:
        # undone from here, it must still be as it was
        rows.append((one.id, raise_version(session, one, now), None))
    # the tip that somebody had before their eyes stands first: there it is undone
    _keep(session, batch, Regroup.JOIN, sorted(rows, key=lambda row: row[0] != one.id), by=by, now=now)
    about = {tip_ref: target.ref for _, tip_ref, _ in moved} | ({one.ref: two.ref} if target is one else {})
    _record(session, Regroup.JOIN, about, batch, by=by, now=now, spoke=spoke, viewed=ref)
    for group_id in sorted((home_id, target_id)):
        refresh_group(session, group_id)
    return Outcome(batch, len(moved))


def split(
    session: Session, ref: str, other: str, *, versions: Mapping[str, int], by: User, now: datetime
) -> Outcome:
    """Take the tip `other` out of the group that it shares with `ref`; one that is alone is left so.

    `ref` may be `other`: then it is taken from all the rest. It never comes back to them by itself.

    Raises:
        Stale: when one of the tips was changed since it was seen.
    """
    tips = _loaded(session, ref, other, versions)
    one, gone = tips[ref], tips[other]
    if one.group_id != gone.group_id or _size(session, gone) == 1:
        return Outcome(_batch_of(session, gone), 0)
    require(session, tips.values(), versions, now)
    batch, group_id = new_ref(), gone.group_id
    spoke, new_id = _who_speaks(session, group_id), new_group(session, gone)
    rest = list(session.scalars(select(Tip.id).where(Tip.group_id == group_id, Tip.id != gone.id)))
    stays = one.id if one.id != gone.id else min(rest)
    version = raise_version(session, gone, now, group_id=new_id)
    _keep(session, batch, Regroup.SPLIT, [(gone.id, version, stays)], by=by, now=now)
    _set_apart(session, batch, gone.id, rest, by=by, now=now)
    stayed = session.scalars(select(Tip.ref).where(Tip.id == stays)).one()
    _record(session, Regroup.SPLIT, {gone.ref: stayed}, batch, by=by, now=now, spoke=spoke, viewed=ref)
    for changed in (group_id, new_id):
        refresh_group(session, changed)
    return Outcome(batch, 1)


def set_apart(
    session: Session, ref: str, other: str, *, versions: Mapping[str, int], by: User, now: datetime
) -> Outcome:
    """Say that the groups of `ref` and `other` are not the same: they are never suggested or joined again.

    Each of them is set apart from every member of the other's group, so that it holds when groups change.

    Raises:
        Stale: when one of the tips was changed since it was seen.
        Conflict: when they are in one group.
    """
    tips = _loaded(session, ref, other, versions)
    one, two = tips[ref], tips[other]
    if one.group_id != two.group_id and two.group_id in set_apart_from(session, one.group_id):
        return Outcome(_batch_of(session, one), 0)
    require(session, tips.values(), versions, now)
    if one.group_id == two.group_id:
        raise Conflict("These are in one group now. Take out of it what does not belong there.")
    batch = new_ref()
    _set_apart(session, batch, one.id, _members(session, two), by=by, now=now)
    _set_apart(session, batch, two.id, _members(session, one), by=by, now=now)
    _keep(session, batch, Regroup.APART, [(one.id, raise_version(session, one, now), two.id)], by=by, now=now)
    _record(session, Regroup.APART, {one.ref: two.ref}, batch, by=by, now=now)
    return Outcome(batch, 1)


def take_back(session: Session, batch: str, *, by: User, now: datetime) -> Outcome:
    """Undo the regroupings of `batch`: who moved goes back, and what was set apart is so no more.

    Who spoke for the group that was broken up speaks for it again, while it may.

    Raises:
        Stale: when a tip of them was changed since; nothing is taken back then.
        Conflict: when another act keeps apart what this would bring together.
    """
    alone_at_groups(session)
    undone = Regrouping.batch == batch, Regrouping.undone_at.is_(None)
    rows = list(session.scalars(select(Regrouping).where(*undone).order_by(Regrouping.tip_id)))
    if not rows:
        return Outcome(batch, 0)
    loaded = locked(session, _refs(session, {row.tip_id for row in rows} | {row.other_id for row in rows}))
    tips = {tip.id: tip for tip in loaded}
    acted = [tips[row.tip_id] for row in rows]
    require(session, acted, {tips[row.tip_id].ref: row.version for row in rows}, now)
    told = _told(session, acted[0], batch)
    spoke = _may_speak_again(session, rows[0], told.get("spoke"))
    session.execute(delete(Apart).where(Apart.batch == batch))
    went = [tips[row.tip_id] for row in rows if row.other_id is not None]
    for stayed in (tip for tip in acted if tip not in went):
        raise_version(session, stayed, now)
    _put_back(session, rows[0], went, tips)
    if spoke is not None:
        let_speak(session, spoke)
    for row in rows:
        let_earlier_stand(session, row)
    session.execute(update(Regrouping).where(*undone).values(undone_at=now))
    for tip in acted:
        audit.record(session, UNDONE, subject=tip.ref, by=by, at=now, batch=batch, act=rows[0].act)
    return Outcome(batch, len(acted), _still_seen(session, told.get("viewed"), by))


def _told(session: Session, tip: Tip, batch: str) -> Mapping[str, Any]:
    """Return what the event of an act says of a tip, the newest of its kind first."""
    events = select(Event).where(Event.subject == tip.ref, Event.kind.in_(EVENTS.values()))
    found = session.scalars(events.order_by(Event.id.desc()))
    return next((event.data for event in found if event.data.get("batch") == batch), {})


def _may_speak_again(session: Session, row: Regrouping, ref: str | None) -> int | None:
    """Return the tip that spoke for a group before an act, unless its group went on to another since."""
    spoke = session.scalars(select(Tip.id).where(Tip.ref == ref)).first()
    if spoke is None or row.act != Regroup.SPLIT:
        return spoke
    pairs = select(Apart.tip_id, Apart.other_id).where(Apart.batch == row.batch)
    left = {tip_id for pair in session.execute(pairs) for tip_id in pair}
    stayed = select(Group.lead_id).join(Tip, Tip.group_id == Group.id).where(Tip.id == row.other_id)
    return spoke if session.scalar(stayed) in left else None


def _still_seen(session: Session, ref: str | None, by: User) -> str:
    seen = select(Tip.ref).where(Tip.ref == ref, Tip.erased_at.is_(None), seen_by(by.id))
    return session.scalar(seen) or ""


def _put_back(session: Session, row: Regrouping, went: list[Tip], tips: Mapping[int, Tip]) -> None:
    """Bring the tips that went somewhere by an act back to where they would be without it."""
    if row.act == Regroup.SPLIT and row.other_id is not None:
        goal = tips[row.other_id].group_id
    else:
        goal = new_group(session, went[0]) if row.act == Regroup.JOIN else went[0].group_id
    _moved(session, [Tip.id.in_([tip.id for tip in went])], goal)
    if goal in set_apart_from(session, goal):
        raise Overtaken("Somebody said since that these are not the same, so they stay apart.")
    for group_id in sorted({goal} | {tip.group_id for tip in went}):
        refresh_group(session, group_id)


def _loaded(session: Session, ref: str, other: str, versions: Mapping[str, int]) -> dict[str, Tip]:
    """Lock what an act is about, by ref."""
    if not {ref, other} <= versions.keys():
        raise Invalid("The form does not say which tips you saw. Look at them again, then decide.")
    alone_at_groups(session)
    return {tip.ref: tip for tip in locked(session, versions)}


def _require_fit(session: Session, one: Tip, two: Tip) -> None:
    hidden = any(tip.restricted or tip.escalated_at for tip in (one, two))
    if hidden or not fits(one, two):
        raise Conflict(
            "These two cannot be one row: they are of different kinds, or not everybody may see both."
        )
    if two.group_id in set_apart_from(session, one.group_id):
        raise Conflict("Somebody said that these are not the same. Take that back first.")


def _size(session: Session, tip: Tip) -> int:
    return session.scalars(select(Group.size).where(Group.id == tip.group_id)).one()


def _who_speaks(session: Session, group_id: int) -> str | None:
    speaking = select(Tip.ref).join(Group, Group.lead_id == Tip.id).where(Group.id == group_id)
    return session.scalar(speaking)


def _members(session: Session, tip: Tip) -> list[int]:
    return list(session.scalars(select(Tip.id).where(Tip.group_id == tip.group_id)))


def _refs(session: Session, tip_ids: Collection[int | None]) -> list[str]:
    return list(session.scalars(select(Tip.ref).where(Tip.id.in_(tip_ids)).order_by(Tip.id)))


def _moved(session: Session, chosen: Iterable[ColumnElement[bool]], group_id: int) -> list[Moved]:
    """Move tips into a group, each at a new version; return (id, ref, version) of each."""
    columns = {"group_id": group_id, "version": Tip.version + 1}
    move = update(Tip).where(*chosen).values(columns).returning(Tip.id, Tip.ref, Tip.version)
    moved = session.execute(move, execution_options={"synchronize_session": False})
    return [(tip_id, ref, version) for tip_id, ref, version in moved]


def new_group(session: Session, tip: Tip) -> int:
    """Make a group for a tip that leaves its own; what its size added to the score does not go with it."""
    old = session.get_one(Group, tip.group_id, populate_existing=True)
    score = old.score - size_score(old.size)
    columns = {
        "kind": tip.kind, "state": tip.state, "score": score, "rank": rank(score, tip.received_at),
        "size": 1, "pending": int(tip.state == State.PENDING), "newest_at": tip.received_at,
        "lead_id": tip.id,
    }  # fmt: skip
    return session.execute(insert(Group).values(columns).returning(Group.id)).scalar_one()


def _set_apart(
    session: Session, batch: str, tip_id: int, others: Iterable[int], *, by: User, now: datetime
) -> None:
    """Keep a tip out of the company of others; pairs that are known already stay as they were said."""
    pairs = {(min(tip_id, other), max(tip_id, other)) for other in others}
    of_tip = select(Apart.tip_id, Apart.other_id).where(or_(Apart.tip_id == tip_id, Apart.other_id == tip_id))
    known = {(one, other) for one, other in session.execute(of_tip)}
    columns = {"by_id": by.id, "at": now, "batch": batch}
    rows = [{"tip_id": one, "other_id": other, **columns} for one, other in sorted(pairs - known)]
    if rows:
        session.execute(insert(Apart), rows)


def _keep(
    session: Session,
    batch: str,
    act: Regroup,
    rows: Iterable[Kept],
    *,
    by: User,
    now: datetime,
) -> None:
    """Write down an act, as (tip, its new version, the tip that it went to or left)."""
    columns = {"batch": batch, "act": act, "by_id": by.id, "at": now}
    kept = [{"tip_id": tip, "version": version, "other_id": other, **columns} for tip, version, other in rows]
    session.execute(insert(Regrouping), kept)


def _record(
    session: Session,
    act: Regroup,
    about: Mapping[str, str],
    batch: str,
    *,
    by: User,
    now: datetime,
    **before: str | None,
) -> None:
    """Write an event for each tip; `before` is who spoke for the group, and the tip that was open."""
    for ref, other in sorted(about.items()):
        audit.record(session, EVENTS[act], subject=ref, by=by, at=now, batch=batch, other=other, **before)


def _batch_of(session: Session, tip: Tip) -> str:
    latest = select(Regrouping.batch).where(Regrouping.tip_id == tip.id, Regrouping.undone_at.is_(None))
    return session.scalar(latest.order_by(Regrouping.id.desc()).limit(1)) or ""
