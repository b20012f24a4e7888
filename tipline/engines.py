"""How the two databases are reached: their drivers, and what each connection is told first."""

import os
import sqlite3
from pathlib import Path
from types import ModuleType
from typing import Any

from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.pool import QueuePool

from tipline.errors import WrongSetting

BUSY_MILLISECONDS = 10_000
HOUR = 3600  # seconds
NEVER = 2**31  # times that psycopg sees a statement before it prepares it by itself
EXAMPLE = "one is written like postgresql://tipline@localhost/tipline"
SQLITE_HEAD = b"SQLite format 3\0"  # https://www.sqlite.org/fileformat.html
BESIDE = ("-wal", "-shm", ".lock", ".lock-waiting")  # how the names go on of what belongs to SQLite's file
WRITE = {"tipline_write": True}  # an option of connections that write
# Pages of a large newsroom are read where the system keeps them, uncopied (sqlite.org/mmap.html), by which a
# search for a rare word gains. Writing goes another way.
MAPPED_BYTES = 2**31 - 2**16  # as much as SQLite allows
PRAGMAS = (
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA trusted_schema=OFF",
    "PRAGMA secure_delete=ON",
    f"PRAGMA busy_timeout={BUSY_MILLISECONDS}",
    "PRAGMA cache_size=-16000",
    "PRAGMA temp_store=MEMORY",
    f"PRAGMA mmap_size={MAPPED_BYTES}",
)


def sqlite_module() -> ModuleType:
    """Return the newest SQLite driver here: the wheel's (3.53, without the WAL-reset bug) or Python's own."""
    try:
        import pysqlite3.dbapi2 as module
    except ImportError:
        return sqlite3
    return module  # type: ignore[no-any-return]


def url_of(address: str, variable: str = "TIPLINE_DATABASE_URL") -> URL:
    """Read the address of a database, which stands in `variable`.

    Raises:
        WrongSetting: when it is none, such as one whose port is no number, or which asks for what libpq
            does not know.
    """
    try:
        url = make_url(address)
    except (ArgumentError, ValueError) as error:
        raise WrongSetting(f"{variable} is no database's address; {EXAMPLE}.") from error
    if url.get_backend_name() == "postgresql":
        _require_known_parameters(url, variable)
    return url


def _require_known_parameters(url: URL, variable: str) -> None:
    import psycopg
    from psycopg.conninfo import make_conninfo

    try:
        make_conninfo(**url.get_dialect()().create_connect_args(url)[1])
    except (psycopg.ProgrammingError, ValueError) as error:
        asked = ", ".join(url.query) or "its parts"
        raise WrongSetting(
            f"{variable} asks PostgreSQL for what it does not know, or in a way that it does not read "
            f"({asked}); {EXAMPLE}?sslmode=require."
        ) from error


def require_place(path: Path) -> None:
    """Refuse a place of the SQLite file that nobody can write, or that holds something else.

    Raises:
        WrongSetting: naming the place and what is wrong with it.
    """
    named = f"TIPLINE_DATABASE_URL names the file {path}"
    if not path.parent.is_dir():
        raise WrongSetting(f"{named}, but there is no folder {path.parent}; make it first.")
    if not os.access(path if path.exists() else path.parent, os.W_OK) or path.is_dir():
        raise WrongSetting(f"{named}, which cannot be written; name a file that this user owns.")
    for beside in [path.with_name(path.name + ending) for ending in BESIDE]:
        if beside.exists() and not os.access(beside, os.W_OK):
            raise WrongSetting(
                f"{named}, beside which {beside.name} cannot be written; this user must own both."
            )
    if not os.access(path.parent, os.W_OK):
        raise WrongSetting(f"{named}, in a folder that cannot be written; SQLite keeps its log there.")
    try:
        head = _head(path) if path.exists() else b""
    except OSError as error:
        raise WrongSetting(f"{named}, which cannot be read ({error.strerror}).") from error
    if head not in {b"", SQLITE_HEAD}:
        raise WrongSetting(f"{named}, which is no SQLite database; name another file.")


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(len(SQLITE_HEAD))


def postgres_engine(url: str) -> Engine:
    engine = create_engine(url, pool_size=8, max_overflow=8, pool_timeout=5, hide_parameters=True,
                           connect_args={"connect_timeout": 5, "prepare_threshold": NEVER})  # fmt: skip

    # first of all: the dialect's own first questions break on what another encoding answers
    @event.listens_for(engine, "connect", insert=True)
    def require_utf8(connection: Any, record: Any) -> None:  # noqa: ARG001
        encoding = connection.info.parameter_status("server_encoding")
        if encoding != "UTF8":
            raise WrongSetting(
                f"TIPLINE_DATABASE_URL names a database in the encoding {encoding}, which cannot hold what "
                "readers write; make one with CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0."
            )

    @event.listens_for(engine, "connect")
    def plan_for_pages(connection: Any, record: Any) -> None:  # noqa: ARG001
        # A statement of many small parts looks dear to the planner; compiling it takes a second and starting
        # workers for it ten milliseconds, running it one or two.
        connection.execute("SET jit = off")
        connection.execute("SET max_parallel_workers_per_gather = 0")
        connection.commit()

    return engine


def sqlite_engine(url: str) -> Engine:
    module = sqlite_module()
    engine = create_engine(
        url,
        module=module,
        poolclass=QueuePool,
        pool_size=8,
        max_overflow=16,
        pool_recycle=HOUR,  # a connection knows the statistics of when it was opened
        hide_parameters=True,  # parameters are what readers wrote
        connect_args={"isolation_level": None, "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def set_pragmas(connection: Any, record: Any) -> None:  # noqa: ARG001
        for pragma in PRAGMAS:
            connection.execute(pragma)

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        # The driver's own transaction handling loses savepoints, so we say BEGIN ourselves; to the driver,
        # because by SQLAlchemy's way it costs as much as the first statement after it.
        writes = connection.get_execution_options().get("tipline_write", False)
        begin = "BEGIN IMMEDIATE" if writes else "BEGIN"
        driver: Any = connection.connection.driver_connection
        try:
            driver.execute(begin)
        except module.Error as error:
            raise DBAPIError.instance(
                begin, None, error, module.Error, hide_parameters=True, dialect=engine.dialect
            ) from error

    return engine
