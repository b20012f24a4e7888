"""Fixtures: a fresh desk for each test, on SQLite or, with --database postgres, on PostgreSQL."""

import os
import shutil
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from builders import a_user
from clients import StaffClient
from jinja2 import FileSystemBytecodeCache
from postgres import Server

from tipline import schema
from tipline.config import Settings, ensure_home
from tipline.db import Database
from tipline.keys import Keyring
from tipline.models import Role, User

COMPLETE = os.environ.get("TIPLINE_TESTS") == "complete"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database", choices=("sqlite", "postgres"))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run each test that needs a database on the one that was asked for; a complete run takes both."""
    if "backend" in metafunc.fixturenames:
        asked = metafunc.config.getoption("--database")
        backends = [asked] if asked else ["sqlite", "postgres"] if COMPLETE else ["sqlite"]
        metafunc.parametrize("backend", backends, scope="session")


def lacking(what: str) -> None:
    """Skip a test that this machine cannot run, or fail it where nothing may be skipped."""
    if COMPLETE:
        pytest.fail(f"{what} is missing, and TIPLINE_TESTS=complete allows no skip")
    pytest.skip(f"{what} is missing")


@pytest.fixture(scope="session")
def postgres(backend: str) -> Iterator[Server | None]:
    """The suite's PostgreSQL server, or None on SQLite."""
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
        yield server


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "tipline.sqlite3"
    database = Database(f"sqlite:///{path}")
    schema.upgrade(database)
    database.dispose()
    return path


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir(mode=0o700)
    return folder


@pytest.fixture
def database_url(postgres: Server | None, _sqlite_template: Path, home: Path) -> Iterator[str]:
    if postgres is None:
        shutil.copy(_sqlite_template, home / "tipline.sqlite3")
        yield f"sqlite:///{home / 'tipline.sqlite3'}"
        return
    name = postgres.copy_of("template_tipline")
    yield postgres.url(name)
    postgres.drop(name)


@pytest.fixture
def settings(home: Path, database_url: str) -> Settings:
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


@pytest.fixture
def app(settings: Settings, _compiled: FileSystemBytecodeCache):
    from tipline.app import create_app

    made = create_app(settings)
    made.jinja_env.bytecode_cache = _compiled
    made.config["TESTING"] = False
    yield made
    made.extensions["tipline"].db.dispose()


@pytest.fixture
def db(settings: Settings) -> Iterator[Database]:
    """A second way into the application's database."""
    database = Database(settings.database_url)
    yield database
    database.dispose()


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
def signed_in_as(app, db: Database):
    """A function: a browser signed in as somebody."""
    return lambda user: StaffClient.of(app, db, user)
