"""How those who watch the desk learn that the worker lives: it says so, and web processes read when.

Several workers share one name: that one of them lives is enough.
"""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from tipline.models import Heartbeat

WORKER = "worker"
EVERY = timedelta(seconds=10)
SILENT = timedelta(minutes=5)  # mail to a host that hangs may take some


def beat(session: Session, name: str, *, now: datetime) -> None:
    """Note that `name` lives."""
    on_sqlite = session.get_bind().dialect.name == "sqlite"
    statement = (sqlite if on_sqlite else postgresql).insert(Heartbeat).values(name=name, at=now)
    session.execute(statement.on_conflict_do_update(index_elements=[Heartbeat.name], set_={"at": now}))


def last_beat(session: Session, name: str) -> datetime | None:
    """Return when `name` said last that it lives; None where it never did."""
    return session.scalars(select(Heartbeat.at).where(Heartbeat.name == name)).one_or_none()
