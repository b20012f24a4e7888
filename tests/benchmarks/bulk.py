"""Rows into tables in bulk, as fast as each database takes them: executemany, or COPY on PostgreSQL."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnDefault, Table
from sqlalchemy.schema import CreateIndex

from tipline.db import Database
from tipline.models import Band

Rows = Sequence[Mapping[str, object]]
# Made at the end at a fraction of the cost: their values come in no order.
BANDS_LATE = next(each for each in Band.__table__.indexes if each.name == "ix_bands_tip_id")  # type: ignore[attr-defined]
WORDS_LATE = "CREATE INDEX ix_tip_search_words ON tip_search USING gin (words)"


class Bulk:
    """A connection of the driver that stores rows; leave the `with` block and they are committed."""

    def __init__(self, db: Database) -> None:
        self.db, self.sqlite = db, db.path is not None
        self._connection: Any = None

    def __enter__(self) -> "Bulk":
        self._pooled = self.db.engine.raw_connection()
        self._connection = self._pooled.driver_connection
        if self.sqlite:
            self._connection.execute("PRAGMA cache_size=-400000")
            self._connection.execute("PRAGMA synchronous=OFF")
            self._connection.execute("BEGIN IMMEDIATE")
        return self

    def __exit__(self, error: object, *_more: object) -> None:
        if error is None:
            self._connection.commit()
        else:
            self._connection.rollback()
        self._pooled.invalidate()  # with its pragmas

    def run(self, statement: str) -> None:
        self._connection.cursor().execute(statement)

    def store(self, table: Table, rows: Rows) -> None:
        """Store rows; what one does not say is as the column has it by default."""
        ways = [self._way(column) for column in table.columns]
        columns = [[row.get(name, default) for row in rows] for name, default, _ in ways]
        bound = [list(map(way[2], column)) if way[2] else column
                 for way, column in zip(ways, columns, strict=True)]  # fmt: skip
        self.put(table.name, [name for name, *_ in ways], zip(*bound, strict=True))

    def put(self, table: str, names: list[str], values: Iterable[tuple[object, ...]]) -> None:
        """Store values as they are."""
        listed = ", ".join(names)
        if self.sqlite:
            marks = ", ".join("?" * len(names))
            self._connection.executemany(f"INSERT INTO {table} ({listed}) VALUES ({marks})", values)
            return
        with self._connection.cursor().copy(f"COPY {table} ({listed}) FROM STDIN") as copy:
            for row in values:
                copy.write_row(row)

    def _way(self, column: Any) -> tuple[str, object, Any]:
        """Return a column's name, its value by default, and how its values are bound, if not as they are."""
        default, dialect = column.default, self.db.engine.dialect
        bind = column.type.dialect_impl(dialect).bind_processor(dialect)
        usual = default.arg if isinstance(default, ColumnDefault) and default.is_scalar else None
        return column.name, usual, bind


def before(db: Database) -> None:
    """Set aside what is made at the end."""
    with Bulk(db) as bulk:
        for name in (BANDS_LATE.name, "ix_tip_search_words"):
            bulk.run(f"DROP INDEX IF EXISTS {name}")
        bulk.run("CREATE TABLE loose_bands (value bigint, tip_id bigint)")


def after(db: Database) -> None:
    """Make what was set aside: bands in the order of their key, indexes; and gather statistics."""
    with Bulk(db) as bulk:
        if not bulk.sqlite:
            bulk.run("SET maintenance_work_mem = '512MB'")
            bulk.run("SET work_mem = '256MB'")
        bulk.run("INSERT INTO bands SELECT DISTINCT value, tip_id FROM loose_bands ORDER BY value, tip_id")
        bulk.run("DROP TABLE loose_bands")
        bulk.run(str(CreateIndex(BANDS_LATE).compile(dialect=db.engine.dialect)))
        if not bulk.sqlite:
            bulk.run(WORDS_LATE)
            _go_on_counting(bulk)
    db.gather_statistics()
    if db.path is None:
        connection: Any = db.engine.raw_connection()
        connection.driver_connection.autocommit = True
        # As autovacuum will: pages are known to be visible, values are counted.
        connection.driver_connection.execute("VACUUM ANALYZE")
        connection.invalidate()
    db.empty_log()


def _go_on_counting(bulk: Bulk) -> None:
    """Let each sequence go on after the largest id."""
    bulk.run(
        "DO $$ DECLARE s record; BEGIN FOR s IN SELECT sequencename AS q,"
        " replace(sequencename, '_id_seq', '') AS t FROM pg_sequences"
        " WHERE schemaname = 'public' AND sequencename LIKE '%\\_id\\_seq' LOOP"
        " EXECUTE format('SELECT setval(%L, (SELECT coalesce(max(id), 0) + 1 FROM %I), false)', s.q, s.t);"
        " END LOOP; END $$"
    )
