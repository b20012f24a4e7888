"""Statements for the hot path: compiled once, then run on the driver's own cursor.

Seven statements through SQLAlchemy's execution cost more than all the rest of accepting a tip. Here a Core
statement is still what is written down; its SQL text and the conversion of its values are worked out once
for each database. Only for statements that run thousands of times an hour.
"""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Connection, Executable, Insert, Table, bindparam, insert
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.schema import ScalarElementColumnDefault

Convert = Callable[[Any], Any] | None


class Prepared:
    """A Core statement whose parameters are all named."""

    def __init__(self, statement: Executable) -> None:
        self._statement = statement
        self._compiled: dict[str, _Compiled] = {}

    def run(self, connection: Connection, values: Mapping[str, Any]) -> Any:
        """Run it in the connection's transaction; return the first column of the row it gives, if any.

        Raises:
            DBAPIError: as SQLAlchemy would, IntegrityError for a broken constraint.
        """
        dialect = connection.dialect
        made = self._compiled.get(dialect.name)
        if made is None:
            made = self._compiled[dialect.name] = _Compiled(self._statement, dialect)
        driver = connection.connection
        cursor = driver.cursor()
        try:
            cursor.execute(made.sql, made.parameters(values))
            row = cursor.fetchone() if cursor.description else None
        except dialect.loaded_dbapi.Error as error:
            gone = dialect.is_disconnect(error, driver.dbapi_connection, cursor)
            raise DBAPIError.instance(
                made.sql, None, error, dialect.loaded_dbapi.Error,
                hide_parameters=True, connection_invalidated=gone, dialect=dialect,
            ) from error  # fmt: skip
        finally:
            cursor.close()
        return row[0] if row else None


def adding(table: Table, *names: str, **values: Any) -> Insert:
    """Return an INSERT of the columns `names` (each a parameter), of `values`, and of the plain defaults."""
    defaults = {
        column.name: column.default.arg
        for column in table.columns
        if isinstance(column.default, ScalarElementColumnDefault)
    }
    named = {name: bindparam(name, type_=table.columns[name].type) for name in names}
    return insert(table).values({**defaults, **named, **values})


class _Compiled:
    """The text for one database, and how each value is handed to its driver."""

    def __init__(self, statement: Executable, dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect)  # type: ignore[attr-defined]
        assert isinstance(compiled, SQLCompiler)
        self.sql = str(compiled)
        self._positional = compiled.positional
        names = compiled.positiontup if compiled.positiontup is not None else list(compiled.binds)
        self._binds = [_bind(compiled, dialect, name) for name in names]

    def parameters(self, values: Mapping[str, Any]) -> Any:
        made = [
            (name, value if convert is None else convert(value))
            for name, own, default, convert in self._binds
            for value in (default if own else values[name],)
        ]
        return [value for _name, value in made] if self._positional else dict(made)


def _bind(compiled: SQLCompiler, dialect: Dialect, name: str) -> tuple[str, bool, Any, Convert]:
    bind = compiled.binds[name]
    convert: Convert = bind.type.dialect_impl(dialect).bind_processor(dialect)
    return name, not bind.required, bind.effective_value, convert
