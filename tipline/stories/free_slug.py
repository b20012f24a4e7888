"""Find a slug that nothing has yet; whoever writes it holds the only write transaction that could take it."""

from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import InstrumentedAttribute, Session

from tipline.text.slugs import numbered, slugify

# Any number that nothing else in the database locks.
_WRITERS_LOCK = 7_469_707


def one_at_a_time(session: Session) -> None:
    """Let no other import write until this transaction ends; SQLite has one writer anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _WRITERS_LOCK})


def free_slug(session: Session, column: InstrumentedAttribute[Any], wanted: str, otherwise: str) -> str:
    """Return a slug for `wanted`: its own, or with the first number that is free ("-2").

    Args:
        column: the column of slugs.
        otherwise: a slug for what holds no word at all.

    """
    base = slugify(wanted) or otherwise
    taken = set(session.scalars(select(column).where((column == base) | column.like(f"{base}-%"))))
    number = 1
    while numbered(base, number) in taken:
        number += 1
    return numbered(base, number)
