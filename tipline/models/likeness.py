"""Likeness: what finds tips that say the same, as MinHash bands; and which pairs a person set apart for ever.

A. Broder, "On the resemblance and containment of documents", 1997: two texts share a band with a probability
that rises steeply with the overlap of their words.
"""

from sqlalchemy import BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from tipline.models.base import Base, BigId, Instant


class Band(Base):
    """One band of a tip's signature: tips that share a value are candidates."""

    __tablename__ = "bands"

    # No foreign key: it would be looked up for every band of every tip. Who erases a tip erases its bands.
    value: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)  # signed 64 bits
    tip_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False, index=True)

    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 - SQLAlchemy reads it once


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
