"""Fixtures: a fresh desk for each test, on SQLite or, with --database postgres, on PostgreSQL."""

import gc
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from argon2 import PasswordHasher
from builders import a_user
from clients import StaffClient
from extent import COMPLETE, extent
from flask import Flask
from folders import in_memory
from hypothesis import settings as hypothesis
from jinja2 import FileSystemBytecodeCache
from newsroom import Application, empty
from postgres import Copy, Server

from tipline import schema
from tipline.config import Settings, ensure_home
from tipline.db import Database
from tipline.keys import Keyring
from tipline.models import Role, User

# What a process compiles is kept, or each that the suite starts would compile all that it imports anew.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
FOR_COMPLETE_RUNS = {"server", "thorough"}
hypothesis.register_profile("quick", max_examples=30, deadline=None)
hypothesis.register_profile("complete", max_examples=300, deadline=None)
hypothesis.load_profile(extent("complete", "quick"))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database", choices=("sqlite", "postgres"))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run each test that needs a database on the one that was asked for; a complete run takes both."""
    if "backend" in metafunc.fixturenames:
        asked = metafunc.config.getoption("--database")
        backends = [asked] if asked else ["sqlite", "postgres"] if COMPLETE else ["sqlite"]
        metafunc.parametrize("backend", backends, scope="session")


def pytest_itemcollected(item: pytest.Item) -> None:
    """Leave out, rather than skip, what is a matter of the other database alone."""
    only = item.get_closest_marker("only")
    callspec = getattr(item, "callspec", None)
    if only and callspec and callspec.params.get("backend") not in only.args:
        item.add_marker("elsewhere")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with whole servers and browsers: they wait much, and what is short fills the gaps at the end.

    Whole servers, and tests that try much, are for complete runs and for who names a file, a folder or the
    marker.
    """
    left_out = {"elsewhere"}
    if not COMPLETE and config.args_source is not config.ArgsSource.ARGS:
        left_out |= {mark for mark in FOR_COMPLETE_RUNS if mark not in config.option.markexpr}
    marks = {item: {mark.name for mark in item.iter_markers()} for item in items}
    items[:] = [item for item in items if left_out.isdisjoint(marks[item])]
    items.sort(key=lambda item: {"server", "browser"}.isdisjoint(marks[item]))


def pytest_collection_finish() -> None:
    """Spare the collector what stays to the end: modules, tests, compiled statements."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


def lacking(what: str) -> None:
    """Skip a test that this machine cannot run, or fail it where nothing may be skipped."""
    if COMPLETE:
        pytest.fail(f"{what} is missing, and TIPLINE_TESTS=complete allows no skip")
    pytest.skip(f"{what} is missing")


@pytest.fixture(scope="session")
def postgres(backend: str) -> Iterator[Copy | None]:
    """This process's PostgreSQL database, or None on SQLite."""
    if backend == "sqlite":
        yield None
        return
    server = Server.start()
    if server is None:
        lacking("PostgreSQL")
    with server:
        template = Database(server.create_database("template_tipline"))
        schema.upgrade(template)
        template.dispose()
        yield Copy(server, "template_tipline", "tipline")


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "tipline.sqlite3"
    database = Database(f"sqlite:///{path}")
    schema.upgrade(database)
    database.dispose()
    return path


@pytest.fixture(scope="session")
def _home() -> Iterator[Path]:
    """One address for the home, and so for the database, of all tests of this process."""
    with tempfile.TemporaryDirectory(prefix="tipline-", dir=in_memory()) as folder:
        yield Path(folder) / "home"


@pytest.fixture
def home(_home: Path) -> Path:
    empty(_home)
    return _home


@pytest.fixture(scope="session")
def _database_url(postgres: Copy | None, _home: Path) -> str:
    return f"sqlite:///{_home / 'tipline.sqlite3'}" if postgres is None else postgres.url


@pytest.fixture
def database_url(postgres: Copy | None, _sqlite_template: Path, home: Path, _database_url: str) -> str:
    """Name a database at the newest schema, with nothing in it."""
    if postgres is None:
        shutil.copy(_sqlite_template, home / "tipline.sqlite3")
    else:
        postgres.put_back()
    return _database_url


@pytest.fixture
def settings(home: Path, database_url: str) -> Settings:
    return settings_of(home, database_url)


def settings_of(home: Path, database_url: str) -> Settings:
    environ = {
        "TIPLINE_HOME": str(home),
        "TIPLINE_DATABASE_URL": database_url,
        "TIPLINE_SITE_NAME": "The Lantern",
        "TIPLINE_SECRET_KEY": "a secret of the tests that is long enough",
        "TIPLINE_ENCRYPTION_KEYS": "t1:" + "QUJD" * 10 + "QUI=",
    }
    return ensure_home(Settings.from_env(environ))


@pytest.fixture(scope="session")
def _compiled(tmp_path_factory: pytest.TempPathFactory) -> FileSystemBytecodeCache:
    """Templates compiled once for the whole run, not once for each application."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


@pytest.fixture(scope="session")
def _application(_home: Path, _database_url: str, _compiled: FileSystemBytecodeCache) -> Application:
    from tipline.app import create_app

    made = create_app(settings_of(_home, _database_url))
    made.jinja_env.bytecode_cache = _compiled
    return Application(made)


@pytest.fixture
def app(settings: Settings, _application: Application) -> Iterator[Flask]:
    yield _application.on_its_first_day(settings)
    _application.db.dispose()


@pytest.fixture
def an_app(settings: Settings, _compiled: FileSystemBytecodeCache):
    """A function: an application of the test's own, with other settings, or to be changed."""
    from tipline.app import create_app

    with ExitStack() as stack:

        def make(**changes: Any) -> Flask:
            made = create_app(replace(settings, **changes))
            made.jinja_env.bytecode_cache = _compiled
            stack.callback(made.extensions["tipline"].db.dispose)
            return made

        yield make


@pytest.fixture
def db(database_url: str, _application: Application) -> Iterator[Database]:
    """The database, by the application's own way: what one test compiled serves all."""
    yield _application.db
    _application.db.dispose()


@pytest.fixture
def keyring(settings: Settings) -> Keyring:
    return Keyring.of(settings.encryption_keys)


@pytest.fixture
def now() -> datetime:
    return datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.fixture
def client(app):
    """A stranger's browser."""
    return app.test_client()


@pytest.fixture
def moderator(db: Database) -> User:
    return a_user(db, Role.MODERATOR, email="mo@lantern.example", name="Mo Castellane")


@pytest.fixture
def editor(db: Database) -> User:
    return a_user(db, Role.EDITOR, email="edie@lantern.example", name="Edie Okonjo")


@pytest.fixture
def admin(db: Database) -> User:
    return a_user(db, Role.ADMIN, email="ada@lantern.example", name="Ada Brandvold")


@pytest.fixture
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords cost nothing, for all tests but those of what they cost."""
    from tipline.accounts import passwords

    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", quick)
    monkeypatch.setattr(passwords, "DUMMY", quick.hash("opens for nobody"))


@pytest.fixture
def signed_in_as(app, db: Database):
    """A function: a browser signed in as somebody."""
    return lambda user: StaffClient.of(app, db, user)
