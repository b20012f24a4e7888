"""Homes that are restored, and what is in them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result
from sqlalchemy import select

from tipline.cli import tipline
from tipline.config import Settings
from tipline.db import Database
from tipline.keeping.restore import restore
from tipline.models import Tip
from tipline.storage import storage_of

KEYS = ("secret_key", "encryption_keys")


@dataclass
class Home:
    settings: Settings
    db: Database


def home_of(path: Path) -> Path:
    path.mkdir(mode=0o700, exist_ok=True)
    return path


def restored(file: Path, home: Path, **environ: str) -> Home:
    """Restore a backup into a new home."""
    settings = Settings.from_env({"TIPLINE_HOME": str(home_of(home)), **environ})
    with file.open("rb") as stream:
        restore(settings, stream)
    return Home(settings, Database(settings.database_url))


def bodies(home: Home) -> list[str]:
    with home.db.read() as session:
        found = list(session.scalars(select(Tip.body).order_by(Tip.id)))
    home.db.dispose()
    return found


def files_of(home: Home) -> dict[str, bytes]:
    storage = storage_of(home.settings)
    return {kept.key: storage.get(kept.key) for kept in storage.list()}


def run(home: Path, *words: str, **more: Any) -> Result:
    """Run a verb in a home, where nothing but the home is given."""
    environ = {"TIPLINE_HOME": str(home), "TIPLINE_DATABASE_URL": None, "TIPLINE_ENCRYPTION_KEYS": None}
    return CliRunner().invoke(tipline, words, env=environ, **more)
