"""What a reader's browser does with files: in one body, or in parts."""

from io import BytesIO

from flask.testing import FlaskClient
from intake.readers import open_form
from sqlalchemy import select
from werkzeug.test import TestResponse

from tipline.db import Database
from tipline.files.shelf import Shelf
from tipline.models import Attachment

# The smallest things that are of a kind; what is in them does not matter here.
JPEG = b"\xff\xd8\xff\xe0" + b"a picture of a lighthouse " * 40
PDF = b"%PDF-1.7\n" + b"a page about a lighthouse " * 40
TEXT = "The drummer’s diary, page 1\n".encode()
PROGRAM = b"\x7fELF\x02\x01\x01\0" + bytes(range(256))


def send_files(client: FlaskClient, *files: tuple[str, bytes], **answers: str) -> TestResponse:
    """Send a tip with (name, content) files in its body, as a browser without script does."""
    answers.setdefault("token", open_form(client))
    answers.setdefault("body", "The drummer bought a lighthouse.")
    data = {**answers, "files": [(BytesIO(content), name) for name, content in files]}
    return client.post("/tip", data=data, content_type="multipart/form-data")


def send_part(client: FlaskClient, token: str, content: bytes, **fields) -> TestResponse:
    """Send a part of a file, as the script does; all of it, unless `offset` and `size` say otherwise.

    The first part comes after a word that begins the file; what is wrong with that is the answer.
    """
    fields = {"token": token, "upload": "u1", "name": "beach.jpg", "offset": 0, "size": len(content)} | fields
    data = {name: str(value) for name, value in fields.items()}

    def post(**chunk) -> TestResponse:
        return client.post("/tip/files", data={**data, **chunk}, content_type="multipart/form-data")

    if not content or (fields["offset"] == 0 and (begun := post()).status_code >= 400):
        return begun if content else post()
    return post(chunk=(BytesIO(content), "blob"))


def files_in(db: Database) -> list[Attachment]:
    with db.read() as session:
        return list(session.scalars(select(Attachment).order_by(Attachment.id)))


def shelf_of(app) -> Shelf:
    desk = app.extensions["tipline"]
    return Shelf(desk.settings, desk.db, desk.keyring, desk.storage)


def original_of(app, file: Attachment) -> bytes:
    return shelf_of(app).original(file).read()


def objects_in(app) -> set[str]:
    return {kept.key for kept in app.extensions["tipline"].storage.list()}
