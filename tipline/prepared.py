"""Statements compiled once for each database, for where it is felt: accepting a tip, polls, the queue.

`Session.execute` looks a statement up in the compiled cache each time, which for the seven statements of one
tip costs more than all the rest of the request (measured: 5.2 ms of CPU for all of it, 2.2 ms prepared).
"""

from collections.abc import Callable, Iterable, Mapping
from copy import copy
from typing import Any, NamedTuple, cast

from sqlalchemy import (
    BindParameter,
    ColumnDefault,
    Connection,
    Delete,
    Dialect,
    Insert,
    Select,
    Table,
    TextClause,
    Update,
    insert,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.sql.visitors import iterate

Statement = Insert | Update | Delete | Select[*tuple[Any, ...]] | TextClause
Binding = tuple[str, object, Callable[[Any], Any] | None]


class Compiled(NamedTuple):
    """A statement as a driver takes it."""

    sql: Any  # text; for PostgreSQL in bytes, as it is sent
    positional: bool
    bindings: tuple[Binding, ...]
    gives_rows: bool | None  # None where only the driver knows


class Driver(NamedTuple):
    """A pooled connection of the driver, and how to speak to it: all that a prepared statement needs."""

    connection: Any
    dialect: Dialect


Asked = Session | Connection | Driver
POSTGRES = "postgresql"


class Prepared:
    """A statement with its SQL and its ways of binding values, kept for each kind of database.

    Args:
        statement: an INSERT that names no columns takes all but the generated id, each missing value being
            the column's scalar default or NULL; others name their values by `bindparam`.
        plan_anew: let PostgreSQL plan it for its values each time. It otherwise keeps one plan, which cannot
            know whether a word is rare, or how far a range reaches.
    """

    def __init__(self, statement: Statement, *, plan_anew: bool = False) -> None:
        self._statement, self._plan_anew = statement, plan_anew
        self._compiled: dict[str, Compiled] = {}

    def run(self, session: Asked, values: Mapping[str, object]) -> Any:
        """Execute it in the transaction of a session or connection.

        Returns:
            The first value of its first row, None without one.

        Raises:
            sqlalchemy.exc.DBAPIError: as `Session.execute` does.
        """
        connection = _connection_of(session)
        return self.run_on(connection.connection, connection.dialect, values)

    def row(self, session: Asked, values: Mapping[str, object]) -> Any:
        """Execute it as `run` does; return its first row, None without one."""
        connection = _connection_of(session)
        return self._execute(connection.connection, connection.dialect, values)

    def run_on(self, driver: Any, dialect: Dialect, values: Mapping[str, object]) -> Any:
        """Execute it as `run` does, on a connection of the driver (see `Database.glance`)."""
        row = self._execute(driver, dialect, values)
        return row[0] if row else None

    def rows(self, session: Asked, values: Mapping[str, object]) -> list[tuple[Any, ...]]:
        """Execute it as `run` does; return its rows as the driver gives them."""
        connection = _connection_of(session)
        found = self._execute(connection.connection, connection.dialect, values, all_rows=True)
        return cast(list[tuple[Any, ...]], found)

    def column(self, session: Asked, values: Mapping[str, object]) -> list[Any]:
        """Execute it as `run` does; return the first value of each of its rows."""
        return [value for value, *_ in self.rows(session, values)]

    def each(self, session: Asked, rows: Iterable[Mapping[str, object]]) -> None:
        """Execute it once for each of the rows, as `run` does; what it returns is not kept."""
        connection = _connection_of(session)
        compiled = self._for(connection.dialect)
        bound = [_bound(compiled, values) for values in rows]
        _many(connection.connection, connection.dialect, _cursor, compiled.sql, bound)

    def _execute(
        self, driver: Any, dialect: Any, values: Mapping[str, object], *, all_rows: bool = False
    ) -> Any:
        """Execute it on the driver's own cursor: SQLAlchemy's result would cost more than the statement."""
        compiled = self._for(dialect)
        given = _bound(compiled, values)
        options = {"prepare": not self._plan_anew} if dialect.name == POSTGRES else {}
        cursor = _cursor(driver, dialect)
        try:
            cursor.execute(compiled.sql, given, **options)
            if all_rows:
                return cursor.fetchall()
            # asked only where nothing else tells, for psycopg makes an object of each column
            gives_rows = cursor.description if compiled.gives_rows is None else compiled.gives_rows
            return cursor.fetchone() if gives_rows else None
        except dialect.loaded_dbapi.Error as error:
            raise told_by(dialect, error, _text(compiled.sql)) from error
        finally:
            cursor.close()

    def _for(self, dialect: Dialect) -> Compiled:
        known = self._compiled.get(dialect.name)
        if known is None:
            known = self._compiled[dialect.name] = _compile(self._statement, dialect)
        return known


def many(session: Asked, sql: str, rows: list[Any]) -> None:
    """Execute SQL as the driver takes it, once for each row of values.

    Raises:
        sqlalchemy.exc.DBAPIError: as `Session.execute` does.
    """
    connection = _connection_of(session)
    _many(connection.connection, connection.dialect, lambda driver, _: driver.cursor(), sql, rows)


def _many(driver: Any, dialect: Any, make: Callable[[Any, Any], Any], sql: Any, rows: list[Any]) -> None:
    cursor = make(driver, dialect)
    try:
        cursor.executemany(sql, rows)
    except dialect.loaded_dbapi.Error as error:
        raise told_by(dialect, error, _text(sql)) from error
    finally:
        cursor.close()


def dialect_of(session: Asked) -> Dialect:
    """Return how the session's database is spoken to."""
    return _connection_of(session).dialect


def told_by(dialect: Any, error: Exception, sql: str = "") -> BaseException:
    """Return a driver's error as SQLAlchemy tells it, so that who catches it need not know the driver."""
    return DBAPIError.instance(
        sql, None, error, dialect.loaded_dbapi.Error, hide_parameters=True, dialect=dialect
    )


def insert_into(table: Table) -> Prepared:
    """Return the INSERT of one row into `table`."""
    return Prepared(insert(table).inline())  # else PostgreSQL would be asked for the id


def insert_returning_id(table: Table) -> Prepared:
    """Return the INSERT of one row into `table` that gives the id it got."""
    return Prepared(insert(table).returning(table.c.id))


def _bound(compiled: Compiled, values: Mapping[str, object]) -> Any:
    bound = [
        (name, bind(values.get(name, default)) if bind else values.get(name, default))
        for name, default, bind in compiled.bindings
    ]
    # where values go by their places, one that is named twice comes twice
    return tuple([value for _, value in bound]) if compiled.positional else dict(bound)


def _cursor(driver: Any, dialect: Any) -> Any:
    """Return a cursor; of psycopg one that takes the SQL as PostgreSQL does.

    Its usual one goes through a statement's text for places to put values in: of our longest that takes
    longer than some answers, each time.
    """
    if dialect.name == POSTGRES:
        return dialect.loaded_dbapi.RawCursor(driver.driver_connection)
    return driver.cursor()


def _text(sql: str | bytes) -> str:
    return sql if isinstance(sql, str) else sql.decode()


def _connection_of(session: Asked) -> Connection | Driver:
    """Return the session's connection, asking for it once: a session of ours is one transaction (db.py)."""
    if not isinstance(session, Session):
        return session
    known: Connection | None = session.info.get(__name__)
    if known is None:
        known = session.info[__name__] = session.connection()
    return known


def _compile(statement: Statement, dialect: Dialect) -> Compiled:
    table = None if isinstance(statement, Select | TextClause) else cast(Table, statement.table)
    keys = None
    if isinstance(statement, Insert) and table is not None and not _binds(statement):
        keys = [column.name for column in table.columns if column is not table.autoincrement_column]
    compiled: Any = statement.compile(dialect=_as_asked(dialect), column_keys=keys)
    names = compiled.positiontup or dict.fromkeys(compiled.bind_names.values())
    bindings = tuple(_binding(table, name, compiled.binds[name], dialect) for name in names)
    sql = str(compiled).encode() if dialect.name == POSTGRES else str(compiled)
    gives_rows = isinstance(statement, Select) or bool(compiled.effective_returning)
    known = gives_rows if not isinstance(statement, TextClause) else None
    return Compiled(sql, compiled.positiontup is not None, bindings, known)


def _binds(statement: Statement) -> bool:
    return any(isinstance(part, BindParameter) for part in iterate(statement))


def _as_asked(dialect: Dialect) -> Dialect:
    """Return a dialect that writes each limit into the statement itself, and PostgreSQL's own $1 for a value.

    PostgreSQL keeps one plan for a statement that it was given five times, and takes a limit that it does not
    know for a tenth of the rows: it then reads whole tables. SQLite makes a plan anew whenever a limit is
    bound (https://sqlite.org/c3ref/prepare.html): for what a page asks, that cost as much as the answer.
    """
    compiler: Any = dialect.statement_compiler

    class WithLimits(compiler):  # type: ignore[misc]
        def limit_clause(self, chosen: Any, **options: Any) -> str:
            return cast(str, super().limit_clause(chosen, **{**options, "literal_binds": True}))

    changed = copy(dialect)
    changed.statement_compiler = WithLimits
    if dialect.name == POSTGRES:
        changed.paramstyle, changed.positional = "numeric_dollar", True
        changed.identifier_preparer = changed.preparer(changed)  # which would double each percent sign
    return changed


def _binding(table: Table | None, name: str, parameter: BindParameter[Any], dialect: Dialect) -> Binding:
    column = table.columns.get(name) if table is not None else None
    default = column.default if column is not None else None
    # a literal in the statement is a parameter that brings its value along
    value = None if parameter.required else parameter.value
    if isinstance(default, ColumnDefault) and default.is_scalar:
        value = default.arg
    return name, value, parameter.type.dialect_impl(dialect).bind_processor(dialect)
