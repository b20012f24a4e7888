"""Where templates, migrations and static files stand, in a clone and in an installed wheel.

They live at the top of a clone; the wheel carries them inside the package. The packaged copy wins.
"""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


def templates() -> Path:
    """Return the folder of page templates."""
    return _packaged_or_top("templates")


def migrations() -> Path:
    """Return the folder of Alembic's scripts."""
    return _packaged_or_top("migrations")


def static() -> Path:
    """Return the folder of style sheets, scripts and fonts."""
    return PACKAGE / "static"


def translations() -> Path:
    """Return the folder of readers' words, a catalogue for each language but English."""
    return PACKAGE / "translations"


def _packaged_or_top(name: str) -> Path:
    packaged = PACKAGE / name
    return packaged if packaged.is_dir() else PACKAGE.parent / name
