"""What a file is, its content says."""

import io
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrub import offices, samples

from tipline.scrub.types import TAIL_BYTES, Family, FileType, detect


class Pipe(io.RawIOBase):
    """A stream that comes in small pieces and cannot go back."""

    def __init__(self, content: bytes) -> None:
        self._content = io.BytesIO(content)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        return self._content.readinto(memoryview(buffer)[:1000])


def boxed(brand: bytes, *others: bytes) -> bytes:
    return struct.pack(">I4s4sI", 16 + 4 * len(others), b"ftyp", brand, 0) + b"".join(others) + bytes(64)


@pytest.mark.parametrize("name", samples.NAMES)
def test_every_type_is_told_by_its_content(name):
    content = samples.sample(name)
    assert detect(io.BytesIO(content)) is FileType[name.upper()]
    assert detect(Pipe(content)) is FileType[name.upper()]


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", None),
        (b"MZ\x90\0" + bytes(200), None),
        (b"\x7fELF" + bytes(200), None),
        (b"\0\0\0\0", None),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), None),  # Word of before 2007, and what is locked
        (boxed(b"avif", b"mif1"), None),
        (boxed(b"mif1", b"heic"), FileType.HEIC),
        (boxed(b"qt  "), FileType.MOV),
        (boxed(b"isom", b"avc1"), FileType.MP4),
        (boxed(b"M4A "), FileType.M4A),
        (b"\x1a\x45\xdf\xa3\x93\x42\x82\x88matroska" + bytes(64), None),
        (b"RIFF\0\0\0\0AVI LIST", None),
        (b"PK\x03\x04" + bytes(100), None),
        (b"just words", FileType.TXT),
        (b"with a bell \x07", None),
        ("Größe".encode(), FileType.TXT),
        ("Größe".encode("cp1252"), FileType.TXT),
        ("Größe".encode("utf-16"), FileType.TXT),
        (b"<html><script>alert(1)</script>", FileType.TXT),  # shown as text, it does nothing
        (b"\xff\xfb\x90\x00" + bytes(10), None),  # one frame could be chance
    ],
)
def test_others_are_not_taken_for_ours(content, found):
    assert detect(io.BytesIO(content)) is found


def test_letters_that_the_first_piece_cuts_in_two_are_text():
    assert detect(io.BytesIO(b"a" + "ö".encode() * 100_000)) is FileType.TXT


def test_macros_are_not_taken():
    assert detect(io.BytesIO(offices.archive({**offices.docx_parts(), "word/vbaProject.bin": b"x"}))) is None


def test_an_archive_that_is_two_things_is_neither():
    both = {**offices.docx_parts(), "xl/workbook.xml": "<workbook/>"}
    assert detect(io.BytesIO(offices.archive(both))) is None


def test_the_stream_stands_where_it_stood():
    stream = io.BytesIO(b"ab" + samples.sample("docx"))
    stream.seek(2)
    assert detect(stream) is FileType.DOCX
    assert stream.tell() == 2


def test_a_long_stream_that_cannot_go_back_is_held_in_part_only():
    parts = {**offices.docx_parts(), "word/media/long.bin": samples.sample("jpeg") * 2000}
    long = offices.archive(parts, compress_type=0)
    assert len(long) > 4 * TAIL_BYTES
    assert detect(Pipe(long)) is FileType.DOCX


def test_types_are_known_by_their_stored_names():
    assert all(FileType.of(each.media_type) is each for each in FileType)
    assert FileType.of("application/x-msdownload") is None
    assert {each.family for each in FileType} == set(Family)
    assert (FileType.JPEG.extension, FileType.HEIC.copied_as) == ("jpg", FileType.JPEG)


@given(
    st.binary(max_size=300),
    st.sampled_from([b"", b"PK\x03\x04", b"\0\0\0\x18ftyp", b"RIFF", b"\xff\xfb", b"ID3"]),
)
def test_no_content_can_upset_it(content, start):
    assert detect(io.BytesIO(start + content)) in {*FileType, None}
