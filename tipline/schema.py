"""The schema's way to head and back: Alembic, run by us, from a clone and from an installed wheel.

SQLite's batch migrations rebuild tables, and with foreign keys on that deletes children by cascade. So
migrations run with them off, on a connection of their own, and are checked before they are committed.
Alembic is imported where it is used: a sixth of what a web process imports, and it seldom needs it.
"""

from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from tipline import paths
from tipline.db import Database
from tipline.errors import TiplineError

if TYPE_CHECKING:
    from alembic.config import Config

# Full-text tables are made by hand-written SQL, one way on each database.
SEARCH_TABLES = ("tip_search", "story_search")


class SchemaBroken(TiplineError):
    title = "The schema could not be changed"


def upgrade(db: Database, revision: str = "head") -> None:
    """Bring the schema up to `revision`; create an SQLite file that is not there yet."""
    from alembic import command

    db.create()
    _migrate(db, command.upgrade, revision)


def downgrade(db: Database, revision: str) -> None:
    """Bring the schema down to `revision` ("base" for nothing)."""
    from alembic import command

    _migrate(db, command.downgrade, revision)


def current(db: Database) -> str | None:
    """Return the revision the database is at, or None when it is empty."""
    from alembic.runtime.migration import MigrationContext

    with db.read() as session:
        return MigrationContext.configure(session.connection()).get_current_revision()


@cache
def head() -> str | None:
    """Return the newest revision this version of Tipline knows; a process reads the scripts once."""
    from alembic.script import ScriptDirectory

    return ScriptDirectory.from_config(_config()).get_current_head()


def knows(revision: str) -> bool:
    """Say whether this version of Tipline has a way from `revision` to its head."""
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory.from_config(_config()).walk_revisions()
    return revision in {script.revision for script in scripts}


def owned_by_models(_object: Any, name: str | None, kind: str, _reflected: bool, _compared: Any) -> bool:
    """Say whether Alembic should compare a table with the models; full-text tables are not."""
    return not (kind == "table" and (name or "").startswith(SEARCH_TABLES))


def _migrate(db: Database, step: Any, revision: str) -> None:
    with db.exclusive() as connection:
        step(_config(connection), revision)
        if db.dialect == "sqlite" and (
            orphans := connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        ):
            tables = ", ".join(sorted({row[0] for row in orphans}))
            raise SchemaBroken(
                f"The change would leave rows without their parents in {tables}; nothing was changed."
            )


def _config(connection: Connection | None = None) -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(paths.migrations()).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
