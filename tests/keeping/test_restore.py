"""What is no whole backup of ours, or does not fit, is refused with a sentence, and leaves nothing behind."""

import io
import json
import sqlite3
import tarfile

import pytest
from builders import a_tip
from keeping.restoring import bodies, files_of, home_of, restored, run

from tipline import schema
from tipline.config import Settings
from tipline.keeping import archive
from tipline.keeping import restore as restoring
from tipline.keeping.archive import MadeBy, NoBackup
from tipline.keeping.backup import back_up
from tipline.keeping.restore import RestoreFailed, restore
from tipline.storage.folder import FolderStorage

on_sqlite = pytest.mark.only("sqlite")


@pytest.fixture
def backup(settings, db, tmp_path):
    """A backup of a tip and two parts."""
    a_tip(db, "The lighthouse is sold.")
    storage = FolderStorage(settings.home / "files")
    for number in range(2):
        storage.put(f"ab/abc-{number}", b"sealed" * 1000)
    back_up(db, storage, tmp_path / "backup.tar")
    return tmp_path / "backup.tar"


@pytest.fixture
def new(tmp_path):
    return home_of(tmp_path / "new")


def refused(content, home, error=NoBackup, **environ):
    """Restore what is refused; return the sentence, having seen that nothing is left of it."""
    before = {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}
    settings = Settings.from_env({"TIPLINE_HOME": str(home), **environ})
    with pytest.raises(error) as caught:
        restore(settings, io.BytesIO(content))
    assert {path: path.read_bytes() for path in home.rglob("*") if path.is_file()} == before
    assert not (home / "restoring").exists()
    return caught.value.message


FIRST = MadeBy.us("0001")


def tar_of(*members, made_by=FIRST):
    """A tar of (name or TarInfo, content), with the right sum at its end."""
    out = io.BytesIO()
    with archive.writing(out, made_by) as writer:
        for name, content in members:
            writer.add(name, content)
    return out.getvalue()


@pytest.mark.thorough
@on_sqlite
def test_a_backup_that_is_cut_anywhere_is_refused(backup, new):
    whole = backup.read_bytes()
    with tarfile.open(backup) as tar:
        ends = [member.offset for member in tar] + [member.offset_data for member in tar]
    for end in {0, 100, 512, len(whole) // 2, *ends, max(ends) + 10}:
        assert "nothing was restored" in refused(whole[:end], new)
    assert bodies(restored(backup, new)) == ["The lighthouse is sold."]


@on_sqlite
def test_a_changed_byte_in_a_tip_or_a_file_is_found(backup, new):
    whole = backup.read_bytes()
    for words in (b"lighthouse is sold", b"sealedsealed"):
        assert "damaged" in refused(whole.replace(words, words.upper(), 1), new)


@pytest.mark.parametrize("name", ["files/../../evil", "/etc/evil", "files//evil", "files/ab/.evil", "evil"])
def test_a_name_that_is_none_of_ours_is_refused(new, name):
    assert "no backup of Tipline holds" in refused(tar_of((name, b"x")), new)
    assert not (new.parent / "evil").exists()


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE])
def test_a_link_or_what_is_no_file_is_refused(new, kind):
    out = io.BytesIO(tar_of(("files/ab/abc-0", b"x")))
    with tarfile.open(fileobj=out) as tar:
        members = [(member, tar.extractfile(member).read()) for member in tar]
    again = io.BytesIO()
    with tarfile.open(fileobj=again, mode="w") as tar:
        for member, content in members:
            if member.name.startswith("files/"):
                member.type, member.linkname, member.size, content = kind, "../evil", 0, b""
            tar.addfile(member, io.BytesIO(content))
    assert "no file" in refused(again.getvalue(), new)


def foreign():
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        member = tarfile.TarInfo("holiday.jpg")
        member.size = 5
        tar.addfile(member, io.BytesIO(b"beach"))
    return out.getvalue()


@pytest.mark.parametrize("content", [foreign(), b"", b"no tar at all" * 1000, bytes(20_000)])
def test_what_is_no_backup_is_refused(new, content):
    assert "no backup of Tipline" in refused(content, new)


@pytest.mark.parametrize("facts", [[], {}, {"form": "x"}, {"form": None, "version": 1}])
def test_a_begin_that_says_nothing_is_refused(new, facts):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        member = tarfile.TarInfo(archive.MADE_BY)
        content = json.dumps(facts).encode()
        member.size = len(content)
        tar.addfile(member, io.BytesIO(content))
    assert "no backup of Tipline" in refused(out.getvalue(), new)


@pytest.mark.parametrize(
    "made_by", [MadeBy(1, "9.1.0", "9999"), MadeBy(archive.FORM + 1, "9.1.0", "0001")], ids=["schema", "form"]
)
def test_a_backup_of_a_later_version_is_refused(new, made_by):
    assert "Tipline 9.1.0, a later version" in refused(tar_of(made_by=made_by), new)


def test_a_database_that_is_not_sound_is_refused(new, tmp_path):
    strange = tmp_path / "strange"
    sqlite3.connect(strange).execute("CREATE TABLE t (a)").connection.close()
    assert "damaged" in refused(tar_of((archive.DATABASE, b"x" * 5000)), new)
    assert "damaged" in refused(tar_of(), new)
    assert "not the one it names" in refused(tar_of((archive.DATABASE, strange.read_bytes())), new)


@on_sqlite
def test_an_earlier_schema_is_brought_to_ours(settings, db, tmp_path):
    schema.downgrade(db, "0017")
    back_up(db, FolderStorage(settings.home / "files"), tmp_path / "old.tar")
    again = restored(tmp_path / "old.tar", tmp_path / "new")
    assert schema.current(again.db) == schema.head()
    again.db.dispose()
    with sqlite3.connect(again.db.path) as plain:
        assert plain.execute("PRAGMA journal_mode").fetchone() == ("wal",)


@on_sqlite
def test_a_home_that_holds_a_newsroom_is_left_as_it_is(backup, new):
    whole = backup.read_bytes()
    for name in ("tipline.sqlite3", "tipline.sqlite3-wal"):
        (new / name).write_bytes(b"x")
        assert "is there already" in refused(whole, new, RestoreFailed)
        (new / name).unlink()
    FolderStorage(new / "files").put("cd/cde-0", b"mine")
    assert "not empty" in refused(whole, new, RestoreFailed)


@on_sqlite
def test_another_restore_is_not_disturbed(backup, new):
    (new / "restoring").mkdir()
    settings = Settings.from_env({"TIPLINE_HOME": str(new)})
    with pytest.raises(RestoreFailed, match="another restore is running"), backup.open("rb") as stream:
        restore(settings, stream)
    assert [path.name for path in new.iterdir()] == ["restoring"]


@on_sqlite
def test_a_database_that_came_to_be_meanwhile_is_kept(backup, new, monkeypatch):
    really = restoring._bring_up

    def meanwhile(*arguments):
        really(*arguments)
        (new / "tipline.sqlite3").write_bytes(b"theirs")

    monkeypatch.setattr(restoring, "_bring_up", meanwhile)
    settings = Settings.from_env({"TIPLINE_HOME": str(new)})
    with pytest.raises(RestoreFailed), backup.open("rb") as stream:
        restore(settings, stream)
    assert [path.name for path in new.rglob("*") if path.is_file()] == ["tipline.sqlite3"]
    assert (new / "tipline.sqlite3").read_bytes() == b"theirs"


@on_sqlite
def test_files_go_to_the_folder_that_is_named(backup, new, tmp_path):
    again = restored(backup, new, TIPLINE_STORAGE_URL=f"file://{tmp_path / 'elsewhere'}")
    assert set(files_of(again)) == {"ab/abc-0", "ab/abc-1"}
    assert not (new / "files").exists()


@on_sqlite
def test_a_backup_with_a_database_is_not_for_postgres(backup, new):
    address = "postgresql://tipline@localhost/tipline"
    said = refused(backup.read_bytes(), new, RestoreFailed, TIPLINE_DATABASE_URL=address)
    assert "PostgreSQL" in said
    files_alone = tar_of(("files/ab/abc-0", b"sealed"), made_by=MadeBy.us(None))
    assert "pg_restore" in refused(files_alone, new, RestoreFailed)
    settings = Settings.from_env({"TIPLINE_HOME": str(new), "TIPLINE_DATABASE_URL": address})
    assert restore(settings, io.BytesIO(files_alone)).file_count == 1


def test_the_verb_says_why_in_a_sentence(tmp_path):
    (tmp_path / "holiday.tar").write_bytes(foreign())
    done = run(tmp_path / "new", "restore", str(tmp_path / "holiday.tar"))
    assert done.exit_code == 1
    assert isinstance(done.exception, NoBackup)
