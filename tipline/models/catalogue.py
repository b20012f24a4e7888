"""The catalogue: all stories and all people together, whose version is new with each change of any of them.

What the machine makes of a text follows from that text and the catalogue, so a process may remember it under
the version (`assist/told.py`). Whoever writes a story or a person gives the catalogue its next one.
"""

from sqlalchemy import Connection, ScalarSelect, String, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from tipline.models.base import Base, Id
from tipline.models.ref import new_ref


class Catalogue(Base):
    """One row."""

    __tablename__ = "catalogue"

    id: Mapped[Id]
    # At random, so that no other catalogue, nor this one as a backup had it, goes by the same; "" until the
    # first change.
    version: Mapped[str] = mapped_column(String(8))


def catalogue_changed(session: Session | Connection) -> None:
    """Give the catalogue its next version, last in the transaction that changes a story or a person."""
    session.execute(update(Catalogue).values(version=new_ref()))


def catalogue_version() -> ScalarSelect[str]:
    """Return the version of the catalogue, to be read beside something else."""
    return select(Catalogue.version).scalar_subquery()
