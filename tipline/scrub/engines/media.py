"""Video, and sound in the same boxes, are packed anew: the streams as they are, the container fresh.

Only sound and moving pictures go along. Data tracks (where a drone flew), subtitles (cameras write
places there), chapters, covers and attachments stay behind, and inside the streams the notes that
encoders and cameras leave (SEI, metadata units, comments in a codec's setup).
"""

import bisect
import re
import sys
from collections.abc import Iterator
from typing import IO

import av
from av.bitstream import BitStreamFilterContext
from av.container import InputContainer, OutputContainer
from av.packet import Packet
from av.stream import Disposition, Stream

from tipline.scrub.engines import media_notes
from tipline.scrub.engines.media_setup import clean_setup
from tipline.scrub.found import CannotScrub, Found, Kind, WhySealed
from tipline.scrub.limits import Limits
from tipline.scrub.types import FileType

MAX_RANGES = 100_000  # a film cut into fragments has one each
READ_AS = {FileType.M4A: "mov", FileType.MP4: "mov", FileType.MOV: "mov", FileType.WEBM: "matroska"}
WRITE_AS = {FileType.M4A: "ipod", FileType.MP4: "mp4", FileType.MOV: "mov", FileType.WEBM: "webm"}
# What of a codec's units goes along: pictures and what decodes them (ITU-T H.264 and H.265, table 7-1;
# AV1, §5.3.2). The others hold notes, fill, or what nobody has a use for yet.
FILTERS = {
    "h264": "filter_units=pass_types=1-5|7-9",
    "hevc": "filter_units=pass_types=0-9|16-21|32-35",
    "av1": "filter_units=pass_types=1-4|6-7",
}
HEVC_UNITS = {*range(10), *range(16, 22), *range(32, 36)}
# What encoders write about themselves in MPEG-4 Part 2 (ISO/IEC 14496-2, §6.2.2: user data).
MPEG4_NOTES = re.compile(rb"\x00\x00\x01\xb2.*?(?=\x00\x00\x01|\Z)", re.DOTALL)
# Codecs whose streams say nothing about who made them, or nothing that the filters leave in.
CODECS = {
    "h264", "hevc", "av1", "vp8", "vp9", "mpeg4", "h263", "prores",
    "aac", "alac", "mp3", "mp3float", "ac3", "eac3", "opus", "vorbis", "amrnb", "amrwb", "flac",
}  # fmt: skip


def scrub(clear: IO[bytes], clean: IO[bytes], file_type: FileType, _limits: Limits, found: Found) -> None:
    """Pack a film or a recording anew.

    Raises:
        CannotScrub: it holds a codec that is not known to be clean, or no stream at all.
    """
    av.logging.set_level(None)
    media = _media_ranges(clear) if READ_AS[file_type] == "mov" else None
    clear.seek(0)
    reading = {"export_xmp": "1"} if READ_AS[file_type] == "mov" else {}
    with av.open(
        clear, "r", format=READ_AS[file_type], metadata_errors="replace", container_options=reading
    ) as given:
        media_notes.read(given, found)
        kept = _kept(given, found)
        # bit-exact: no name and version of the packer, no time of packing
        options = {"fflags": "+bitexact"}
        with av.open(clean, "w", format=WRITE_AS[file_type], container_options=options) as packed:
            _pack(given, packed, kept, media, found)


def _media_ranges(clear: IO[bytes]) -> list[tuple[int, int]]:
    """Return where a film's boxes hold media (`mdat`, ISO/IEC 14496-12 §8.1.1)."""
    ranges: list[tuple[int, int]] = []
    at = 0
    end = clear.seek(0, 2)
    while at + 8 <= end and len(ranges) < MAX_RANGES:
        clear.seek(at)
        header = clear.read(16).ljust(16, b"\0")
        size = int.from_bytes(header[:4])
        size = int.from_bytes(header[8:]) if size == 1 else size or end - at
        if size < 8:
            break
        if header[4:8] == b"mdat":
            ranges.append((at, min(at + size, end)))
        at += size
    return ranges


def _kept(given: InputContainer, found: Found) -> list[Stream]:
    """Choose the streams that go along.

    A second sound track in a codec that we do not know is left behind: phones add one for space.
    """
    kept: list[Stream] = []
    unknown: set[str] = set()
    for stream in given.streams:
        if stream.type not in {"audio", "video"}:
            found.removed.add(Kind.TRACKS)
        elif stream.disposition & Disposition.attached_pic:
            found.removed.add(Kind.COVER)
        elif _codec(stream) is None:
            unknown.add(stream.type)
        else:
            kept.append(stream)
    if unknown - {stream.type for stream in kept}:
        raise CannotScrub(WhySealed.UNKNOWN)
    if unknown:
        found.removed.add(Kind.TRACKS)
    if not kept:
        raise CannotScrub(WhySealed.DAMAGED)
    return kept


def _codec(stream: Stream) -> str | None:
    """Return the stream's codec if it is one that we know."""
    context = stream.codec_context
    name = context.codec.canonical_name if context else ""
    return name if name in CODECS or name.startswith("pcm_") else None


def _pack(
    given: InputContainer,
    packed: OutputContainer,
    kept: list[Stream],
    media: list[tuple[int, int]] | None,
    found: Found,
) -> None:
    """Move the packets over.

    Raises:
        CannotScrub: there are none, or one lies where a film keeps its notes: damaged tables can say so.
    """
    lines = {stream.index: _line(packed, stream, found) for stream in kept}
    count = 0
    for packet in given.demux(kept):
        if media is not None and packet.size and not _lies_within(packet, media):
            raise CannotScrub(WhySealed.DAMAGED)
        target, notes_out = lines[packet.stream_index]
        for clean in _cleaned(packet, notes_out):
            clean.stream = target
            packed.mux_one(clean)
            count += 1
    if not count:
        raise CannotScrub(WhySealed.DAMAGED)


def _lies_within(packet: "Packet[Stream]", media: list[tuple[int, int]]) -> bool:
    at = -1 if packet.pos is None else packet.pos
    number = bisect.bisect_right(media, (at, sys.maxsize)) - 1
    return number >= 0 and at + packet.size <= media[number][1]


def _line(
    packed: OutputContainer, stream: Stream, found: Found
) -> tuple[Stream, BitStreamFilterContext | None]:
    """Return the stream that another one goes into, and what its packets pass through."""
    codec = _codec(stream) or ""
    target = packed.add_stream_from_template(stream, opaque=True)
    target.metadata.clear()
    notes_out = None
    if codec in FILTERS:
        notes_out = BitStreamFilterContext(FILTERS[codec], stream, target)
    if stream.type == "audio" and (setup := target.codec_context.extradata):
        target.codec_context.extradata = clean_setup(codec, setup, found)
    if codec == "hevc" and (setup := target.codec_context.extradata):
        target.codec_context.extradata = _without_notes(setup)
        target.codec_context.codec_tag = "hvc1"  # the one that Apple's players take
    if codec == "mpeg4" and (setup := target.codec_context.extradata):
        target.codec_context.extradata = MPEG4_NOTES.sub(b"", setup)
    return target, notes_out


def _without_notes(setup: bytes) -> bytes:
    """Leave supplemental information out of HEVC parameters, which the filter put into Annex B form."""
    units = re.split(rb"\x00?\x00\x00\x01", setup)[1:]
    return b"".join(b"\0\0\0\1" + unit for unit in units if unit and unit[0] >> 1 in HEVC_UNITS)


def _cleaned(
    packet: "Packet[Stream]", notes_out: BitStreamFilterContext | None
) -> "Iterator[Packet[Stream]]":
    if packet.dts is None and not packet.size:
        return  # the end of a stream
    if notes_out is None:
        if _codec(packet.stream) == "mpeg4" and MPEG4_NOTES.search(content := bytes(packet)):
            packet = _holding(packet, MPEG4_NOTES.sub(b"", content))
        yield packet
        return
    time_base = packet.time_base  # the filter empties the packet
    for clean in notes_out.filter(packet):
        clean.time_base = time_base
        yield clean


def _holding(packet: "Packet[Stream]", content: bytes) -> "Packet[Stream]":
    """Return a packet for the same moment with other content."""
    other: Packet[Stream] = Packet(content)
    other.pts, other.dts, other.duration = packet.pts, packet.dts, packet.duration
    other.time_base, other.is_keyframe = packet.time_base, packet.is_keyframe
    return other
