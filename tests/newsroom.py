"""The newsroom that a process of the suite works in: made once, and for each test as on its first day.

Making it is dear: werkzeug compiles every route of an application, and SQLAlchemy every statement anew
for each engine. So one application and two engines serve all tests of a process, at one address of one
database in one home, and what a test may have left there is taken away before the next:

- the rows: the database is a fresh copy of an empty one;
- the files: the home is empty but for that copy;
- the application's memory: settings, keys, configuration, globals of templates, and what is counted
  between requests (`MEMORIES`).

A test that needs another application, or that changes one, takes the fixture `an_app`.
"""

import shutil
from pathlib import Path

from flask import Flask

from tipline.config import Settings
from tipline.intake.limits import Limits
from tipline.intake.shared_window import SharedWindow
from tipline.intake.views import gate
from tipline.keys import Keyring
from tipline.storage import storage_of
from tipline.web import health, kept
from tipline.web.request import EXTENSION, Desk

MEMORIES = {
    gate.EXTENSION: lambda _: Limits(SharedWindow()),
    health.EXTENSION: lambda _: health.Watch(),
    kept.EXTENSION: lambda app: kept.Pieces(app.jinja_env),
}


def empty(home: Path) -> None:
    """Leave the home as an operator makes it: private, with nothing in it."""
    if home.exists():
        shutil.rmtree(home)
    home.mkdir(mode=0o700)


class Application:
    """One application for many tests; `on_its_first_day` takes from it what it learned in the last."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.db = app.extensions[EXTENSION].db
        app.test_client().get("/healthz")  # from its first request on, Flask refuses new routes
        self._extensions = dict(app.extensions)
        self._config = dict(app.config)
        self._globals = dict(app.jinja_env.globals)
        self._undefined = app.jinja_env.undefined

    def on_its_first_day(self, settings: Settings) -> Flask:
        """Give the application to another test, whose settings say what those it was made with said."""
        app = self.app
        desk = Desk(settings, self.db, Keyring.of(settings.encryption_keys), storage_of(settings))
        (settings.home / "spool").mkdir(mode=0o700, exist_ok=True)
        memories = {name: make(app) for name, make in MEMORIES.items()}
        _restore(app.extensions, {**self._extensions, EXTENSION: desk, **memories})
        _restore(app.config, self._config)
        _restore(app.jinja_env.globals, self._globals)
        app.jinja_env.undefined = self._undefined
        return app


def _restore(now: dict, first: dict) -> None:
    now.clear()
    now.update(first)
