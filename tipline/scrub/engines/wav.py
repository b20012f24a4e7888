"""WAVE files hold chunks: the format and the sound go along, and nothing else does."""

import struct
from typing import IO

from tipline.scrub.engines.media_notes import kind_of
from tipline.scrub.found import CannotScrub, Found, Kind, WhySealed
from tipline.scrub.limits import Limits
from tipline.scrub.types import FileType

PIECE_BYTES = 1024 * 1024
CHUNKS = {  # what the others tell (EBU Tech 3285, iXML, XMP)
    b"bext": {Kind.AUTHOR, Kind.TIME, Kind.COMMENT},
    b"iXML": {Kind.DEVICE, Kind.COMMENT},
    b"axml": {Kind.COMMENT},
    b"_PMX": {Kind.XMP},
    b"cart": {Kind.AUTHOR, Kind.NAME, Kind.TIME},
    b"id3 ": {Kind.COMMENT},
    b"ID3 ": {Kind.COMMENT},
}
INFO = {  # names of RIFF INFO that differ from what their words say
    b"IART": "artist", b"IENG": "author", b"ICOP": "copyright", b"ITCH": "author", b"ICRD": "date",
    b"INAM": "title", b"IPRD": "album", b"ISFT": "software", b"ISRC": "device", b"ILOC": "location",
}  # fmt: skip
# How long the description of a kind of sound is (mmreg.h): bare for numbers, longer where more is to be told.
EXTENSIBLE, ADPCM = 0xFFFE, 0x0002
BARE, LAYOUT_BYTES = {0x0001, 0x0003, 0x0006, 0x0007}, {EXTENSIBLE: 40, 0x0011: 20, 0x0031: 20, 0x0055: 30}
SILENT = {b"JUNK", b"PAD ", b"FLLR", b"fact", b"ds64"}


def scrub(clear: IO[bytes], clean: IO[bytes], _type: FileType, _limits: Limits, found: Found) -> None:
    """Copy format and sound.

    Raises:
        CannotScrub: one of the two is missing.
    """
    clear.seek(12)
    layout, start, size = b"", 0, 0
    while len(header := clear.read(8)) == 8:
        name, length = struct.unpack("<4sI", header)
        at = clear.tell()
        if name == b"fmt " and not layout:
            layout = clear.read(min(length, 4096))
        elif name == b"data" and not start:
            start, size = at, _sound_bytes(clear, at, length)
            length = size
        elif name not in SILENT:
            found.removed |= _told(name, clear.read(min(length, PIECE_BYTES)))
        clear.seek(at + length + length % 2)
    if len(layout) < 14 or not start or not size:
        raise CannotScrub(WhySealed.DAMAGED)
    _write(clear, clean, _described(layout, found), start, size)


def _described(layout: bytes, found: Found) -> bytes:
    """Return of the sound's description what its kind defines.

    Raises:
        CannotScrub: nobody knows what the kind defines.
    """
    kind = struct.unpack_from("<H", layout)[0]
    length = 16 if kind in BARE else LAYOUT_BYTES.get(kind)
    if kind == ADPCM and len(layout) >= 22:
        length = 22 + 4 * struct.unpack_from("<H", layout, 20)[0]  # pairs of coefficients
    if length is None:
        raise CannotScrub(WhySealed.UNKNOWN)
    if any(layout[length:]):
        found.removed.add(Kind.COMMENT)
    if length == 16:
        return layout[:16]
    return layout[:16] + struct.pack("<H", max(0, min(len(layout), length) - 18)) + layout[18:length]


def _sound_bytes(clear: IO[bytes], at: int, length: int) -> int:
    """Return how much sound there is: a recorder that was cut off leaves a length that is not true."""
    there = clear.seek(0, 2) - at
    return there if length in {0, 0xFFFFFFFF} else min(length, there)


def _told(name: bytes, body: bytes) -> set[Kind]:
    if name != b"LIST" or not body.startswith(b"INFO"):
        return CHUNKS.get(name, {Kind.COMMENT})
    kinds, at = set(), 4
    while at + 8 <= len(body):
        part, length = struct.unpack_from("<4sI", body, at)
        kinds.add(kind_of(INFO.get(part, "comment")))
        at += 8 + length + length % 2
    return kinds


def _write(clear: IO[bytes], clean: IO[bytes], layout: bytes, start: int, size: int) -> None:
    layout_chunk = struct.pack("<4sI", b"fmt ", len(layout)) + layout + b"\0" * (len(layout) % 2)
    whole = 4 + len(layout_chunk) + 8 + size + size % 2
    if whole > 0xFFFFFFFF:
        raise CannotScrub(WhySealed.TOO_BIG)
    clean.write(
        struct.pack("<4sI4s", b"RIFF", whole, b"WAVE") + layout_chunk + struct.pack("<4sI", b"data", size)
    )
    clear.seek(start)
    left = size
    while left and (piece := clear.read(min(PIECE_BYTES, left))):
        clean.write(piece)
        left -= len(piece)
    clean.write(b"\0" * (size % 2))
