"""Files from a reader's form to a moderator's download, with the engine that really scrubs."""

import io

import pytest
from intake.readers import errors_on, open_form, tips_in
from intake.sending import PROGRAM, files_in, original_of, send_files, send_part
from PIL import Image, ImageChops, ImageOps
from scrub import offices, pictures, samples
from scrub.judge import exiftool, leaks, telling

from tipline import worker
from tipline.keys import Keyring
from tipline.scrub import run
from tipline.scrub.limits import Limits

A_PART = 512 * 1024
pytestmark = pytest.mark.thorough


@pytest.fixture
def work(settings, db):
    """A function: let the worker do all that waits."""
    bench = worker.Bench(settings, db, Keyring.of(settings.encryption_keys))

    def run() -> None:
        while worker.run_once(bench):
            pass

    return run


def in_the_form(client, name, content):
    assert send_files(client, (name, content)).status_code == 201


def in_the_frame(client, name, content):
    answers = {"token": open_form(client), "body": "A lamp was lit.", "files": [(io.BytesIO(content), name)]}
    assert client.post("/embed/tip", data=answers, content_type="multipart/form-data").status_code == 201


def in_parts(client, name, content):
    token, named = open_form(client), {"name": name, "size": len(content)}
    first, last = content[:A_PART], content[A_PART:]
    assert send_part(client, token, first, **named).status_code == 200
    assert send_part(client, token, last, offset=A_PART, **named).status_code == 201
    assert client.post("/tip", data={"token": token, "body": "A lamp was lit."}).status_code == 201


@pytest.mark.parametrize(
    ("kind", "way"),
    [("jpeg", in_the_form), ("jpeg", in_parts), ("pdf", in_the_frame), ("docx", in_the_form)],
)
def test_what_a_moderator_downloads_tells_nothing(app, client, db, work, moderator, signed_in_as, kind, way):
    original = samples.sample(kind)
    if way is in_parts:
        original += b"CANARY after all" * (A_PART // 10)
    way(client, f"holiday of Vera.{kind}", original)
    work()
    [file] = files_in(db)
    given = signed_in_as(moderator).get(f"/newsroom/files/{file.ref}")
    assert (file.state, given.status_code, given.mimetype) == ("scrubbed", 200, file.media_type)
    assert "Vera" not in str(given.headers)
    assert telling(exiftool(given.data)) == {}
    assert leaks(given.data) == []
    assert original_of(app, file) == original
    if kind == "jpeg":
        assert is_the_same_picture(given.data, original)


def is_the_same_picture(copy: bytes, original: bytes) -> bool:
    """Say whether two pictures look alike; what the original says about turning it is done."""
    wanted = ImageOps.exif_transpose(Image.open(io.BytesIO(original))).convert("RGB")
    shown = Image.open(io.BytesIO(copy)).convert("RGB")
    if shown.size != wanted.size:
        return False
    return all(most < 24 for _least, most in ImageChops.difference(shown, wanted).getextrema())


def archive_bomb() -> bytes:
    """A document of 10 KB whose picture unpacks to three megabytes."""
    return offices.archive({**offices.docx_parts(), "word/media/image1.jpeg": bytes(3_000_000)})


SEALED = {
    "half of a picture.jpg": samples.sample("jpeg")[:1900],
    "half of a page.pdf": samples.sample("pdf")[:700],
    "too many pixels.png": pictures.of_no_pixels(60_000, 60_000),
    "too much inside.docx": archive_bomb(),
    "entities.docx": offices.archive(
        {**offices.docx_parts(), "word/document.xml": '<!DOCTYPE d [<!ENTITY x "y">]><d>&x;</d>'}
    ),
}
CLEANED = {
    "a picture.pdf": samples.sample("jpeg"),
    "a picture and a document.jpg": samples.sample("jpeg") + samples.sample("docx"),
    "a page.jpg": b"<html><script>alert(1)</script></html>",
}
REFUSED = {
    "half of a document.docx": samples.sample("docx")[:900],
    "a program.jpg": PROGRAM,
    "nothing.txt": b"",
    "an archive.zip": offices.archive({"a.txt": "a"}),
}


def test_what_is_broken_or_built_to_break_is_sealed(client, db, work, moderator, signed_in_as, monkeypatch):
    monkeypatch.setattr(run, "Limits", lambda: Limits(unpacked_bytes=1_000_000))  # a GiB would take long
    assert send_files(client, *SEALED.items()).status_code == 201
    work()
    ends = [f"{file.state} {file.why_sealed}" for file in files_in(db)]
    assert ends == [f"sealed {why}" for why in ("damaged", "damaged", "too_big", "too_big", "unknown")]
    desk = signed_in_as(moderator)
    page = desk.get(f"/newsroom/tips/{tips_in(db)[0].ref}")
    assert page.text.count("Cannot be shown: it is sealed.") == len(SEALED)
    assert {desk.get(f"/newsroom/files/{file.ref}").status_code for file in files_in(db)} == {409}


def test_what_is_two_things_or_has_another_s_name_comes_out_as_one(client, db, work, moderator, signed_in_as):
    assert send_files(client, *CLEANED.items()).status_code == 201
    work()
    desk = signed_in_as(moderator)
    given = [desk.get(f"/newsroom/files/{file.ref}") for file in files_in(db)]
    assert [answer.mimetype for answer in given] == ["image/jpeg", "image/jpeg", "text/plain"]
    assert [leaks(answer.data) for answer in given] == [[], [], []]
    assert all(answer.headers["Content-Disposition"].startswith("attachment") for answer in given)
    assert is_the_same_picture(given[1].data, samples.sample("jpeg"))
    assert b"PK\x03\x04" not in given[1].data


def test_what_nobody_could_use_is_refused_by_name(client, db, work):
    answer = send_files(client, *REFUSED.items())
    assert answer.status_code == 422
    assert all(name in errors_on(answer)["files"] for name in REFUSED)
    work()
    assert files_in(db) == []
