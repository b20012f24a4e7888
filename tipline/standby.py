"""Connections that stand by for single statements, beside the pool they came from.

To take one out of SQLAlchemy's pool and give it back, reset, costs as much as a statement. These are begun
and ended by who uses them, so that there is nothing to reset; one that met an error goes back to the pool,
which sees whether it still works.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine

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
