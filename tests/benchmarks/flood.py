"""What a group costs that very many belong to: `python tests/benchmarks/flood.py [--tips 100000]`.

Prints for SQLite and for PostgreSQL, in a newsroom of a thousand tips, the time of pages that show a tip of a
group of a hundred and one of a group of so many, and of the facts of their scores (medians of turns that
alternate between the two), and their ratio.

What it taught: whatever is asked of a group's members has to be asked of some, by an index: of as many in
each state as are shown, or told of. All were counted and sorted each time that the tip was opened or that
one more said the same; a page that shows a flood, and the worker while it comes, cost more with each tip of
it. What is left of that is who was set apart from any of them, which PostgreSQL looks for among all members.
"""

import argparse
import statistics
import time
from collections.abc import Callable

from bulk import Bulk
from filled import databases
from newsroom_open import QUEUE, Open
from sqlalchemy import Table, func, select, update

from tipline.assist.facts import facts_of
from tipline.db import Database
from tipline.models import Group, State, Tip

NEWSROOM, FEW = 1_000, 100
ROUNDS = 15
TIPS: Table = Tip.__table__  # type: ignore[assignment]


def flood(db: Database, members: int) -> tuple[int, str]:
    """Let so many more say what a lone tip says; return their group's id and that tip's ref."""
    alone = select(Group.id, Group.lead_id).where(Group.state == State.PENDING, Group.size == 1)
    with db.read() as session:
        group_id, tip_id = session.execute(alone.order_by(Group.rank.desc()).limit(1)).one()
        one = dict(session.execute(select(TIPS).where(TIPS.c.id == tip_id)).mappings().one())
        last = session.scalar(select(func.max(Tip.id))) or 0
    with Bulk(db) as bulk:
        bulk.store(
            TIPS, [one | {"id": last + n, "ref": f"{len(str(members))}{n:07}"} for n in range(1, members + 1)]
        )
    with db.write() as session:
        grown = {"size": members + 1, "pending": members + 1}
        session.execute(update(Group).where(Group.id == group_id).values(**grown))
    return group_id, one["ref"]


def asked(db: Database, newsroom: Open, group_id: int, ref: str) -> dict[str, Callable[[], object]]:
    def facts() -> None:
        with db.read() as session:
            facts_of(session, [group_id])

    return {
        "the queue with a tip of it": lambda: newsroom.get(QUEUE, f"tip={ref}"),
        "a tip of it": lambda: newsroom.get(f"/newsroom/tips/{ref}"),
        "the facts of its score": facts,
    }


def milliseconds(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return (time.perf_counter() - began) * 1000


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tips", type=int, default=100_000)
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="")
    given = parser.parse_args()
    with databases((NEWSROOM,), "", given.database) as found:
        for kind, dbs in found.items():
            db = dbs[NEWSROOM]
            floods = {members: flood(db, members) for members in (FEW, given.tips)}
            db.gather_statistics()
            newsroom = Open(db, NEWSROOM, uncounted=True)
            pages = {members: asked(db, newsroom, *each) for members, each in floods.items()}
            print(f"\n{kind}: a group of {FEW:,} and one of {given.tips:,}")
            for name in pages[FEW]:
                took: dict[int, list[float]] = {members: [] for members in pages}
                for _ in range(ROUNDS):
                    for members, calls in pages.items():
                        took[members].append(milliseconds(calls[name]))
                few, many = (statistics.median(each) for each in took.values())
                print(f"{name:28}{few:8.1f} ms {many:8.1f} ms {many / few:6.2f} ×")


if __name__ == "__main__":
    main()
