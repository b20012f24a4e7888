"""Several SELECTs asked in one statement, compiled once for each database: what a page is made of.

A page that asks thirty small questions pays thirty times for the way to the database and back, and more for
SQLAlchemy's building and looking up of each (measured: about a millisecond of CPU a question). Here each
SELECT becomes one JSON value of a single row, asked through the driver.
"""

import json
import sys
from collections import namedtuple
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Dialect,
    LargeBinary,
    Select,
    String,
    Subquery,
    bindparam,
    column,
    select,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.functions import FunctionElement

from tipline import clock
from tipline.memory import Memory
from tipline.prepared import Asked, Prepared, dialect_of

Answers = dict[str, list[Any]]
Question = Select[*tuple[Any, ...]]
Readers = list[tuple[int, Callable[[Any], Any]]]
NOTHING = "[]"  # as most of a page's answers are
MOST_BYTES = 8 * 1024 * 1024
TIMES_ITS_TEXT = 4  # what an answer takes with its rows
_answers: Memory[list[Any]] = Memory(MOST_BYTES)


class AtOnce:
    """Some SELECTs by their names, each answered with its rows: named tuples of its columns, in its order.

    Their values are named by `bindparam`; a value stands for the same in all of them. Bytes cannot be asked
    for, since JSON knows none.
    """

    def __init__(self, **parts: Question) -> None:
        self._parts = {name: part.subquery(f"asked_{name}") for name, part in parts.items()}
        for name, part in self._parts.items():
            assert not any(isinstance(each.type, LargeBinary) for each in part.c), name
        self._rows: dict[str, Any] = {
            name: namedtuple(name, part.c.keys(), rename=True) for name, part in self._parts.items()
        }
        self._readers: dict[str, dict[str, Readers]] = {}
        listed = (_listed(part).label(name) for name, part in self._parts.items())
        self._prepared = Prepared(select(*listed))

    def ask(self, session: Asked, **values: object) -> Answers:
        """Ask all of them in the session's snapshot."""
        dialect = dialect_of(session)
        row, now = self._prepared.row(session, values), clock.now()
        readers = self._readers.get(dialect.name) or self._prepare(dialect)
        return {
            name: self._read(name, said, readers[name], now) if said and said != NOTHING else []
            for name, said in zip(self._parts, row, strict=True)
        }

    def _read(self, name: str, said: str, readers: Readers, now: datetime) -> list[Any]:
        """Return the rows of an answer; most are the very same text as the last time."""
        key = self, name, said
        rows = _answers.find(key, now)
        if rows is None:
            rows = _rows(said, self._rows[name]._make, readers)
            _answers.keep(key, rows, TIMES_ITS_TEXT * sys.getsizeof(said), now)
        return rows.copy()

    def _prepare(self, dialect: Dialect) -> dict[str, Readers]:
        way = {"sqlite": _SQLITE, "postgresql": _POSTGRES}[dialect.name]
        readers = {
            name: [(at, way[kind]) for at, each in enumerate(part.c) if (kind := _kind(each)) in way]
            for name, part in self._parts.items()
        }
        self._readers[dialect.name] = readers
        return readers


def each_of(name: str) -> Select[Any]:
    """Select the texts of a list that is bound as `name`, a JSON array: one value, however many there are."""
    unpacked = unpacked_texts(bindparam(name, type_=String)).table_valued(column("value", String))
    return select(unpacked.c.value)


def ids_of(name: str) -> Select[Any]:
    """Select the ids of a list that is bound as `name`, as `each_of` does."""
    return select(unpacked_ids(bindparam(name, type_=String)).column_valued("value"))


def listed(values: object) -> str:
    """Write a list for `each_of` or `ids_of`."""
    return json.dumps(list(values), ensure_ascii=False)  # type: ignore[call-overload]


class unpacked_texts(FunctionElement[Any]):  # noqa: N801 - a function of SQL
    inherit_cache = True
    name = "unpacked_texts"


class unpacked_ids(FunctionElement[Any]):  # noqa: N801 - a function of SQL
    """As an array: PostgreSQL plans for its length, or for ten once it keeps the plan.

    Of a list in JSON it assumes a hundred, for which it walks over a table of thousands.
    """

    inherit_cache = True
    name = "unpacked_ids"
    type = BigInteger()


@compiles(unpacked_texts, "sqlite")
@compiles(unpacked_ids, "sqlite")
def _unpacked_by_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    return f"json_each({compiler.process(element.clauses, **options)})"


@compiles(unpacked_texts, "postgresql")
def _texts_unpacked_by_postgres(element: Any, compiler: Any, **options: Any) -> str:
    return f"json_array_elements_text(CAST({compiler.process(element.clauses, **options)} AS json))"


@compiles(unpacked_ids, "postgresql")
def _ids_unpacked_by_postgres(element: Any, compiler: Any, **options: Any) -> str:
    ids = compiler.process(element.clauses, **options)
    return f"unnest(CAST(translate({ids}, '[]', '{{}}') AS bigint[]))"


class rows_as_json(FunctionElement[Any]):  # noqa: N801 - a function of SQL
    inherit_cache = True
    name = "rows_as_json"
    type = String()


@compiles(rows_as_json, "sqlite")
def _written_by_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    return f"json_group_array(json_array({compiler.process(element.clauses, **options)}))"


@compiles(rows_as_json, "postgresql")
def _written_by_postgres(element: Any, compiler: Any, **options: Any) -> str:
    # as text, which the reader below is quicker with than the driver
    return f"CAST(json_agg(json_build_array({compiler.process(element.clauses, **options)})) AS text)"


def _listed(part: Subquery) -> ColumnElement[Any]:
    return select(rows_as_json(*part.c)).select_from(part).scalar_subquery()


def _rows(said: str, make: Callable[[Any], Any], readers: Readers) -> list[Any]:
    rows = _decode(said)[0]
    for row in rows:
        for at, read in readers:
            if row[at] is not None:
                row[at] = read(row[at])
    return [make(row) for row in rows]


_decode = json.JSONDecoder().raw_decode  # without what `loads` looks for first


def _kind(asked: ColumnElement[Any]) -> type | None:
    if isinstance(asked.type, JSON):
        return JSON
    try:
        return getattr(asked.type, "impl_instance", asked.type).python_type
    except NotImplementedError:
        return None


@lru_cache(maxsize=10_000)  # a page reads a hundred times, most of them again and again
def _instant(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


# How JSON's values become those of a column: SQLite has no booleans and keeps JSON as text.
_POSTGRES: Mapping[Any, Callable[[Any], Any]] = {datetime: _instant}
_SQLITE: Mapping[Any, Callable[[Any], Any]] = {datetime: _instant, bool: bool, JSON: json.loads}
