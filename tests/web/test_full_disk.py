"""The disk is full while a body arrives: whoever sends it is told so, and nothing is left."""

import errno
import threading
from http import HTTPStatus
from pathlib import Path
from types import SimpleNamespace

import pytest
from asgi import Client, GoneAway

from tipline.web.front import Front, limits_by_path
from tipline.web.spool import EncryptedSpool

MIB = 1024 * 1024
FILES = [(b"content-type", b"multipart/form-data; boundary=x")]


def count(environ, start_response):
    size = len(environ["wsgi.input"].read())
    start_response("200 OK", [])
    return [str(size).encode()]


class FullAfter(EncryptedSpool):
    """A spool on a disk with room for so many bytes."""

    room = 2 * MIB

    def _put(self, clear: bytes) -> None:
        if self._frames * 65536 + len(clear) > self.room:
            raise OSError(errno.ENOSPC, "No space left on device")
        super()._put(clear)


@pytest.fixture
def client(tmp_path: Path, monkeypatch) -> Client:
    monkeypatch.setattr("tipline.web.front.EncryptedSpool", FullAfter)
    return Client(Front(count, limit=limits_by_path({"/tip": 64 * MIB}), spool_directory=tmp_path))


@pytest.mark.parametrize("mebibytes", [3, 30])
def test_a_body_for_which_there_is_no_room_is_refused_with_a_sentence(client, mebibytes):
    answer = client.post("/tip", [b"x" * MIB] * mebibytes, headers=FILES)
    assert answer.status == HTTPStatus.INSUFFICIENT_STORAGE
    assert b"no room for this much" in answer.body
    assert client.left == 0 or mebibytes > 10  # what is on its way is taken, so that the answer arrives


def test_a_disk_that_is_full_at_the_last_byte_is_found(client, monkeypatch):
    monkeypatch.setattr(FullAfter, "room", MIB)
    assert client.post("/tip", [b"x" * MIB, b"x"], headers=FILES).status == HTTPStatus.INSUFFICIENT_STORAGE


def test_a_spool_that_cannot_be_made_is_no_crash(tmp_path, monkeypatch):
    front = Front(count, limit=limits_by_path({"/tip": MIB}), spool_directory=tmp_path / "gone")
    assert Client(front).post("/tip", [b"x" * 100_000]).status == HTTPStatus.INSUFFICIENT_STORAGE
    assert Client(front).post("/tip", [b"x" * 100]).body == b"100"


def test_small_bodies_need_no_disk(client, monkeypatch):
    monkeypatch.setattr(FullAfter, "room", 0)
    assert client.post("/tip", [b"x" * 1000]).body == b"1000"


@pytest.mark.parametrize(
    ("free", "mebibytes", "status"),
    [(1000, 12, 200), (999, 12, 507), (999, 7, 200), (499, 7, 507), (499, 0, 200)],
)
def test_bodies_leave_the_disk_as_free_as_the_newsroom_wants(tmp_path, monkeypatch, free, mebibytes, status):
    monkeypatch.setattr("shutil.disk_usage", lambda _path: SimpleNamespace(free=free))
    limit = limits_by_path({"/tip": 64 * MIB})
    front = Front(count, limit=limit, spool_directory=tmp_path, min_free_bytes=1000)
    chunks = [b"x" * 1000, *[b"x" * MIB] * mebibytes]
    assert Client(front).post("/tip", chunks, headers=FILES).status == status


def test_a_disk_that_fills_up_meanwhile_ends_a_body(tmp_path, monkeypatch):
    free = iter([2000, 2000, 2000, 999])
    monkeypatch.setattr("shutil.disk_usage", lambda _path: SimpleNamespace(free=next(free)))
    limit = limits_by_path({"/tip": 64 * MIB})
    client = Client(Front(count, limit=limit, spool_directory=tmp_path, min_free_bytes=1000))
    assert client.post("/tip", [b"x" * MIB] * 40, headers=FILES).status == HTTPStatus.INSUFFICIENT_STORAGE
    assert client.left > 10


def test_the_disk_is_touched_by_its_own_thread_alone(tmp_path, monkeypatch):
    touched = []

    class Watched(EncryptedSpool):
        def __init__(self, directory):
            touched.append(threading.current_thread().name)
            super().__init__(directory)

        def close(self):
            touched.append(threading.current_thread().name)
            super().close()

    monkeypatch.setattr("tipline.web.front.EncryptedSpool", Watched)
    front = Front(count, limit=limits_by_path({"/tip": 2 * MIB}), spool_directory=tmp_path)
    assert Client(front).post("/tip", [b"x" * MIB, b"x"], headers=FILES).status == 200
    assert Client(front).post("/tip", [b"x" * MIB, GoneAway], length=2 * MIB, headers=FILES).status is None
    front._arrivals._disk.shutdown()
    assert len(touched) >= 4
    assert {name.partition("_")[0] for name in touched} == {"front-spool"}
