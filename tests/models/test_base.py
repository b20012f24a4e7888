from datetime import datetime, timedelta, timezone

import pytest
from builders import a_user
from sqlalchemy import select
from sqlalchemy.exc import StatementError

from tipline.models import User


def test_instants_come_back_in_utc(db):
    there = datetime(2026, 3, 2, 15, tzinfo=timezone(timedelta(hours=3)))
    a_user(db, disabled_at=there)
    with db.read() as session:
        back = session.scalars(select(User.disabled_at)).one()
    assert back == there
    assert back.utcoffset() == timedelta(0)


def test_a_naive_instant_is_refused(db):
    """By a session, and by what is prepared, which hands values to the driver without one."""
    naive = datetime(2026, 3, 2)  # noqa: DTZ001
    with pytest.raises(StatementError, match="time zone"), db.read() as session:
        session.scalars(select(User.id).where(User.disabled_at == naive))
    with pytest.raises(ValueError, match="time zone"):
        a_user(db, disabled_at=naive)
