"""What every storage promises, held against a folder and a bucket."""

import socket
import time

import pytest

from tipline.config import Settings
from tipline.errors import WrongSetting
from tipline.storage import ObjectMissing, StorageAway, storage_of


def test_what_is_put_is_got(storage):
    storage.put("ab/abc-0", b"content")
    assert storage.get("ab/abc-0") == b"content"


def test_the_later_of_one_name_replaces_the_earlier(storage):
    storage.put("ab/abc-0", b"first")
    storage.put("ab/abc-0", b"second")
    assert storage.get("ab/abc-0") == b"second"
    assert [kept.key for kept in storage.list()] == ["ab/abc-0"]


def test_what_is_not_there_is_said(storage):
    with pytest.raises(ObjectMissing):
        storage.get("ab/abc-0")


def test_what_is_deleted_is_gone_and_may_be_deleted_again(storage):
    storage.put("ab/abc-0", b"content")
    storage.delete("ab/abc-0")
    storage.delete("ab/abc-0")
    assert list(storage.list()) == []
    with pytest.raises(ObjectMissing):
        storage.get("ab/abc-0")


def test_objects_are_listed_by_the_beginning_of_their_names(storage):
    for key in ("ab/abc-0", "ab/abc-1", "cd/cde-0"):
        storage.put(key, b"12345")
    assert {kept.key for kept in storage.list("ab/abc-")} == {"ab/abc-0", "ab/abc-1"}
    assert {kept.size_bytes for kept in storage.list()} == {5}
    assert len(list(storage.list())) == 3


def test_an_empty_storage_lists_nothing(storage):
    assert list(storage.list()) == []


def test_it_can_be_written_before_and_after_the_first_object(storage):
    storage.require_writable()
    assert list(storage.list()) == []
    storage.put("ab/abc-0", b"content")
    storage.require_writable()


def test_a_folder_that_is_none_cannot_be_written(tmp_path):
    (tmp_path / "files").write_text("")
    for url in ("", f"file://{tmp_path}/files/more"):
        away = storage_of(Settings.from_env({"TIPLINE_HOME": str(tmp_path), "TIPLINE_STORAGE_URL": url}))
        with pytest.raises(StorageAway):
            away.require_writable()


@pytest.mark.thorough
@pytest.mark.parametrize("away", ["s3://tipline-nowhere", "unanswered"])
def test_a_bucket_that_cannot_be_written_is_told_within_seconds(bucket_url, away):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        endpoint = f"http://127.0.0.1:{silent.getsockname()[1]}"
        url = f"s3://tipline-files?region=us-east-1&endpoint={endpoint}"
        if away != "unanswered":
            url = bucket_url.replace("s3://tipline-files", away)
        storage = storage_of(Settings.from_env({"TIPLINE_STORAGE_URL": url}))
        began = time.monotonic()
        with pytest.raises(StorageAway):
            storage.require_writable()
        assert time.monotonic() - began < 2.5


@pytest.mark.thorough
def test_a_bucket_that_is_not_there_is_said_in_a_sentence(bucket_url):
    away = storage_of(Settings.from_env({"TIPLINE_STORAGE_URL": bucket_url.replace("files", "nowhere")}))
    for act in (lambda: away.put("a", b""), lambda: list(away.list())):
        with pytest.raises(StorageAway, match="TIPLINE_STORAGE_URL"):
            act()


@pytest.mark.thorough
def test_a_bucket_that_does_not_answer_is_said_in_a_sentence(bucket_url):
    url = "s3://tipline-files?region=us-east-1&endpoint=http://127.0.0.1:9"
    away = storage_of(Settings.from_env({"TIPLINE_STORAGE_URL": url}))
    with pytest.raises(StorageAway, match="does not answer"):
        away.get("a")


@pytest.mark.parametrize(
    "url", ["files", "http://example.org", "s3://", "s3://B", "file://host/x", "s3://ab"]
)
def test_an_address_that_is_no_storage_stops_the_start(url):
    with pytest.raises(WrongSetting, match="TIPLINE_STORAGE_URL"):
        Settings.from_env({"TIPLINE_STORAGE_URL": url})


def test_another_folder_may_be_named(tmp_path):
    chosen = storage_of(Settings.from_env({"TIPLINE_STORAGE_URL": f"file://{tmp_path}/disk"}))
    chosen.put("ab/abc-0", b"content")
    assert (tmp_path / "disk" / "ab" / "abc-0").read_bytes() == b"content"
