"""A prepared statement says and stores what the same statement would through SQLAlchemy."""

from datetime import UTC, datetime
from typing import cast

import pytest
from builders import NOON, a_story
from sqlalchemy import Table, bindparam, select, update
from sqlalchemy.exc import IntegrityError

from tipline.models import Counter, Event, Story
from tipline.prepared import Prepared, adding

EVENTS, COUNTERS, STORIES = (cast(Table, noun.__table__) for noun in (Event, Counter, Story))
ADD = Prepared(adding(EVENTS, "at", "kind", "subject", "actor", "data").returning(EVENTS.c.id))
COUNT = Prepared(
    update(COUNTERS)
    .where(COUNTERS.c.name == bindparam("state"), COUNTERS.c.shard == bindparam("at_shard"))
    .values(value=COUNTERS.c.value + bindparam("by"))
)
HEADLINE = Prepared(select(STORIES.c.headline).where(STORIES.c.slug == bindparam("slug")))
EVENT = {"at": NOON, "kind": "tip.received", "subject": "Zoë", "actor": "reader", "data": {"a": ["ü", 1]}}


def test_values_come_back_as_they_went_in(db):
    with db.write() as session:
        number = ADD.run(session.connection(), EVENT)
    with db.read() as session:
        event = session.get_one(Event, number)
    assert {name: getattr(event, name) for name in EVENT} == EVENT
    assert event.at == datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_it_is_part_of_the_transaction(db):
    def add_and_fail() -> None:
        with db.write() as session:
            ADD.run(session.connection(), EVENT)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        add_and_fail()
    with db.read() as session:
        assert session.query(Event).count() == 0


def test_what_gives_no_row_gives_none(db):
    with db.write() as session:
        assert COUNT.run(session.connection(), {"state": "pending", "at_shard": 3, "by": 2}) is None
        assert HEADLINE.run(session.connection(), {"slug": "nowhere"}) is None
    with db.read() as session:
        assert session.get_one(Counter, ("pending", 3)).value == 2


def test_a_row_gives_its_first_column(db):
    story = a_story(db, "Drummer buys lighthouse")
    with db.read() as session:
        assert HEADLINE.run(session.connection(), {"slug": story.slug}) == "Drummer buys lighthouse"


def test_a_broken_constraint_is_an_integrity_error(db):
    with pytest.raises(IntegrityError), db.write() as session:
        ADD.run(session.connection(), {**EVENT, "kind": None})


def test_a_value_that_is_missing_is_an_error(db):
    with pytest.raises(KeyError), db.read() as session:
        HEADLINE.run(session.connection(), {})
