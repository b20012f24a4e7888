"""Engine, snapshot reads, and the one write transaction: nothing else in Tipline commits.

SQLite: WAL, `synchronous=FULL` (an accepted tip survives a power cut), foreign keys, and
`trusted_schema=OFF`. Two writers that meet inside SQLite's busy handler starve each other, so a file
lock queues them before BEGIN IMMEDIATE.
PostgreSQL: reads are REPEATABLE READ and read-only, writes READ COMMITTED; nothing is compiled (`jit`) or
shared among workers.
"""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, TypeVar, cast

from sqlalchemy import Connection, Engine, text
from sqlalchemy.orm import Session

from tipline.engines import BUSY_MILLISECONDS, WRITE, postgres_engine, sqlite_engine, sqlite_module, url_of
from tipline.errors import Unavailable
from tipline.file_lock import let_others_first, locked
from tipline.languages import N_
from tipline.prepared import Driver, told_by
from tipline.reachable import AWAY, reachable
from tipline.standby import Readers, Standby
from tipline.together import Together

T = TypeVar("T")
Item = TypeVar("Item")
LOCK_SECONDS = 10.0
COURTESY_SECONDS = 0.1  # that background work waits for others at most, so that it gets on under any load
LONGEST_REST_SECONDS = 0.02  # after a batch that waited for something, such as a disk
LOG_SECONDS = 0.25  # between two moves of the log: the more of them, the more often a page is written
BUSY = N_("The database is busy; what you sent was not stored, try again.")
ROWS_LOOKED_AT = 1000  # of each index, for what SQLite then knows of it
SCHEMA_LOCK = 7_469_706  # any number that nothing else in the database locks
_INDEXED_TABLES = text("SELECT DISTINCT tbl_name FROM sqlite_master WHERE type = 'index'")
# How a commit of long work ends, and how every other: 1000 pages is SQLite's own measure of a full log.
LIGHT = ("PRAGMA synchronous=NORMAL", "PRAGMA wal_autocheckpoint=0")
USUAL = ("PRAGMA synchronous=FULL", "PRAGMA wal_autocheckpoint=1000")


class Database:
    """One database, with its two ways in: `read()` and `write()`."""

    def __init__(self, url: str, replica_url: str = "") -> None:
        self.url = url_of(url)
        self.dialect = self.url.get_backend_name()
        self.path = Path(self.url.database or "") if self.dialect == "sqlite" else None
        self._lock_path = self.path.with_name(self.path.name + ".lock") if self.path else None
        self._log_moved = self._batch_seconds = 0.0
        self.rest = 0.0  # between batches, for each second of them: for who works while others wait
        self.engine = self._engine(url)
        self._writer = self.engine.execution_options(**WRITE) if self.path else self.engine
        if replica_url:
            url_of(replica_url, "TIPLINE_REPLICA_URL")
        source = self._engine(replica_url) if replica_url else self.engine
        self._reader = source if self.path else source.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True)  # fmt: skip
        self._standby, self._readers = Standby(self.engine), Readers(self._reader)
        self._glances = Standby(self._reader) if replica_url else self._standby
        self._light = Standby(self.engine, LIGHT) if self.path else self._standby
        self._together = Together(self._plain_transaction)

    def _engine(self, url: str) -> Engine:
        return sqlite_engine(url) if self.dialect == "sqlite" else postgres_engine(url)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Give a session that sees one snapshot from its first query to its end, and writes nothing."""
        with reachable(), self._readers.one() as session:
            yield session

    @contextmanager
    def glance(self) -> Iterator[Any]:
        """Give a connection of the driver for one prepared read; a session would cost more than the read.

        On PostgreSQL one statement needs no transaction around it, which would be asked for, and ended, by
        two more.
        """
        with reachable(), self._glances.one() as driver:
            yield driver

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Give a session whose work is committed at the end, or rolled back if the block raises.

        Keep the block short: on SQLite every other writer waits for it.

        Raises:
            Unavailable: when the database is away, full, or another writer holds it over `LOCK_SECONDS`.
        """
        with reachable(), self._write_lock(), Session(self._writer, expire_on_commit=False) as session:
            yield session
            session.commit()

    @contextmanager
    def write_core(self) -> Iterator[Connection]:
        """Give what `write` gives, without a session around it: a connection, for what is prepared.

        Raises:
            Unavailable: as `write` does.
        """
        with reachable(), self._write_lock(), self._writer.begin() as connection:
            yield connection

    def write_together(self, work: Callable[[Driver], T]) -> T:
        """Do `work` in a write that costs as little as one can; return what it returns, once it is durable.

        On SQLite others of this process share its commit; each is undone alone when it raises. On PostgreSQL
        `work` is one statement, which is a transaction by itself: no round trips begin and end it.

        Raises:
            Unavailable: as `write` does.
        """
        with reachable():
            if self.path is not None:
                return cast(T, self._together.do(work))
            with self._standby.one() as driver:
                return work(Driver(driver, self.engine.dialect))

    @contextmanager
    def write_batch(self) -> Iterator[Session]:
        """Give what `write` gives, for a batch of work that can be done again; `give_way` comes after it.

        On SQLite its commit neither waits for the disk nor moves a full log into the database, which both
        take many times as long as the writing. Others' commits still wait for the disk, ours before them
        included. Until then, or until the log is moved (`empty_log`), a power cut may take the batch back.
        """
        if self.path is None:
            with self.write() as session, self._timed():
                yield session
            return
        with reachable(), self._writer.connect() as connection:
            driver: Any = connection.connection.driver_connection
            for pragma in LIGHT:
                driver.execute(pragma)
            try:
                session = Session(connection, expire_on_commit=False)
                with self._write_lock(last=True), self._timed(), session:
                    yield session
                    session.commit()
            finally:
                for pragma in USUAL:
                    driver.execute(pragma)

    def write_in_batches(
        self, items: Sequence[Item], at_once: int, store: Callable[[Driver, Sequence[Item]], T]
    ) -> Iterator[T]:
        """Store the items, so many in each batch (`write_batch`), with way for others between them.

        Yields:
            What `store` returned, once its batch is committed; the next one is written when it is asked for.
        """
        for start in range(0, len(items), at_once):
            if start:
                self.give_way()
            with reachable(), self._light_transaction() as driver:
                stored = store(driver, items[start : start + at_once])
            yield stored

    @contextmanager
    def _timed(self) -> Iterator[None]:
        began = time.monotonic()
        yield
        self._batch_seconds = time.monotonic() - began

    @contextmanager
    def exclusive(self) -> Iterator[Connection]:
        """Give a connection for changing the schema, committed at the end, that no other writer overlaps.

        Foreign keys are off on SQLite; on PostgreSQL an advisory lock queues several starts.
        """
        with reachable(), self._write_lock(), self._writer.connect() as connection:
            driver = connection.connection.driver_connection
            if self.path is not None and driver is not None:
                driver.execute("PRAGMA foreign_keys=OFF")
            try:
                with connection.begin():
                    if self.path is None:
                        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({SCHEMA_LOCK})")
                    yield connection
            finally:
                # The pool must not hand this connection out again with its pragma.
                connection.invalidate()

    @contextmanager
    def _plain_transaction(self) -> Iterator[Driver]:
        with self._write_lock(), self._standby.one() as pooled, self._begun(pooled) as driver:
            yield driver

    @contextmanager
    def _light_transaction(self) -> Iterator[Driver]:
        with ExitStack() as held:
            pooled = held.enter_context(self._light.one())
            held.enter_context(self._write_lock(last=True))
            held.enter_context(self._timed())
            yield held.enter_context(self._begun(pooled))

    @contextmanager
    def _begun(self, pooled: Any) -> Iterator[Driver]:
        """Begin and commit by the driver; by SQLAlchemy that costs more than a few statements."""
        dialect: Any = self.engine.dialect
        connection = pooled.driver_connection
        try:
            if self.path is None:
                with connection.transaction():
                    yield Driver(pooled, dialect)
            else:
                connection.execute("BEGIN IMMEDIATE")
                yield Driver(pooled, dialect)
                connection.execute("COMMIT")
        except dialect.loaded_dbapi.Error as error:
            raise told_by(dialect, error) from error

    @contextmanager
    def _write_lock(self, *, last: bool = False) -> Iterator[None]:
        """Queue before BEGIN IMMEDIATE; an error of the block is not taken for one of the lock.

        Args:
            last: let all go first who want the lock.
        """
        with ExitStack() as held:
            try:
                if self._lock_path is not None:
                    courtesy = COURTESY_SECONDS if last else 0.0
                    held.enter_context(locked(self._lock_path, LOCK_SECONDS, courtesy))
            except TimeoutError as error:
                raise Unavailable(BUSY) from error
            except OSError as error:
                raise Unavailable(AWAY) from error
            yield

    def create(self) -> None:
        """Create the SQLite file (0600) in WAL mode.

        It is set here, under the lock and once, because two processes that set it at once clash.
        """
        if self.path is None:
            return
        with self._write_lock():
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))
            connection = sqlite_module().connect(self.path)
            try:
                connection.execute("PRAGMA journal_mode=WAL")
            finally:
                connection.close()

    def give_way(self) -> None:
        """Pause between the batches of long work, so that writers that wait get in before the next one.

        It is `rest` times as long as the last batch took. Meanwhile SQLite's log is moved into the database,
        now and then; neither readers nor writers wait for that.
        """
        time.sleep(min(self.rest * self._batch_seconds, LONGEST_REST_SECONDS))
        if self._lock_path is None:
            return
        if time.monotonic() - self._log_moved > LOG_SECONDS:
            with reachable(), self.engine.connect() as connection:
                driver: Any = connection.connection.driver_connection
                driver.execute("PRAGMA wal_checkpoint(PASSIVE)")
            self._log_moved = time.monotonic()
        let_others_first(self._lock_path, COURTESY_SECONDS)

    def empty_log(self) -> bool:
        """Move SQLite's write-ahead log into the database and cut it to nothing; say whether that was done.

        What was erased still stands in the log until then. A reader with an old snapshot keeps it from being
        cut; we do not wait for one, because writers would have to wait with us. PostgreSQL recycles its log,
        and uses the space of erased rows again after the next vacuum, both by itself.
        """
        if self.path is None:
            return True
        with reachable(), self._write_lock(), self.engine.connect() as connection:
            driver = connection.connection.driver_connection
            assert driver is not None
            try:
                driver.execute("PRAGMA wal_checkpoint(PASSIVE)")
                driver.execute("PRAGMA busy_timeout=20")
                busy, _pages, _moved = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            finally:
                driver.execute(f"PRAGMA busy_timeout={BUSY_MILLISECONDS}")
        return not busy

    def gather_statistics(self) -> None:
        """Let SQLite look at some rows of each index, so that it chooses well; PostgreSQL does so by itself.

        Table by table, with way for others between. Connections read what was found when they are opened.
        Without a limit SQLite would keep samples of the values, too (STAT4), and for their sake plan a
        statement anew each time that values are bound to it.
        """
        if self.path is None:
            return
        with self.read() as session:
            tables = session.scalars(_INDEXED_TABLES).all()
        for table in tables:
            with reachable(), self._light_transaction() as driver:
                driver.connection.driver_connection.execute(f"PRAGMA analysis_limit={ROWS_LOOKED_AT}")
                driver.connection.driver_connection.execute(f'ANALYZE "{table}"')
            self.give_way()

    def dispose(self) -> None:
        """Close every pooled connection; the database may be used again afterwards."""
        for standby in (self._standby, self._readers, self._glances, self._light):
            standby.let_go()
        self.engine.dispose()
