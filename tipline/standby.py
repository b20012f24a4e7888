"""Connections that stand by, beside the pool they came from: for single statements, and for reading.

To take one out of SQLAlchemy's pool and give it back, reset, costs as much as a statement, and a session
round it as much again. These are begun and ended by who uses them, so that there is nothing to reset; one
that met an error goes back to the pool, which sees whether it still works.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session

from tipline.engines import HOUR

MOST = 8  # as many as a web process has threads at most; the pool needs the others, for whoever waits there


class Standby:
    """The connections of one engine that stand by.

    On PostgreSQL each statement is a transaction by itself, as it is on SQLite until BEGIN is said.

    Args:
        told: statements that each is told before it stands by; it is closed in the end, not given back.
    """

    def __init__(self, engine: Engine, told: Sequence[str] = ()) -> None:
        self._engine, self._told = engine, told
        self._here: list[tuple[float, Any]] = []

    @contextmanager
    def one(self) -> Iterator[Any]:
        """Give a pooled connection on which no transaction has begun; the block ends what it begins."""
        since, pooled = self._take()
        try:
            yield pooled
        except BaseException:
            if self._is_lost(pooled):
                self._lose_all(pooled)
            else:
                self._give_back(pooled)
            raise
        if len(self._here) < MOST:
            self._here.append((since, pooled))
        else:
            self._give_back(pooled)

    def let_go(self) -> None:
        """Close all that stand by."""
        while self._here:
            self._here.pop()[1].invalidate()

    def _take(self) -> tuple[float, Any]:
        now = time.monotonic()
        try:
            since, pooled = self._here.pop()
        except IndexError:
            return now, self._begun()
        if now - since < HOUR:  # what the pool itself has kept for longer, it makes anew too
            return since, pooled
        pooled.invalidate()
        return now, self._begun()

    def _begun(self) -> Any:
        pooled: Any = self._engine.raw_connection()
        if self._engine.dialect.name == "postgresql":
            pooled.driver_connection.autocommit = True
        for statement in self._told:
            pooled.driver_connection.execute(statement)
        return pooled

    def _is_lost(self, pooled: Any) -> bool:
        return self._engine.dialect.name == "postgresql" and bool(pooled.driver_connection.closed)

    def _lose_all(self, pooled: Any) -> None:
        """Let all go: a server that ended one connection, very likely, ended the others too."""
        pooled.invalidate()
        self.let_go()
        self._engine.dispose()

    def _give_back(self, pooled: Any) -> None:
        connection = pooled.driver_connection
        if self._engine.dialect.name == "postgresql" and not connection.closed:
            connection.autocommit = False
        if self._told:
            pooled.invalidate()
        else:
            pooled.close()


class Readers:
    """Sessions of one engine that stand by, each with a connection of its own, for reading in a snapshot."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._here: list[tuple[float, Connection, Session]] = []

    @contextmanager
    def one(self) -> Iterator[Session]:
        """Give a session in a transaction of its own, which ends with the block."""
        since, connection, session = self._take()
        try:
            transaction = connection.begin()
            yield session
            session.close()
            if self._engine.dialect.name == "postgresql":
                transaction.commit()  # at a ROLLBACK psycopg lets go of all that the server has prepared
            else:
                transaction.rollback()
        except BaseException:
            self._give_back(connection, session)
            raise
        if len(self._here) < MOST:
            self._here.append((since, connection, session))
        else:
            self._give_back(connection, session)

    def let_go(self) -> None:
        """Close all that stand by."""
        while self._here:
            _, connection, session = self._here.pop()
            self._end(connection, session)

    def _take(self) -> tuple[float, Connection, Session]:
        now = time.monotonic()
        while self._here:
            since, connection, session = self._here.pop()
            if now - since < HOUR:
                return since, connection, session
            self._end(connection, session)
        connection = self._engine.connect()
        return now, connection, Session(connection, autoflush=False, expire_on_commit=False)

    def _give_back(self, connection: Connection, session: Session) -> None:
        driver = None if connection.invalidated else connection.connection.driver_connection
        lost = driver is None or (self._engine.dialect.name == "postgresql" and bool(driver.closed))
        if not lost:
            session.close()
            connection.close()
            return
        # a server that ended one, very likely, ended the others too
        self._end(connection, session)
        self.let_go()
        self._engine.dispose()

    def _end(self, connection: Connection, session: Session) -> None:
        """Close one for good, instead of giving it back."""
        session.close()
        if not connection.invalidated:
            connection.invalidate()
        connection.close()
