"""What a file is, decided by its content: names and what browsers say are not believed.

Nothing is decoded here. The first bytes tell, and for zip archives the list of names at the end.
"""

import codecs
import re
import struct
from collections import deque
from enum import Enum, StrEnum
from typing import IO

HEAD_BYTES = 64 * 1024
TAIL_BYTES = 1024 * 1024


class Family(StrEnum):
    IMAGE = "image"
    PDF = "pdf"
    OFFICE = "office"
    TEXT = "text"
    AUDIO = "audio"
    VIDEO = "video"


class FileType(Enum):
    """A kind of file that we take; its value is its media type."""

    JPEG = "image/jpeg"
    PNG = "image/png"
    WEBP = "image/webp"
    GIF = "image/gif"
    HEIC = "image/heic"
    PDF = "application/pdf"
    DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
    ODT = "application/vnd.oasis.opendocument.text"
    TXT = "text/plain"
    MP3 = "audio/mpeg"
    M4A = "audio/mp4"
    WAV = "audio/wav"
    MP4 = "video/mp4"
    MOV = "video/quicktime"
    WEBM = "video/webm"

    @property
    def media_type(self) -> str:
        return self.value

    @property
    def extension(self) -> str:
        """The ending its name gets, without a dot."""
        return self.name.lower() if self is not FileType.JPEG else "jpg"

    @property
    def family(self) -> Family:
        return _FAMILIES[self]

    @property
    def copied_as(self) -> "FileType":
        """The type of its scrubbed copy."""
        return FileType.JPEG if self is FileType.HEIC else self

    @classmethod
    def of(cls, media_type: str) -> "FileType | None":
        """Return the type that a stored media type names."""
        return _BY_MEDIA_TYPE.get(media_type)


_FAMILIES = {
    **dict.fromkeys((FileType.JPEG, FileType.PNG, FileType.WEBP, FileType.GIF, FileType.HEIC), Family.IMAGE),
    FileType.PDF: Family.PDF,
    **dict.fromkeys((FileType.DOCX, FileType.XLSX, FileType.PPTX, FileType.ODT), Family.OFFICE),
    FileType.TXT: Family.TEXT,
    **dict.fromkeys((FileType.MP3, FileType.M4A, FileType.WAV), Family.AUDIO),
    **dict.fromkeys((FileType.MP4, FileType.MOV, FileType.WEBM), Family.VIDEO),
}
_BY_MEDIA_TYPE = {each.value: each for each in FileType}
_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1", b"hevc", b"hevx"}
_ODT = b"mimetype" + FileType.ODT.value.encode()
_MAIN_PARTS = {
    b"word/document.xml": FileType.DOCX,
    b"xl/workbook.xml": FileType.XLSX,
    b"ppt/presentation.xml": FileType.PPTX,
}


def detect(stream: IO[bytes]) -> FileType | None:
    """Return what the stream holds, or None if it is nothing that we take.

    It is read from where it stands; one that can seek stands there again afterwards, another is read
    to its end. No more than about a megabyte is held.
    """
    if not stream.seekable():
        head = _read(stream, HEAD_BYTES)
        return _of(head, _tail_of_rest(stream, head))
    start = stream.tell()
    try:
        head = _read(stream, HEAD_BYTES)
        end = stream.seek(0, 2)
        stream.seek(max(start, end - TAIL_BYTES))
        return _of(head, _read(stream, TAIL_BYTES))
    finally:
        stream.seek(start)


def _read(stream: IO[bytes], size: int) -> bytes:
    """Read `size` bytes where a stream may return fewer at a time."""
    pieces = bytearray()
    while len(pieces) < size and (piece := stream.read(size - len(pieces))):
        pieces += piece
    return bytes(pieces)


def _tail_of_rest(stream: IO[bytes], head: bytes) -> bytes:
    pieces = deque([head])
    held = len(head)
    while piece := stream.read(HEAD_BYTES):
        pieces.append(piece)
        held += len(piece)
        while held - len(pieces[0]) >= TAIL_BYTES:
            held -= len(pieces.popleft())
    return b"".join(pieces)[-TAIL_BYTES:]


def _of(head: bytes, tail: bytes) -> FileType | None:
    for magic, found in (
        (b"\xff\xd8\xff", FileType.JPEG),
        (b"\x89PNG\r\n\x1a\n", FileType.PNG),
        (b"GIF87a", FileType.GIF),
        (b"GIF89a", FileType.GIF),
        (b"ID3", FileType.MP3),
    ):
        if head.startswith(magic):
            return found
    if b"%PDF-" in head[:1024]:
        return FileType.PDF
    if head.startswith(b"PK\x03\x04"):
        return _of_zip(head, tail)
    return _of_boxes(head) or _of_riff(head) or _of_stream(head) or _of_text(head)


def _of_zip(head: bytes, tail: bytes) -> FileType | None:
    if head[30:].startswith(_ODT):
        return FileType.ODT
    names = _names_in_zip(tail)
    if any(b"vbaproject" in name.lower() for name in names):
        return None
    found = [kind for part, kind in _MAIN_PARTS.items() if part in names]
    return found[0] if len(found) == 1 and b"[Content_Types].xml" in names else None


def _names_in_zip(tail: bytes) -> set[bytes]:
    """Return the names of the central directory, as far as it lies in `tail`."""
    end = tail.rfind(b"PK\x05\x06")
    if end < 0 or len(tail) < end + 22:
        return set()
    size = struct.unpack_from("<I", tail, end + 12)[0]
    at, names = max(0, end - size), set()
    while tail[at : at + 4] == b"PK\x01\x02" and at + 46 <= end:
        name, extra, comment = struct.unpack_from("<HHH", tail, at + 28)
        names.add(tail[at + 46 : at + 46 + name])
        at += 46 + name + extra + comment
    return names


def _of_boxes(head: bytes) -> FileType | None:
    """Tell ISO base media files apart by their brands (ISO/IEC 14496-12, `ftyp`)."""
    if head[4:8] in {b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"}:
        return FileType.MOV if b"moov" in head or b"mdat" in head else None
    if head[4:8] != b"ftyp":
        return None
    brand, length = head[8:12], min(struct.unpack_from(">I", head)[0], 1024)
    brands = {brand, *(head[at : at + 4] for at in range(16, length - 3, 4))}
    if brand in _HEIC_BRANDS:
        return FileType.HEIC if b"avif" not in brands else None
    if brand in {b"avif", b"avis", b"crx "}:
        return None
    if brand == b"qt  ":
        return FileType.MOV
    return FileType.M4A if brand in {b"M4A ", b"M4B ", b"M4P "} else FileType.MP4


def _of_riff(head: bytes) -> FileType | None:
    if head[:4] in {b"RIFF", b"RF64"}:
        return {b"WAVE": FileType.WAV, b"WEBP": FileType.WEBP}.get(head[8:12])
    return None


def _of_stream(head: bytes) -> FileType | None:
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return FileType.WEBM if b"\x42\x82\x84webm" in head[:256] else None
    return FileType.MP3 if mpeg_frame(head, 0) and mpeg_frame(head, mpeg_frame(head, 0)) else None


_BIT_RATES = {  # kilobits a second of layer III, by MPEG version
    3: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    2: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_SAMPLE_RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}


def mpeg_frame(head: bytes, at: int) -> int:
    """Return where the MPEG layer III frame that starts at `at` ends, or 0 if none does."""
    if len(head) < at + 4 or head[at] != 0xFF or head[at + 1] & 0xE6 != 0xE2:
        return 0
    version, rate, frequency = head[at + 1] >> 3 & 3, head[at + 2] >> 4, head[at + 2] >> 2 & 3
    if version == 1 or rate in {0, 15} or frequency == 3:
        return 0
    bits = _BIT_RATES[3 if version == 3 else 2][rate] * 1000
    samples = 144 if version == 3 else 72
    return at + samples * bits // _SAMPLE_RATES[version][frequency] + (head[at + 2] >> 1 & 1)


for _each in ("utf-16", "utf-8", "utf-8-sig", "cp1252"):
    codecs.lookup(_each)  # loaded here, because a child that is shut in can load nothing
_CONTROLS = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f]")


def _of_text(head: bytes) -> FileType | None:
    if not head:
        return None
    decoder = codecs.getincrementaldecoder(encoding_of(head))()
    try:
        text = decoder.decode(head, final=len(head) < HEAD_BYTES)
    except UnicodeDecodeError:
        return None
    return FileType.TXT if is_text(text) else None


def encoding_of(head: bytes) -> str:
    """Guess how text is written: marked UTF-16, else UTF-8, else as Western Windows does it."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"


def is_text(text: str) -> bool:
    """Say whether nothing in it is for machines: no control but tab, line and page ends."""
    return not _CONTROLS.search(text)
