from contextlib import ExitStack

import pytest
from sqlalchemy import literal_column, select

from tipline import standby as standby_module
from tipline.errors import Unavailable
from tipline.prepared import Prepared
from tipline.standby import MOST, Standby

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
