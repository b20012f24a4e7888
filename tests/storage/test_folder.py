"""The folder: private, whole or not at all, and honest about a full disk."""

import os
import stat
import subprocess

import pytest

from tipline.storage import NoRoom, StorageAway
from tipline.storage.folder import FolderStorage


@pytest.fixture
def folder(tmp_path):
    return FolderStorage(tmp_path / "files")


def test_nobody_else_may_read_it(folder, tmp_path):
    folder.put("ab/abc-0", b"content")
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "files", tmp_path / "files" / "ab")}
    assert modes == {0o700}
    assert stat.S_IMODE((tmp_path / "files" / "ab" / "abc-0").stat().st_mode) == 0o600


def test_its_times_are_those_of_readers_to_the_minute(folder):
    folder.put("ab/abc-0", b"content")
    [kept] = folder.list()
    assert (kept.at.second, kept.at.microsecond) == (0, 0)


@pytest.mark.parametrize("broken", ["write", "fsync", "replace"])
def test_a_write_that_fails_leaves_nothing(folder, tmp_path, monkeypatch, broken):
    folder.put("ab/abc-0", b"before")

    def fail(*_arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.replace" if broken == "replace" else f"os.{broken}", fail)
    with pytest.raises(NoRoom):
        folder.put("ab/abc-0", b"after")
    with pytest.raises(NoRoom):
        folder.put("cd/cde-0", b"new")
    monkeypatch.undo()
    assert [(kept.key, kept.size_bytes) for kept in folder.list()] == [("ab/abc-0", 6)]
    assert folder.get("ab/abc-0") == b"before"


def test_a_disk_that_fails_otherwise_is_said(folder, monkeypatch):
    def fail(*_arguments):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(StorageAway):
        folder.put("ab/abc-0", b"content")


@pytest.fixture
def tiny_disk(tmp_path):
    """A disk of one MiB, where this user may mount one."""
    place = tmp_path / "tiny"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m,mode=0700", "tmpfs", str(place)], capture_output=True
    )
    if mounted.returncode:
        pytest.skip("only root may mount a disk")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_disk_that_is_really_full_is_said_and_keeps_what_it_had(tiny_disk):
    storage = FolderStorage(tiny_disk)
    storage.put("ab/abc-0", b"x" * 600_000)
    with pytest.raises(NoRoom):
        storage.put("ab/abc-1", b"x" * 600_000)
    assert [kept.key for kept in storage.list()] == ["ab/abc-0"]
    assert storage.free_bytes() < 500_000
    storage.put("ab/abc-2", b"x" * 100_000)
