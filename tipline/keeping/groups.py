"""Bring what stands on a group's row in line with its members, whoever moved, decided or erased one."""

from sqlalchemy import case, delete, func, or_, select, update
from sqlalchemy.orm import Session

from tipline.models import Group, State, Tip
from tipline.models.group import rank, size_score


def refresh_group(session: Session, group_id: int) -> None:
    """Count a group's members again, choose who speaks for it, and place it; one without members goes."""
    is_pending = Tip.state == State.PENDING
    members = select(
        func.count(), func.sum(case((is_pending, 1), else_=0)), func.max(Tip.received_at),
        func.min(case((is_pending, Tip.id))), func.min(Tip.id),
    )  # fmt: skip
    size, pending, newest_at, first_pending, first = session.execute(
        members.where(Tip.group_id == group_id)
    ).one()
    if not size:
        session.execute(delete(Group).where(Group.id == group_id))
        return
    group = session.get_one(Group, group_id, populate_existing=True)
    lead = select(Tip.state).where(Tip.id == group.lead_id, Tip.group_id == group_id)
    lead_state = session.scalar(lead)
    if lead_state is None or (pending and lead_state != State.PENDING):
        group.lead_id = first_pending or first
    group.score += size_score(size) - size_score(group.size)
    group.size, group.pending, group.newest_at = size, pending, newest_at
    group.rank, group.scored_with = rank(group.score, newest_at), None
    decided = _latest_decided(session, group_id) if pending < size else None
    group.state, group.earlier = (State.PENDING, decided) if pending else (decided or State.PENDING, None)
    session.flush()


def let_speak(session: Session, tip_id: int) -> None:
    """Let a tip speak for its group, unless it is decided while others wait; its score is due again."""
    there = select(Tip.group_id).where(Tip.id == tip_id, or_(Tip.state == State.PENDING, Group.pending == 0))
    speaking = (
        update(Group).where(Group.id.in_(there.correlate(Group))).values(lead_id=tip_id, scored_with=None)
    )
    session.execute(speaking, execution_options={"synchronize_session": False})


def _latest_decided(session: Session, group_id: int) -> State:
    """Return the state of the member that was decided last."""
    latest = select(Tip.state).where(Tip.group_id == group_id, Tip.state != State.PENDING)
    return State(session.execute(latest.order_by(Tip.decided_at.desc(), Tip.id.desc()).limit(1)).scalar_one())
