"""What waits for the worker: tips that it has not looked at yet, a row each, which goes once it has.

Apart from the tips, because what a mark on a tip's own row costs grows with that table's indexes: on
PostgreSQL a row that changes is written anew, with an entry in each of them.
"""

from sqlalchemy import Table, delete, select
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql.dml import ReturningDelete

from tipline.at_once import ids_of
from tipline.models.base import Base, BigId


class Unindexed(Base):
    """A tip whose words the full-text index does not know, or not as they stand now."""

    __tablename__ = "unindexed"

    # No foreign key: it would be looked up for every tip. Who erases a tip takes its rows out of here, too.
    tip_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)


class Ungrouped(Base):
    """A tip for which nobody has looked for others that say the same."""

    __tablename__ = "ungrouped"

    tip_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)


def taking(table: Table) -> ReturningDelete[int]:
    """Return the statement that takes those of some tips (`tips`) that wait still; it gives their ids.

    What somebody else has in hand is left to them, so nobody waits here for a tip that is being erased.
    """
    waiting = table.c.tip_id
    free = select(waiting).where(waiting.in_(ids_of("tips"))).with_for_update(skip_locked=True)
    return delete(table).where(waiting.in_(free)).returning(waiting)
