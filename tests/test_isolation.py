"""Each test finds the newsroom as on its first day, whatever the test before it left there.

The same test takes several turns: whichever worker it runs on, some turn follows another.
"""

from datetime import timedelta

import pytest
from builders import NOON, a_tip, counted
from newsroom import MEMORIES
from postgres import Copy
from sqlalchemy import select, text

from tipline.intake.limits import RULES
from tipline.models import Base
from tipline.web.request import EXTENSION

ADDRESS = "93.184.216.34"
TURNS = range(4)
FIRST_ROWS = {
    "counters": 80,
    "watch_lists": 1,
    "catalogue": 1,
    "progress": 1,
}  # of a newsroom on its first day


def rows(db) -> dict[str, int]:
    with db.read() as session:
        tables = Base.metadata.sorted_tables
        found = {table.name: len(session.execute(select(table)).all()) for table in tables}
    return {name: count for name, count in found.items() if count}


@pytest.mark.parametrize("turn", TURNS)
def test_no_row_is_left_and_numbers_start_anew(db, admin, turn):
    assert rows(db) == {**FIRST_ROWS, "users": 1}
    assert counted(db) == {}
    assert (admin.id, a_tip(db).id) == (1, 1)
    with db.write() as session:
        session.execute(text("UPDATE counters SET value = 7"))


@pytest.mark.parametrize("turn", TURNS)
def test_a_changed_schema_is_put_back(db, turn):
    with db.write() as session:
        session.execute(text("DROP TABLE mentions"))
        session.execute(text("CREATE TABLE left_behind (id integer)"))


@pytest.mark.parametrize("turn", TURNS)
def test_a_connection_left_open_holds_nothing_up(db, turn):
    connection = db.engine.execution_options(tipline_write=True).connect()
    connection.exec_driver_sql("UPDATE counters SET value = value + 1")
    db.left_open = connection
    assert connection.exec_driver_sql("SELECT max(value) FROM counters").scalar() == 1


@pytest.mark.parametrize("turn", TURNS)
def test_no_file_is_left(home, turn):
    assert list(home.iterdir()) == []
    assert home.stat().st_mode & 0o777 == 0o700
    (home / "spool").mkdir()
    (home / "spool" / "a tip").write_text("half of it")
    home.chmod(0o500)


@pytest.mark.parametrize("turn", TURNS)
def test_the_application_remembers_nothing(app, client, keyring, turn):
    desk = app.extensions[EXTENSION]
    limits = app.extensions["tipline.intake.limits"]
    assert desk.settings.rate_limits == "on"
    assert desk.keyring == keyring
    assert app.config["MAX_CONTENT_LENGTH"] > 1
    assert app.jinja_env.globals["site"].name == "The Lantern"
    assert client.get("/tip").status_code == 200
    tries = [
        limits.take("tip", ADDRESS, now=NOON + timedelta(seconds=n)).admitted
        for n in range(RULES["tip"].times)
    ]
    assert all(tries)
    object.__setattr__(desk.settings, "rate_limits", "off")
    desk.keyring.keys.clear()
    app.config["MAX_CONTENT_LENGTH"] = 1
    app.jinja_env.globals["site"] = None
    app.extensions["another"] = []


def test_all_that_an_application_remembers_is_known_here(app):
    ours = {name for name in app.extensions if name.startswith("tipline")}
    assert ours == {EXTENSION, *MEMORIES}


def test_a_shared_application_refuses_new_routes(app):
    with pytest.raises(AssertionError, match="setup method"):
        app.add_url_rule("/left", view_func=str)


def test_only_a_changed_schema_is_copied_anew(postgres: Copy | None, db):
    if postgres is None:
        return  # a file is always copied
    first = number_after_putting_back(postgres, db)
    assert number_after_putting_back(postgres, db) == first
    with db.write() as session:
        session.execute(text("ALTER TABLE notes DROP COLUMN body"))
    assert number_after_putting_back(postgres, db) != first
    assert rows(db) == FIRST_ROWS


def number_after_putting_back(postgres: Copy, db) -> int:
    db.dispose()
    postgres.put_back()
    with db.read() as session:
        return session.scalar(text("SELECT oid FROM pg_database WHERE datname = current_database()"))
