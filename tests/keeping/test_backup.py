"""A backup is made while others write, and is a newsroom again once its keys are beside it."""

import shutil
import stat
import threading

import pytest
from builders import a_tip
from click.testing import CliRunner
from sqlalchemy import select, text

from tipline import audit, schema
from tipline.cli import tipline
from tipline.db import Database
from tipline.keeping.backup import BackupFailed, back_up
from tipline.keys import Keyring
from tipline.models import Tip
from tipline.storage import ObjectMissing
from tipline.storage.folder import FolderStorage


def bodies(db: Database) -> list[str]:
    with db.read() as session:
        return list(session.scalars(select(Tip.body).order_by(Tip.id)))


@pytest.mark.only("sqlite")
def test_a_backup_holds_database_and_files_but_no_key(settings, db, tmp_path):
    a_tip(db, "The lighthouse is sold.")
    storage = FolderStorage(settings.home / "files")
    storage.put("ab/abc-0", b"sealed")
    target = tmp_path / "deep" / "backup"
    assert back_up(db.path, storage, target).file_count == 1
    copy = Database(f"sqlite:///{target / 'tipline.sqlite3'}")
    assert bodies(copy) == ["The lighthouse is sold."]
    assert schema.current(copy) == schema.head()
    with copy.read() as session:
        assert session.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        assert audit.verify(session, Keyring.of(settings.encryption_keys)).faults == []
    copy.dispose()
    assert {path.name for path in target.iterdir()} == {"tipline.sqlite3", "files"}
    assert FolderStorage(target / "files").get("ab/abc-0") == b"sealed"
    kept = [path for path in [target, *target.rglob("*")] if path.is_file()]
    assert {stat.S_IMODE(path.stat().st_mode) for path in kept} == {0o600}


@pytest.mark.only("sqlite")
def test_a_backup_made_while_others_write_is_one_moment_of_them(db, tmp_path):
    stop = threading.Event()
    written: list[int] = []

    def write() -> None:
        while not stop.is_set():
            a_tip(db, f"Tip {len(written)}")
            written.append(1)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(3):
            before = len(written)
            back_up(db.path, None, tmp_path / str(number))
            copy = Database(f"sqlite:///{tmp_path / str(number) / 'tipline.sqlite3'}")
            found = bodies(copy)
            copy.dispose()
            assert len(found) >= before
            assert found == [f"Tip {each}" for each in range(len(found))]
    finally:
        stop.set()
        writer.join()


def test_nothing_is_written_over_and_nothing_half_is_left(tmp_path):
    (tmp_path / "kept").write_text("mine")
    with pytest.raises(BackupFailed, match="not empty"):
        back_up(None, None, tmp_path)
    assert (tmp_path / "kept").read_text() == "mine"
    no_database = tmp_path / "no_database"
    no_database.write_text("x" * 200)
    with pytest.raises(BackupFailed, match="no backup was made"):
        back_up(no_database, None, tmp_path / "half")
    assert not (tmp_path / "half").exists()


def test_a_file_that_is_erased_meanwhile_is_left_out(tmp_path):
    class Erasing(FolderStorage):
        def get(self, key):
            raise ObjectMissing("gone")

    storage = Erasing(tmp_path / "files")
    storage.put("ab/abc-0", b"sealed")
    assert back_up(None, storage, tmp_path / "backup").file_count == 0


@pytest.mark.only("sqlite")
def test_the_verb_makes_a_home_that_opens_with_its_keys(tmp_path, monkeypatch):
    def run(home, *words):
        monkeypatch.setenv("TIPLINE_HOME", str(tmp_path / home))
        return CliRunner().invoke(tipline, words)

    assert run("home", "user", "add", "ada@lantern.example", "--role", "admin").exit_code == 0
    run("home", "worker", "--once")
    done = run("home", "backup", str(tmp_path / "again"))
    assert "Copied to" in done.output
    assert "encryption_keys" in done.output
    for name in ("secret_key", "encryption_keys"):
        shutil.copy2(tmp_path / "home" / name, tmp_path / "again")
    assert "ada@lantern.example" in run("again", "user", "list").output
    assert run("again", "audit", "verify").exit_code == 0
