"""The scrubbing engine, faked at its border."""

import io

import pytest
from intake.sending import JPEG, files_in, send_files, shelf_of

from tipline.files import scrubbing
from tipline.scrub import run
from tipline.scrub.found import Kind

CLEAN = b"\xff\xd8\xff\xe0clean " * 100_000  # two parts in the storage
FACTS = {"taken_at": "2026-03-01T21:15:00", "latitude": 52.5, "longitude": 13.4}


@pytest.fixture
def engine(monkeypatch):
    """What the engine does when it is asked; a list that tells what it was given."""
    given = []

    def scrub(clear, size, file_type, limits=None):
        content = clear.read()
        assert len(content) == size
        given.append(content)
        return run.Scrubbed(
            copy=io.BytesIO(CLEAN), size=len(CLEAN), file_type=file_type.copied_as,
            removed=(Kind.PLACE, Kind.SERIAL),
            facts=dict(FACTS),
        )  # fmt: skip

    monkeypatch.setattr(run, "scrub", scrub)
    return given


@pytest.fixture
def sent(app, client, db):
    """A function: a file of a tip, sent in a form."""

    def send(content=JPEG, name="holiday of Vera.jpg", **answers):
        assert send_files(client, (name, content), **answers).status_code == 201
        return files_in(db)[-1]

    return send


@pytest.fixture
def scrubbed(app, db, engine, sent):
    """A function: a file of a tip, scrubbed."""

    def send(*arguments, **answers):
        sent(*arguments, **answers)
        while scrubbing.scrub_next(shelf_of(app)):
            pass
        return files_in(db)[-1]

    return send
