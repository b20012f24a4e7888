"""The disk is full while a body arrives: whoever sends it is told so, and nothing is left."""

import errno
from http import HTTPStatus
from pathlib import Path

import pytest
from asgi import Client

from tipline.web.front import Front, limits_by_path
from tipline.web.spool import EncryptedSpool

MIB = 1024 * 1024


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
    answer = client.post("/tip", [b"x" * MIB] * mebibytes)
    assert answer.status == HTTPStatus.INSUFFICIENT_STORAGE
    assert b"no room for this much" in answer.body
    assert client.left == 0 or mebibytes > 10  # what is on its way is taken, so that the answer arrives


def test_a_disk_that_is_full_at_the_last_byte_is_found(client, monkeypatch):
    monkeypatch.setattr(FullAfter, "room", MIB)
    assert client.post("/tip", [b"x" * MIB, b"x"]).status == HTTPStatus.INSUFFICIENT_STORAGE


def test_a_spool_that_cannot_be_made_is_no_crash(tmp_path, monkeypatch):
    front = Front(count, limit=limits_by_path({"/tip": MIB}), spool_directory=tmp_path / "gone")
    assert Client(front).post("/tip", [b"x" * 100_000]).status == HTTPStatus.INSUFFICIENT_STORAGE
    assert Client(front).post("/tip", [b"x" * 100]).body == b"100"


def test_small_bodies_need_no_disk(client, monkeypatch):
    monkeypatch.setattr(FullAfter, "room", 0)
    assert client.post("/tip", [b"x" * 1000]).body == b"1000"
