"""The spool: what goes in comes out, from anywhere, and the disk never sees it."""

import io
import os
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st

from tipline.web.spool import FRAME_BYTES, EncryptedSpool

CONTENT = bytes(range(256)) * (FRAME_BYTES // 256) * 2 + b"the rest"


@pytest.fixture
def spool(tmp_path: Path):
    with EncryptedSpool(tmp_path) as made:
        yield made


@pytest.mark.parametrize("size", [0, 1, FRAME_BYTES - 1, FRAME_BYTES, FRAME_BYTES + 1, 3 * FRAME_BYTES])
@pytest.mark.parametrize("step", [1000, FRAME_BYTES, 200_000])
def test_what_was_written_is_read(spool: EncryptedSpool, size: int, step: int) -> None:
    content = os.urandom(size)
    for start in range(0, size, step):
        assert spool.write(content[start : start + step]) == len(content[start : start + step])
    assert spool.tell() == size
    assert spool.seek(0) == 0
    assert spool.read() == content
    assert spool.read(10) == b""


@given(st.lists(st.tuples(st.integers(0, len(CONTENT) + 10), st.integers(0, 2 * FRAME_BYTES)), max_size=8))
def test_it_reads_like_any_file(
    tmp_path_factory: pytest.TempPathFactory, reads: list[tuple[int, int]]
) -> None:
    plain = io.BytesIO(CONTENT)
    with EncryptedSpool(tmp_path_factory.getbasetemp()) as spool:
        spool.write(CONTENT)
        for position, length in reads:
            assert spool.seek(position) == plain.seek(position)
            assert spool.read(length) == plain.read(length)
            assert spool.tell() == plain.tell()


def test_lines_and_ends(spool: EncryptedSpool) -> None:
    spool.write(b"one\ntwo\n")
    spool.seek(0)
    assert list(spool) == [b"one\n", b"two\n"]
    assert spool.seek(-4, os.SEEK_END) == 4
    assert spool.seek(1, os.SEEK_CUR) == 5
    assert spool.read() == b"wo\n"


def test_nothing_is_before_the_start(spool: EncryptedSpool) -> None:
    with pytest.raises(ValueError, match="before its start"):
        spool.seek(-1)


def test_reading_ends_the_writing(spool: EncryptedSpool) -> None:
    assert spool.readable()
    assert spool.seekable()
    assert spool.writable()
    spool.write(b"x")
    spool.seek(0)
    assert not spool.writable()
    with pytest.raises(io.UnsupportedOperation):
        spool.write(b"y")


def test_the_disk_holds_no_name_and_no_clear_text(spool: EncryptedSpool, tmp_path: Path) -> None:
    spool.write(b"I saw it myself. " * FRAME_BYTES)
    spool.seek(0)
    assert list(tmp_path.iterdir()) == []
    on_disk = os.pread(spool._file.fileno(), 2 * FRAME_BYTES, 0)
    assert len(on_disk) == 2 * FRAME_BYTES
    assert b"saw it" not in on_disk


def test_a_changed_or_moved_frame_does_not_open(spool: EncryptedSpool) -> None:
    spool.write(CONTENT)
    spool.seek(0)
    descriptor = spool._file.fileno()
    os.pwrite(descriptor, os.pread(descriptor, FRAME_BYTES + 16, FRAME_BYTES + 16), 0)
    with pytest.raises(InvalidTag):
        spool.read()


def test_closing_twice_is_harmless(tmp_path: Path) -> None:
    spool = EncryptedSpool(tmp_path)
    spool.close()
    spool.close()
    assert spool.closed
