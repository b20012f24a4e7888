"""Fixtures: a fresh desk for each test, on SQLite or, with --database postgres, on PostgreSQL."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from builders import a_user
from clients import StaffClient
from counting import Statements
from extent import extent, lacking
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

hypothesis.register_profile("quick", max_examples=30, deadline=None)
hypothesis.register_profile("complete", max_examples=300, deadline=None)
hypothesis.load_profile(extent("complete", "quick"))


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
    return ensure_home(replace(_settings_read(home, database_url)))


@cache
def _settings_read(home: Path, database_url: str) -> Settings:
    environ = {
        "TIPLINE_HOME": str(home),
        "TIPLINE_DATABASE_URL": database_url,
        "TIPLINE_SITE_NAME": "The Lantern",
        "TIPLINE_SECRET_KEY": "a secret of the tests that is long enough",
        "TIPLINE_ENCRYPTION_KEYS": "t1:" + "QUJD" * 10 + "QUI=",
    }
    return Settings.from_env(environ)


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
def statements(db: Database) -> Iterator[Statements]:
    """What the database is asked, while that is counted."""
    counted = Statements(db)
    yield counted
    counted.end()


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
