"""What most verbs begin with: the settings of this home, and its database."""

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tipline.config import Settings
    from tipline.db import Database


def settings(**overrides: str) -> "Settings":
    from tipline import logs
    from tipline.config import Settings, ensure_home

    made = ensure_home(Settings.from_env(os.environ, **overrides))
    logs.configure(made.log_format)
    return made


def database(chosen: "Settings", *, upgrade: bool = True) -> "Database":
    from tipline import schema
    from tipline.db import Database
    from tipline.engines import require_place

    db = Database(chosen.database_url)
    if db.path is not None:
        require_place(db.path)
    if upgrade and (db.path is None or not db.path.exists() or schema.current(db) != schema.head()):
        schema.upgrade(db)
    return db


def has_users(db: "Database") -> bool:
    from tipline.accounts import queries

    with db.read() as session:
        return queries.any_user(session)
