"""Count every statement that a database is asked, also those that run on the driver's own cursor."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import psycopg
from sqlalchemy import Connection, event

from tipline.db import Database
from tipline.engines import sqlite_module

# What opens, ends or sets up, and asks nothing.
NO_QUESTIONS = ("BEGIN", "COMMIT", "ROLLBACK", "PRAGMA", "SET", "SHOW", "SAVEPOINT", "RELEASE")


class Asked(NamedTuple):
    """A statement and the values that it was given."""

    sql: str
    values: Any


class Statements:
    """The statements that a database was asked while `counting` was on.

    SQLAlchemy's own events miss what runs on the driver (`Prepared`, `Database.glance`), so both drivers are
    given a cursor that writes down what it executes.
    """

    def __init__(self, db: Database) -> None:
        self.seen: list[Asked] = []
        self._db = db
        self._listener = db.engine, "do_connect", self._count_sqlite if db.path else self._count_postgres
        event.listen(*self._listener)
        db.dispose()  # connections that are open already have the usual cursor

    def end(self) -> None:
        """Let who comes after have the usual cursor again."""
        event.remove(*self._listener)
        self._db.dispose()

    @contextmanager
    def counting(self) -> Iterator[list[Asked]]:
        """Give a list that holds the statements of the block when it ends."""
        self.seen.clear()
        counted: list[Asked] = []
        yield counted
        counted += [each for each in self.seen if not each.sql.lstrip().upper().startswith(NO_QUESTIONS)]

    def note(self, statement: object, values: tuple[Any, ...]) -> None:
        sql = statement.decode() if isinstance(statement, bytes) else str(statement)
        self.seen.append(Asked(sql, values[0] if values else None))

    def _count_sqlite(self, _dialect: Any, _record: Any, _args: Any, options: dict[str, Any]) -> None:
        options["factory"] = _sqlite_connection(self)

    def _count_postgres(self, _dialect: Any, _record: Any, _args: Any, options: dict[str, Any]) -> None:
        options["cursor_factory"] = _postgres_cursor(self)


def plan_of(connection: Connection, asked: Asked, *settings: str) -> list[str]:
    """Return the lines of the plan that a database has for what it was asked, with some settings off."""
    if connection.dialect.name == "sqlite":
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {asked.sql}", asked.values)
        return [str(row) for row in rows]
    for setting in settings:
        connection.exec_driver_sql(f"SET {setting} = off")
    cursor = RawCursor(connection.connection.driver_connection)
    return [str(row) for row in cursor.execute(f"EXPLAIN {asked.sql}", asked.values)]


def _sqlite_connection(statements: Statements) -> type[sqlite3.Connection]:
    module = sqlite_module()

    class Cursor(module.Cursor):
        def execute(self, statement, *values):
            statements.note(statement, values)
            return super().execute(statement, *values)

        def executemany(self, statement, *values):
            statements.note(statement, values)
            return super().executemany(statement, *values)

    class Connection(module.Connection):
        def cursor(self, factory=Cursor):
            return super().cursor(factory)

    return Connection


class RawCursor(psycopg.RawCursor):
    """What `Prepared` takes, which no connection makes: it tells whoever counts on its connection."""

    def execute(self, query, *values, **options):
        self._note(query, values)
        return super().execute(query, *values, **options)

    def executemany(self, query, *values, **options):
        self._note(query, values)
        return super().executemany(query, *values, **options)

    def _note(self, query: object, values: tuple[Any, ...]) -> None:
        if counting := getattr(self.connection.cursor_factory, "statements", None):
            counting.note(query, values)


psycopg.RawCursor = RawCursor


def _postgres_cursor(statements: Statements) -> type[psycopg.Cursor]:
    counting = statements

    class Cursor(psycopg.Cursor):
        statements = counting

        def execute(self, query, *values, **options):
            statements.note(query, values)
            return super().execute(query, *values, **options)

        def executemany(self, query, *values, **options):
            statements.note(query, values)
            return super().executemany(query, *values, **options)

    return Cursor
