import threading
import time
from contextlib import contextmanager
from typing import cast

import pytest
from builders import NOON
from sqlalchemy import Table, select
from sqlalchemy.exc import IntegrityError

from tipline import db as database_module
from tipline.db import Database
from tipline.errors import Unavailable
from tipline.models import Person
from tipline.prepared import insert_into
from tipline.together import Together

NEW_PERSON = insert_into(cast(Table, Person.__table__))


def add(slug):
    person = {"slug": slug, "name": slug, "folded": slug, "created_at": NOON}
    return lambda driver: NEW_PERSON.run(driver, person) or slug


def slugs(db):
    with db.read() as session:
        return session.scalars(select(Person.slug).order_by(Person.id)).all()


def all_at_once(act, slugs):
    """Let a thread for each slug begin while this block has the database; give how each ended."""
    ended = {}

    def run(slug):
        try:
            ended[slug] = act(add(slug))
        except (IntegrityError, Unavailable) as error:
            ended[slug] = type(error)

    threads = [threading.Thread(target=run, args=(slug,)) for slug in slugs]
    for thread in threads:
        thread.start()
    return threads, ended


def test_work_gives_what_it_returns_and_is_there_afterwards(db):
    assert db.write_together(add("ida")) == "ida"
    assert slugs(db) == ["ida"]


def test_work_that_fails_leaves_nothing_and_says_why(db):
    db.write_together(add("ida"))
    with pytest.raises(IntegrityError):
        db.write_together(add("ida"))
    assert db.write_together(add("vera")) == "vera"
    assert slugs(db) == ["ida", "vera"]


def test_many_writers_are_all_served(db):
    names = [f"p{number}" for number in range(40)]
    threads, ended = all_at_once(db.write_together, names)
    for thread in threads:
        thread.join()
    assert ended == {name: name for name in names}
    assert sorted(slugs(db)) == sorted(names)


@pytest.mark.only("sqlite")
def test_who_waits_for_the_lock_shares_one_commit_and_fails_alone(db):
    commits = []

    @contextmanager
    def counted():
        with db._plain_transaction() as driver:
            yield driver
        commits.append(True)

    together = Together(counted)
    db.write_together(add("taken"))
    with db.write():
        threads, ended = all_at_once(together.do, ["ida", "taken", "vera"])
        while len(together._waiting) < 3:
            time.sleep(0.001)
    for thread in threads:
        thread.join()
    assert ended == {"ida": "ida", "taken": IntegrityError, "vera": "vera"}
    assert sorted(slugs(db)) == ["ida", "taken", "vera"]
    assert len(commits) == 1


@pytest.mark.only("sqlite")
def test_all_are_told_when_the_database_itself_undid_what_they_share(db):
    def undone(driver):
        driver.connection.driver_connection.execute("ROLLBACK")
        raise Unavailable("The disk is full.")

    ended = {}

    def act(name, work):
        try:
            ended[name] = db.write_together(work)
        except Unavailable as error:
            ended[name] = error.message

    works = {"ida": add("ida"), "full": undone, "vera": add("vera")}
    with db.write():
        threads = [threading.Thread(target=act, args=each) for each in works.items()]
        for thread in threads:
            thread.start()
        while len(db._together._waiting) < 3:
            time.sleep(0.001)
    for thread in threads:
        thread.join()
    assert ended == dict.fromkeys(works, "The disk is full.")
    assert slugs(db) == []


@pytest.mark.only("sqlite")
def test_who_comes_while_another_fails_is_not_taken_along(db):
    begun = []

    def fail_once_somebody_waits(driver):
        begun.append(all_at_once(db.write_together, ["ida"]))
        while not db._together._waiting:
            time.sleep(0.001)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        db.write_together(fail_once_somebody_waits)
    threads, ended = begun[0]
    threads[0].join()
    assert ended == {"ida": "ida"}


@pytest.mark.thorough
@pytest.mark.only("sqlite")
def test_all_who_waited_are_told_when_the_lock_is_never_let_go(tmp_path, monkeypatch):
    monkeypatch.setattr(database_module, "LOCK_SECONDS", 0.2)
    db = Database(f"sqlite:///{tmp_path / 'x.sqlite3'}")
    db.create()
    with db.write():
        threads, ended = all_at_once(db.write_together, ["ida", "vera"])
        for thread in threads:
            thread.join()
    assert ended == {"ida": Unavailable, "vera": Unavailable}
    assert not db._together._waiting


@pytest.mark.only("sqlite")
def test_nobody_is_told_of_success_when_the_commit_fails(db):
    @contextmanager
    def failing():
        with db._plain_transaction() as driver:
            yield driver
            raise Unavailable("The disk is full.")

    with pytest.raises(Unavailable):
        Together(failing).do(add("ida"))
    assert slugs(db) == []
    assert db.write_together(add("vera")) == "vera"
