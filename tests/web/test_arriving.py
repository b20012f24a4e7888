"""Forms with files: nothing in clear on the disk, and nothing of the form lost for a file's sake."""

import os

import pytest
from flask import Flask, request

from tipline.web import arriving
from tipline.web.spool import EncryptedSpool

MIB = 1024 * 1024
HEAD = b'--b\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n'
FILE = b'--b\r\nContent-Disposition: form-data; name="files"; filename="%s"\r\n\r\n%s\r\n'
END = b"--b--\r\n"


@pytest.fixture
def page(tmp_path):
    """A page that says what it got."""
    app = Flask("page")
    app.config.update(MAX_CONTENT_LENGTH=MIB, MAX_FORM_MEMORY_SIZE=MIB, MAX_FORM_PARTS=20)
    arriving.install(app, tmp_path / "spool", {"/tip": 8 * MIB})

    @app.post("/tip")
    @app.post("/other")
    def got():
        files = [
            [upload.filename, upload.stream.read().decode("latin-1"), getattr(upload.stream, "lost", False)]
            for upload in request.files.getlist("files")
        ]
        cut = arriving.cut_short()
        return {"form": request.form.to_dict(), "files": files, **({"cut": sorted(cut)} if cut else {})}

    client = app.test_client()
    return lambda *parts, path="/tip": client.post(
        path, data=b"".join(parts), content_type="multipart/form-data; boundary=b"
    )


def test_fields_and_files_arrive(page):
    got = page(HEAD % (b"body", "Türme".encode()), FILE % (b"a.txt", b"\0\xff"), FILE % (b"b", b""), END).json
    assert got == {
        "form": {"body": "Türme"},
        "files": [["a.txt", "\0\xff", False], ["b", "", False]],
    }


def test_a_name_in_broken_utf8_costs_nothing(page):
    got = page(HEAD % (b"body", b"kept"), FILE % (b"caf\xe9.txt", b"x"), END).json
    assert got == {"form": {"body": "kept"}, "files": [["caf\ufffd.txt", "x", False]]}


def test_a_field_in_broken_utf8_is_kept(page):
    assert page(HEAD % (b"body", b"caf\xe9"), END).json["form"] == {"body": "caf\ufffd"}


def test_of_a_body_that_breaks_off_what_came_before_is_kept(page):
    assert page(HEAD % (b"body", b"kept"), b"--b\r\nContent-Dis").json["form"] == {"body": "kept"}
    assert page(HEAD % (b"body", b"kept"), FILE % (b"a", b"x" * 100)).json["form"] == {"body": "kept"}


@pytest.mark.parametrize(
    "broken",
    [b"", b"--b", b"--b\r\n\r\n\r\n--b--", b"--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--"],
)
def test_what_is_no_form_is_an_empty_one(page, broken):
    answer = page(broken)
    assert answer.status_code == 200
    assert answer.json["files"] == []


def test_a_file_may_be_larger_than_a_form(page):
    assert len(page(FILE % (b"a", b"x" * 3 * MIB), END).json["files"][0][1]) == 3 * MIB
    assert page(FILE % (b"a", b"x" * 3 * MIB), END, path="/other").status_code == 413
    assert page(FILE % (b"a", b"x" * 9 * MIB), END).status_code == 413


def test_the_fields_of_a_form_stay_small_all_together(page):
    assert page(HEAD % (b"a", b"x" * 900_000), END).status_code == 200
    assert page(*[HEAD % (b"%d" % number, b"x" * 300_000) for number in range(5)], END).status_code == 413
    assert page(*[HEAD % (b"%d" % number, b"x") for number in range(30)], END).status_code == 413


def test_another_encoding_of_a_form_stays_small(page, tmp_path):
    app = Flask("page")
    app.config.update(MAX_CONTENT_LENGTH=MIB)
    arriving.install(app, tmp_path / "spool", {"/tip": 8 * MIB})
    app.post("/tip")(lambda: str(len(request.form)))
    assert app.test_client().post("/tip", data={"a": "x" * 2 * MIB}).status_code == 413


def test_nothing_lies_on_the_disk_in_clear(page, tmp_path, monkeypatch):
    seen = []
    write = os.write
    monkeypatch.setattr(os, "write", lambda fd, data: seen.append(bytes(data)) or write(fd, data))
    page(FILE % (b"a", b"canary " * 100_000), END)
    assert seen
    assert not any(b"canary" in data for data in seen)
    assert list((tmp_path / "spool").iterdir()) == []


@pytest.mark.parametrize("size", [200_000, 100])
def test_a_full_disk_loses_the_file_alone(page, monkeypatch, size):
    def full(*_arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(EncryptedSpool, "_put", full)
    got = page(FILE % (b"a", b"x" * size), HEAD % (b"body", b"kept"), END).json
    assert got["form"] == {"body": "kept"}
    assert got["files"][0][::2] == ["a", True]


def test_a_disk_that_takes_no_file_at_all_loses_the_file_alone(page, tmp_path):
    (tmp_path / "spool").rmdir()
    got = page(FILE % (b"a", b"x" * 100), HEAD % (b"body", b"kept"), END).json
    assert got == {"form": {"body": "kept"}, "files": [["a", "", True]]}


def test_a_field_beyond_the_bound_of_all_is_cut_short_where_readers_write(page):
    long = "Tür ".encode() * 400_000
    got = page(HEAD % (b"body", long), HEAD % (b"token", b"kept"), FILE % (b"a", b"x"), END).json
    assert got["form"]["token"] == "kept"
    assert long.decode().startswith(got["form"]["body"])
    assert len(got["form"]["body"].encode()) > MIB - arriving.REST_BYTES - 4
    assert (got["cut"], len(got["files"])) == (["body"], 1)
    assert "cut" not in page(HEAD % (b"body", b"short"), END).json
    assert page(HEAD % (b"body", long[:MIB]), END, path="/other").status_code == 413
