import fcntl
import threading
import time
from typing import cast

import psycopg
import pytest
from builders import NOON, a_tip, a_user
from sqlalchemy import Table, func, select, text
from sqlalchemy.exc import IntegrityError, OperationalError

from tipline import db as database_module
from tipline.db import Database
from tipline.errors import Unavailable, WrongSetting
from tipline.models import Role, Tip, User
from tipline.prepared import insert_into
from tipline.reachable import FULL, why_away


def test_a_write_is_committed_and_a_failed_one_is_not(db):
    a_user(db, Role.MODERATOR, email="kept@lantern.example")
    with pytest.raises(ZeroDivisionError), db.write() as session:
        _add_and_fail(session)
    with db.read() as session:
        assert session.scalars(select(User.email)).all() == ["kept@lantern.example"]


def _add_and_fail(session):
    session.add(User(email="lost@lantern.example", name="x", role="editor", created_at=NOON))
    session.flush()
    raise ZeroDivisionError


def test_a_reader_sees_one_snapshot(db):
    with db.read() as session:
        assert session.scalars(select(User.id)).all() == []
        a_user(db)
        assert session.scalars(select(User.id)).all() == []
    with db.read() as session:
        assert len(session.scalars(select(User.id)).all()) == 1


def test_an_error_does_not_quote_what_was_written(db):
    a_user(db, email="edie@lantern.example")
    with pytest.raises(IntegrityError) as caught:
        a_user(db, email="edie@lantern.example", name="Vera, who wrote to us")
    assert "Vera" not in str(caught.value)


def test_writers_queue_and_none_is_lost(db):
    def add(number: int) -> None:
        for each in range(10):
            a_user(db, email=f"w{number}-{each}@lantern.example")

    threads = [threading.Thread(target=add, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with db.read() as session:
        assert len(session.scalars(select(User.id)).all()) == 80


def test_sqlite_is_durable_strict_and_private(tmp_path):
    db = Database(f"sqlite:///{tmp_path / 'x.sqlite3'}")
    db.create()
    with db.read() as session:
        pragma = {
            name: session.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "trusted_schema", "secure_delete")
        }
    assert pragma.pop("journal_mode") == "wal"
    assert pragma == {"synchronous": 2, "foreign_keys": 1, "trusted_schema": 0, "secure_delete": 1}
    assert (tmp_path / "x.sqlite3").stat().st_mode & 0o777 == 0o600


def test_a_batch_is_written_or_not_and_the_next_commit_waits_for_the_disk_again(db):
    with db.write_batch() as session:
        session.add(User(email="kept@lantern.example", name="x", role="editor", created_at=NOON))
    with pytest.raises(ZeroDivisionError), db.write_batch() as session:
        _add_and_fail(session)
    with db.read() as session:
        assert session.scalars(select(User.email)).all() == ["kept@lantern.example"]
    if db.dialect == "sqlite":
        with db.write() as session:
            assert session.scalar(text("PRAGMA synchronous")) == 2  # FULL
            assert session.scalar(text("PRAGMA wal_autocheckpoint")) == 1000


def test_items_are_stored_in_batches_of_which_each_stands_by_itself(db):
    new = insert_into(cast(Table, User.__table__))

    def add(driver, some):
        for name in some:
            new.run(driver, {"email": name, "name": name, "role": "editor", "created_at": NOON})
        if "fails" in some:
            raise ZeroDivisionError
        return list(some)

    stored = db.write_in_batches(["ana", "bo", "cleo", "fails", "dee"], 2, add)
    assert next(stored) == ["ana", "bo"]
    with db.read() as session:  # committed before it is told
        assert session.scalars(select(User.email)).all() == ["ana", "bo"]
    with pytest.raises(ZeroDivisionError):
        next(stored)
    assert list(db.write_in_batches(["eli"], 2, add)) == [["eli"]]
    with db.read() as session:
        assert session.scalars(select(User.email).order_by(User.id)).all() == ["ana", "bo", "eli"]
    if db.dialect == "sqlite":
        with db.write() as session:
            assert session.scalar(text("PRAGMA synchronous")) == 2  # FULL


def test_a_batch_leaves_the_log_alone_until_others_are_given_way(tmp_path, monkeypatch):
    monkeypatch.setattr(database_module, "LOG_SECONDS", 0.0)
    db = Database(f"sqlite:///{tmp_path / 'x.sqlite3'}")
    db.create()
    with db.exclusive() as connection:
        connection.execute(text("CREATE TABLE lamps (light BLOB)"))
    db.empty_log()
    before = db.path.stat().st_size
    with db.write_batch() as session:
        session.execute(text("INSERT INTO lamps VALUES (zeroblob(8000000))"))  # twice what a full log holds
    assert db.path.stat().st_size == before
    db.give_way()
    assert db.path.stat().st_size > before + 8_000_000


@pytest.mark.thorough
@pytest.mark.only("sqlite")
def test_statistics_are_gathered_without_samples_of_the_values(db):
    for _ in range(3):
        a_tip(db)
    with db.engine.connect() as connection:
        connection.exec_driver_sql("ANALYZE")  # as somebody may have done by hand
    db.gather_statistics()
    with db.read() as session:
        known = session.scalars(text("SELECT idx FROM sqlite_stat1 WHERE tbl = 'tips'")).all()
        assert "ix_tips_state_id" in known
        assert session.scalar(text("SELECT count(*) FROM sqlite_stat4")) == 0


def test_a_database_that_is_away_is_said_in_a_sentence():
    for url in ("postgresql+psycopg://nobody@127.0.0.1:1/none", "sqlite:////nowhere/at/all.sqlite3"):
        with pytest.raises(Unavailable, match="does not answer"), Database(url).read() as session:
            session.execute(text("SELECT 1"))


@pytest.mark.only("sqlite")
def test_a_full_disk_is_said_and_nothing_is_lost(db):
    a_tip(db)
    with db.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages + 4}")  # the pool gives it out again
    with pytest.raises(Unavailable, match="disk of the newsroom is full"):
        a_tip(db, "x" * 100_000)
    with db.read() as session:
        assert session.scalar(select(func.count()).select_from(Tip)) == 1


def test_a_full_disk_of_postgres_is_said():
    told = OperationalError("INSERT", {}, psycopg.errors.DiskFull("could not extend file"))
    assert why_away(told) == FULL


def test_a_lock_that_is_never_let_go_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr(database_module, "LOCK_SECONDS", 0.05)
    db = Database(f"sqlite:///{tmp_path / 'x.sqlite3'}")
    db.create()
    with db.write(), pytest.raises(Unavailable, match="busy"), db.write():
        pass


@pytest.fixture
def lamps(tmp_path):
    """Give a database whose lock can be watched, and the file that those share who wait for it."""
    db = Database(f"sqlite:///{tmp_path / 'x.sqlite3'}")
    db.create()
    yield db, tmp_path / "x.sqlite3.lock-waiting"
    db.dispose()


def somebody_waits(queue) -> bool:
    with queue.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def test_background_work_leaves_the_lock_to_who_waits(lamps):
    db, queue = lamps
    order = []

    def write():
        with db.write():
            order.append("somebody")

    for number in range(5):
        with db.write_batch():
            waiting = threading.Thread(target=write)
            waiting.start()
            while not somebody_waits(queue):
                time.sleep(0.001)
        with db.write_batch():
            order.append("background")
        waiting.join()
        assert order == ["somebody", "background"] * (number + 1)
    assert not somebody_waits(queue)


def test_background_work_that_waits_itself_still_lets_others_first(lamps):
    db, queue = lamps
    order = []

    def write(how, name):
        with how():
            order.append(name)

    for number in range(5):
        with db.write():
            background = threading.Thread(target=write, args=(db.write_batch, "background"))
            background.start()
            time.sleep(0.005)  # it looks by now, again and again
            somebody = threading.Thread(target=write, args=(db.write, "somebody"))
            somebody.start()
            while not somebody_waits(queue):
                time.sleep(0.001)
        for thread in (background, somebody):
            thread.join()
        assert order == ["somebody", "background"] * (number + 1)


def test_between_batches_there_is_a_rest_for_who_wants_one(db):
    with db.write_batch():
        time.sleep(0.004)

    def resting(rest):
        db.rest, began = rest, time.monotonic()
        db.give_way()
        return time.monotonic() - began

    assert resting(3.0) >= 0.012
    assert resting(1000.0) >= database_module.LONGEST_REST_SECONDS
    assert resting(1000.0) < 2.0


def test_background_work_gets_on_while_others_wait_all_the_time(lamps, monkeypatch):
    monkeypatch.setattr(database_module, "COURTESY_SECONDS", 0.05)
    db, queue = lamps
    with queue.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        with db.write_batch() as session:
            assert session.scalar(text("SELECT 1")) == 1


@pytest.mark.only("postgres")
def test_a_database_that_cannot_hold_every_letter_is_refused_in_a_sentence(postgres):
    narrow = Database(postgres.beside("narrow", "ENCODING 'SQL_ASCII' TEMPLATE template0"))
    with pytest.raises(WrongSetting, match="in the encoding SQL_ASCII"), narrow.read() as session:
        session.execute(text("SELECT 1"))
