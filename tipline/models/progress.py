"""How far the worker has come: what it finds out changes what pages show, and no event says so."""

from typing import cast

from sqlalchemy import ScalarSelect, String, Table, bindparam, select, update
from sqlalchemy.orm import Mapped, mapped_column

from tipline.models.base import Base, Id
from tipline.models.ref import new_ref
from tipline.prepared import Asked, Prepared


class Progress(Base):
    """One row, whose version is new whenever the worker indexed tips, looked for their likes, or learned."""

    __tablename__ = "progress"

    id: Mapped[Id]
    version: Mapped[str] = mapped_column(String(8))  # at random, as the catalogue's; "" until it did anything


_MADE = Prepared(update(cast(Table, Progress.__table__)).values(version=bindparam("new")))


def progress_made(session: Asked) -> None:
    """Say so, last in the transaction that did it."""
    _MADE.run(session, {"new": new_ref()})


def progress_version() -> ScalarSelect[str]:
    """Return the version, to be read beside something else."""
    return select(Progress.version).scalar_subquery()
