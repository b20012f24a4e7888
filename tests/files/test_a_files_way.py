"""A file's way: from a reader's form, sealed, to the newsroom, clean."""

import io

import pytest
from intake.sending import JPEG, files_in, original_of, send_files, shelf_of

from tipline.files import scrubbing
from tipline.models import AttachmentState
from tipline.scrub import run
from tipline.scrub.found import Kind


@pytest.fixture
def clean_copy(monkeypatch):
    """The scrubbing engine, faked at its border: it gives out these bytes."""
    content = b"\xff\xd8\xff\xe0clean"

    def scrub(clear, size, file_type, limits=None):
        assert len(clear.read()) == size
        return run.Scrubbed(
            copy=io.BytesIO(content), size=len(content), file_type=file_type,
            removed=(Kind.PLACE, Kind.SERIAL), facts={"taken_at": "2026-03-01T21:15:00"},
        )  # fmt: skip

    monkeypatch.setattr(run, "scrub", scrub)
    return content


@pytest.mark.thorough
def test_a_file_goes_from_a_form_to_the_newsroom(app, client, db, moderator, signed_in_as, clean_copy):
    assert send_files(client, ("holiday at the beach.jpg", JPEG)).status_code == 201
    [file] = files_in(db)
    assert (file.state, file.media_type, file.size_bytes) == (
        AttachmentState.ARRIVED,
        "image/jpeg",
        len(JPEG),
    )
    assert original_of(app, file) == JPEG
    assert scrubbing.scrub_next(shelf_of(app)) == 1
    page = signed_in_as(moderator).get(f"/newsroom/files/{file.ref}")
    assert page.status_code == 200
    assert page.data == clean_copy
    assert page.headers["Content-Disposition"].startswith("attachment; filename=")
