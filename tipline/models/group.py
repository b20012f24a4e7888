"""Group: tips that say the same, decided together; usually one tip.

A group is a row of the queue. What the queue sorts by and shows stands on the row itself, so that a
page of it costs the same at a thousand and at a million tips.
"""

import math
from datetime import datetime, timedelta

from sqlalchemy import BigInteger, Index, literal_column, text
from sqlalchemy.orm import Mapped, mapped_column

from tipline.models.base import Base, BigId, Id, Instant, enum_column, one_of
from tipline.models.tip import RARE_KIND, Kind, State

HALF_LIFE = timedelta(hours=6)
HELD_BACK_SCORE = -8.0  # sinks two days down the queue; a person still decides
# The place of a group in a fixed shuffle (Knuth's multiplicative hash): whoever begins somewhere in it draws
# at random by an index.
LOTS = 2**32
LOT = literal_column(f"((id * 2654435761) & {LOTS - 1})", BigInteger)

_CLAIMED = text("claimed_until IS NOT NULL")


class Group(Base):
    __tablename__ = "groups"

    id: Mapped[Id]
    state: Mapped[str] = enum_column(
        default=State.PENDING
    )  # pending while any member is, else the latest decided
    kind: Mapped[str] = enum_column(default=Kind.TIP)
    score: Mapped[float] = mapped_column(default=0.0)
    rank: Mapped[float]  # score + age in half-lives since the epoch: never has to be re-scored as time passes
    scored_with: Mapped[int | None]  # how many lessons were known when it was scored; None when that is due
    size: Mapped[int] = mapped_column(default=1)
    pending: Mapped[int] = mapped_column(default=1)
    # while some are pending and others were decided: what became of the one that was decided last
    earlier: Mapped[str | None] = enum_column()
    newest_at: Mapped[Instant]  # when its newest member was received
    # The member that speaks for the group. No foreign key: tips point here already, and a circle of
    # them would need deferred constraints on both databases.
    lead_id: Mapped[int | None] = mapped_column(BigId)
    claimed_by_id: Mapped[int | None] = mapped_column(BigId)
    claimed_until: Mapped[Instant | None]

    __table_args__ = (
        one_of("state", State),
        one_of("kind", Kind),
        Index("ix_groups_state_rank_id", "state", "rank", "id"),
        Index("ix_groups_state_newest_at_id", "state", "newest_at", "id"),
        Index("ix_groups_state_scored_with", "state", "scored_with"),
        Index("ix_groups_rare_kind_rank_id", "kind", "state", "rank", "id",
              sqlite_where=RARE_KIND, postgresql_where=RARE_KIND),
        Index("ix_groups_rare_kind_newest_at_id", "kind", "state", "newest_at", "id",
              sqlite_where=RARE_KIND, postgresql_where=RARE_KIND),
        Index("ix_groups_state_lot", "state", LOT),
        Index("ix_groups_claimed_until", "claimed_until", sqlite_where=_CLAIMED, postgresql_where=_CLAIMED),
    )  # fmt: skip


def rank(score: float, received_at: datetime) -> float:
    """Return a rank in half-lives: one point of score outweighs `HALF_LIFE` of age.

    Source: Reddit's "hot" order, which also adds a time term once instead of decaying scores.
    """
    return round(score + received_at.timestamp() / HALF_LIFE.total_seconds(), 6)


def size_score(size: int) -> float:
    """Return what the number of people who say the same adds to a score: one point for each doubling."""
    return math.log2(size)
