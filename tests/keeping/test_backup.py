"""A backup is made while others write, and is a newsroom again once its keys are beside it."""

import io
import os
import stat
import tarfile
import threading
from pathlib import Path

import pytest
from builders import a_tip
from click.testing import CliRunner
from keeping.restoring import KEYS, bodies, files_of, home_of, restored, run
from storage.conftest import bucket_server, bucket_url  # noqa: F401 - fixtures

from tipline import schema
from tipline.cli import tipline
from tipline.config import Settings
from tipline.db import Database
from tipline.keeping.backup import BackupFailed, back_up, stream_backup
from tipline.storage import ObjectMissing, storage_of
from tipline.storage.folder import FolderStorage


def members(file):
    with tarfile.open(file) as tar:
        return tar.getnames()


@pytest.mark.only("sqlite")
def test_a_backup_is_one_file_of_database_and_files_but_no_key(settings, db, tmp_path):
    a_tip(db, "The lighthouse is sold.")
    storage = FolderStorage(settings.home / "files")
    storage.put("ab/abc-0", b"sealed")
    (settings.home / "files" / "ab" / "abc-1.9f3c.part").write_bytes(b"half")
    file = tmp_path / "monday.tar"
    made = back_up(db, storage, file)
    assert (made.database, made.file_count) == (True, 1)
    assert members(file) == ["tipline.json", "tipline.sqlite3", "files/ab/abc-0", "whole.json"]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["monday.tar"]
    for _, key in settings.encryption_keys:
        assert key not in file.read_bytes()
    again = restored(file, tmp_path / "again")
    assert bodies(again) == ["The lighthouse is sold."]
    assert files_of(again) == {"ab/abc-0": b"sealed"}
    assert schema.current(again.db) == schema.head()


@pytest.mark.thorough
@pytest.mark.only("sqlite")
def test_a_backup_made_while_others_write_is_one_moment_of_them(settings, db, tmp_path):
    stop = threading.Event()
    written: list[int] = []
    storage = FolderStorage(settings.home / "files")

    def write() -> None:
        while not stop.is_set():
            storage.put(f"ab/{len(written)}-0", b"sealed")
            a_tip(db, f"Tip {len(written)}")
            written.append(1)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(3):
            before = len(written)
            back_up(db, storage, tmp_path / str(number))
            again = restored(tmp_path / str(number), tmp_path / f"again{number}")
            found = bodies(again)
            assert len(found) >= before
            assert found == [f"Tip {each}" for each in range(len(found))]
            assert {f"ab/{each}-0" for each in range(len(found))} <= set(files_of(again))
    finally:
        stop.set()
        writer.join()


@pytest.mark.only("sqlite")
def test_nothing_is_written_over_and_nothing_half_is_left(settings, db, tmp_path):
    class Breaking(FolderStorage):
        def get(self, key):
            raise OSError(28, "No space left on device")

    (tmp_path / "kept").write_text("mine")
    storage = Breaking(settings.home / "files")
    storage.put("ab/abc-0", b"sealed")
    with pytest.raises(BackupFailed, match="exists"):
        back_up(db, storage, tmp_path / "kept")
    empty = Database(f"sqlite:///{tmp_path / 'empty'}")
    empty.create()
    with pytest.raises(BackupFailed, match="no newsroom"):
        back_up(empty, storage, tmp_path / "none")
    empty.dispose()
    for path in tmp_path.glob("empty*"):
        path.unlink()
    with pytest.raises(BackupFailed, match="no folder"):
        back_up(db, storage, tmp_path / "away" / "monday.tar")
    with pytest.raises(BackupFailed, match=r"No space left on device\); no backup was made"):
        back_up(db, storage, tmp_path / "half")
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("kept", "mine")]


def test_a_name_need_not_be_utf8_but_the_folders(settings, db, tmp_path):
    storage = FolderStorage(settings.home / "files")
    file = Path(os.fsdecode(bytes(tmp_path) + b"/b\xff.tar"))
    back_up(db, storage, file)
    assert [path.name for path in tmp_path.iterdir()] == [file.name]
    folder = file.with_suffix("")
    folder.mkdir()
    with pytest.raises(BackupFailed, match="not UTF-8"):
        back_up(db, storage, folder / "b.tar")


def test_a_file_that_is_erased_meanwhile_is_left_out(settings, db, tmp_path):
    class Erasing(FolderStorage):
        def get(self, key):
            raise ObjectMissing("gone")

    storage = Erasing(tmp_path / "files")
    storage.put("ab/abc-0", b"sealed")
    assert back_up(db, storage, tmp_path / "backup").file_count == 0
    assert not [name for name in members(tmp_path / "backup") if name.startswith("files/")]


@pytest.mark.only("postgres")
def test_on_postgres_the_files_alone_are_copied_and_that_is_said(settings, db, tmp_path, monkeypatch):
    FolderStorage(settings.home / "files").put("ab/abc-0", b"sealed")
    monkeypatch.setenv("TIPLINE_HOME", str(settings.home))
    monkeypatch.setenv("TIPLINE_DATABASE_URL", settings.database_url)
    done = CliRunner().invoke(tipline, ["backup", str(tmp_path / "monday.tar")])
    assert done.exit_code == 0
    assert "NOT in it" in done.stderr
    assert "pg_dump" in done.stderr
    assert members(tmp_path / "monday.tar") == ["tipline.json", "files/ab/abc-0", "whole.json"]


@pytest.mark.thorough
@pytest.mark.only("sqlite")
def test_files_of_a_bucket_are_in_it_and_return_to_one(settings, db, tmp_path, bucket_url):  # noqa: F811
    bucket = storage_of(Settings.from_env({"TIPLINE_STORAGE_URL": bucket_url}))
    bucket.put("ab/abc-0", b"sealed")
    assert back_up(db, bucket, tmp_path / "monday.tar").file_count == 1
    bucket.delete("ab/abc-0")
    again = restored(tmp_path / "monday.tar", tmp_path / "again", TIPLINE_STORAGE_URL=bucket_url)
    assert files_of(again) == {"ab/abc-0": b"sealed"}
    assert not (tmp_path / "again" / "files").exists()


@pytest.mark.only("sqlite")
def test_a_backup_streams_into_what_cannot_seek(settings, db, tmp_path):
    class Pipe(io.RawIOBase):
        def __init__(self):
            self.taken = bytearray()

        def writable(self):
            return True

        def write(self, piece):
            self.taken += piece
            return len(piece)

    a_tip(db, "The lighthouse is sold.")
    pipe, before = Pipe(), {path.name for path in settings.home.iterdir()}
    stream_backup(db, FolderStorage(settings.home / "files"), pipe, settings.home)
    assert {path.name for path in settings.home.iterdir()} == before
    (tmp_path / "piped.tar").write_bytes(pipe.taken)
    assert bodies(restored(tmp_path / "piped.tar", tmp_path / "again")) == ["The lighthouse is sold."]


@pytest.mark.thorough
def test_the_verbs_make_a_home_that_opens_with_its_keys(tmp_path, monkeypatch):
    home, again, file = tmp_path / "home", tmp_path / "again", tmp_path / "monday.tar"
    assert run(home, "user", "add", "ada@lantern.example", "--role", "admin").exit_code == 0
    run(home, "worker", "--once")
    done = run(home, "backup", str(file))
    assert "Copied to" in done.stdout
    assert "encryption_keys" in done.stdout
    assert run(home, "backup", str(file)).exit_code == 1
    done = run(again, "restore", str(file))
    (name,) = (each.split(":")[0] for each in (home / "encryption_keys").read_text().split())
    assert f"The key {name} cannot be found" in done.stdout
    assert not (again / "encryption_keys").exists()
    for key in KEYS:
        (again / key).write_bytes((home / key).read_bytes())
    assert "ada@lantern.example" in run(again, "user", "list").stdout
    assert run(again, "audit", "verify").exit_code == 0
    third = home_of(tmp_path / "third")
    for key in KEYS:
        (third / key).write_bytes((home / key).read_bytes())
    assert "The keys that it needs are here" in run(third, "restore", "-", input=file.read_bytes()).stdout


@pytest.mark.thorough
def test_the_verb_writes_to_standard_output(tmp_path):
    home = tmp_path / "home"
    run(home, "user", "add", "ada@lantern.example", "--role", "admin")
    done = run(home, "backup", "-")
    assert "Copied to" in done.stderr
    (tmp_path / "piped.tar").write_bytes(done.stdout_bytes)
    assert run(tmp_path / "again", "restore", str(tmp_path / "piped.tar")).exit_code == 0
