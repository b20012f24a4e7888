"""Likeness: what finds tips that say the same, as MinHash bands; and which pairs a person set apart for ever.

A. Broder, "On the resemblance and containment of documents", 1997: two texts share a band with a probability
that rises steeply with the overlap of their words.
"""

from sqlalchemy import BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from tipline.models.base import Base, BigId, Instant


class Band(Base):
    """One band of a tip's signature: tips that share a value are candidates."""

    __tablename__ = "bands"

    # No foreign key: it would be looked up for every band of every tip. Who erases a tip erases its bands.
    value: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)  # signed 64 bits
    tip_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)

    __table_args__ = (
        # Asked by the tip only to erase it. PostgreSQL notes of each 16 pages which tips they may hold: an
        # entry for each of the twenty rows of a tip would be much of what the worker writes.
        Index("ix_bands_tip_id", "tip_id", postgresql_using="brin", postgresql_with={"pages_per_range": 16}),
        {"sqlite_with_rowid": False},
    )


class Apart(Base):
    """Two tips that somebody said are not the same: never in one group again."""

    __tablename__ = "aparts"

    tip_id: Mapped[int] = mapped_column(BigId, ForeignKey("tips.id", ondelete="CASCADE"), primary_key=True)
    other_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("tips.id", ondelete="CASCADE"), primary_key=True, index=True
    )  # the larger id of the two
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    at: Mapped[Instant]
    batch: Mapped[str | None] = mapped_column(
        String(8), index=True
    )  # of the act that said so; see Regrouping
