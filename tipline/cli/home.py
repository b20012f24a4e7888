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


def settings_as_found() -> "Settings":
    """Return the settings of a home that may wait for its keys: none are made."""
    from tipline import logs
    from tipline.config import Settings
    from tipline.errors import WrongSetting

    found = Settings.from_env(os.environ)
    if found.encryption_keys or (found.home / "encryption_keys").exists():
        return settings()
    logs.configure(found.log_format)
    try:
        found.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise WrongSetting(
            f"TIPLINE_HOME is {found.home}, which cannot be made ({error.strerror}); name another folder."
        ) from error
    return found


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


def said_of_lost_keys(db: "Database", chosen: "Settings") -> str:
    """Return the sentence on keys that the database needs and this home does not have; empty for none."""
    from tipline.keeping import lost_keys

    with db.read() as session:
        lost = lost_keys.lost(session, dict(chosen.encryption_keys))
    return lost_keys.sentence(lost, chosen) if lost else ""


def has_users(db: "Database") -> bool:
    from tipline.accounts import queries

    with db.read() as session:
        return queries.any_user(session)
