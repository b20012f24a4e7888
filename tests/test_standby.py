from contextlib import ExitStack

import pytest
from builders import a_person
from sqlalchemy import literal_column, select

from tipline import standby as standby_module
from tipline.errors import Unavailable
from tipline.models import Person
from tipline.prepared import Prepared
from tipline.standby import MOST, Readers, Standby

ONE = Prepared(select(literal_column("1")))


def asked(pooled):
    cursor = pooled.cursor()
    cursor.execute("SELECT 1")
    return cursor.fetchone()[0]


def test_one_that_stands_by_is_used_again(db):
    standby = Standby(db.engine)
    with standby.one() as first:
        assert asked(first) == 1
    with standby.one() as second:
        assert second is first
    standby.let_go()
    assert db.engine.pool.checkedout() == 0


def test_those_beyond_a_few_go_back_to_the_pool(db):
    standby = Standby(db.engine)
    with ExitStack() as stack:
        for _ in range(MOST + 3):
            stack.enter_context(standby.one())
    assert db.engine.pool.checkedout() == MOST
    standby.let_go()


def test_one_that_met_an_error_goes_back_with_what_it_had_begun(db):
    standby = Standby(db.engine)
    with pytest.raises(ZeroDivisionError), standby.one() as pooled:
        _begin_and_fail(db, pooled)
    assert db.engine.pool.checkedout() == 0
    assert db.write_together(lambda driver: asked(driver.connection)) == 1


def _begin_and_fail(db, pooled):
    if db.dialect == "sqlite":
        pooled.driver_connection.execute("BEGIN IMMEDIATE")
    raise ZeroDivisionError


def test_an_old_one_is_made_anew(db, monkeypatch):
    standby = Standby(db.engine)
    with standby.one() as first:
        pass
    monkeypatch.setattr(standby_module, "HOUR", 0.0)
    with standby.one() as second:
        assert second is not first
    standby.let_go()


def test_a_disposed_database_keeps_none(db):
    with db.glance() as driver:
        assert asked(driver) == 1
    assert db.engine.pool.checkedout() == 1
    db.dispose()
    assert db.engine.pool.checkedout() == 0


@pytest.mark.only("postgres")
def test_after_the_server_let_all_go_one_is_told_so_and_the_next_is_served(db, postgres):
    for _ in range(2):
        with ExitStack() as stack:
            for _ in range(MOST + 3):
                stack.enter_context(db._standby.one())
        postgres.let_all_go()
        with pytest.raises(Unavailable):
            db.write_together(lambda driver: ONE.row(driver, {}))
        assert db.write_together(lambda driver: ONE.row(driver, {})) == (1,)
        with db.glance() as driver:
            assert asked(driver) == 1


@pytest.mark.only("sqlite")
def test_one_that_was_told_something_never_comes_back_to_others(db):
    standby = Standby(db.engine, ("PRAGMA cache_size=-77",))
    with standby.one() as told:
        assert told.driver_connection.execute("PRAGMA cache_size").fetchone() == (-77,)
    with pytest.raises(ZeroDivisionError), standby.one():
        raise ZeroDivisionError
    assert db.engine.pool.checkedout() == 0
    others = [db.engine.raw_connection() for _ in range(MOST)]
    assert all(other.driver_connection.execute("PRAGMA cache_size").fetchone() != (-77,) for other in others)
    for other in others:
        other.close()


def test_a_session_that_stands_by_reads_anew_each_time(db):
    readers, seen = Readers(db.engine), []
    for name in ("Ilka Brandvold", "Ida Marlowe"):
        a_person(db, name)
        with readers.one() as session:
            seen.append((session, session.scalars(select(Person).order_by(Person.id)).all()))
    (first, before), (second, after) = seen
    assert first is second
    assert [person.name for person in before] == ["Ilka Brandvold"]
    assert [person.name for person in after] == ["Ilka Brandvold", "Ida Marlowe"]
    assert before[0] is not after[0]  # nothing of an earlier snapshot is in a later one
    readers.let_go()
    assert db.engine.pool.checkedout() == 0


def test_a_session_sees_one_snapshot_to_its_end(db):
    with db.read() as session:
        assert session.scalars(select(Person)).all() == []
        a_person(db)
        assert session.scalars(select(Person)).all() == []


def test_sessions_beyond_a_few_go_back_to_the_pool(db):
    readers = Readers(db.engine)
    with ExitStack() as stack:
        for _ in range(MOST + 3):
            stack.enter_context(readers.one())
    assert db.engine.pool.checkedout() == MOST
    readers.let_go()


def test_a_session_that_met_an_error_goes_back_with_what_it_had_begun(db):
    with pytest.raises(ZeroDivisionError), db.read() as session:
        raise ZeroDivisionError(session.scalars(select(Person)).all())
    assert db.engine.pool.checkedout() == 0
    with db.read() as session:
        assert ONE.run(session, {}) == 1


def test_an_old_session_is_made_anew(db, monkeypatch):
    readers, pool = Readers(db.engine), db.engine.pool
    with readers.one() as first:
        pass
    monkeypatch.setattr(standby_module, "HOUR", 0.0)
    with readers.one() as second:
        assert second is not first
        assert ONE.run(second, {}) == 1
    assert db.engine.pool is pool  # it was old, not lost: the others are as good as before
    readers.let_go()


@pytest.mark.only("postgres")
def test_after_the_server_let_all_go_one_reader_is_told_so_and_the_next_is_served(db, postgres):
    for _ in range(2):
        with ExitStack() as stack:
            for _ in range(MOST + 3):
                stack.enter_context(db.read())
        postgres.let_all_go()
        with pytest.raises(Unavailable), db.read() as session:
            ONE.run(session, {})
        with db.read() as session:
            assert ONE.run(session, {}) == 1
