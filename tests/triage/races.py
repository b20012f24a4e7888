"""Several people at once: run each act in a thread of its own, all starting together."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import func, select

from tipline.db import Database
from tipline.models import Group, State, Tip


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Run the acts together; return what each gave or raised."""
    barrier = threading.Barrier(len(acts))

    def run(act: Callable[[], object]) -> object:
        barrier.wait(10)
        try:
            return act()
        except Exception as error:  # noqa: BLE001 - the tests look at what was raised
            return error

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def recount(db: Database) -> dict[str, int]:
    """Count the tips by state, the slow way."""
    with db.read() as session:
        counts = session.execute(select(Tip.state, func.count()).group_by(Tip.state))
        return {state: count for state, count in counts}  # noqa: C416 - a Result is taken for a mapping


def check_groups(db: Database) -> None:
    """Check that every group's row says what its members say."""
    with db.read() as session:
        for group in session.scalars(select(Group)):
            members = session.scalars(select(Tip).where(Tip.group_id == group.id)).all()
            pending = [tip for tip in members if tip.state == State.PENDING]
            assert (group.size, group.pending) == (len(members), len(pending))
            assert group.newest_at == max(tip.received_at for tip in members)
            assert group.lead_id in {tip.id for tip in pending or members}
            assert (group.state == State.PENDING) == bool(pending)
