"""Sound and pictures stay as they are, bit for bit; only what is beside them goes."""

import io
import struct

import av
import pytest
from scrub import films
from scrub.judge import leaks
from scrub.workbench import copied, why_not

from tipline.scrub.engines.media_setup import clean_setup
from tipline.scrub.found import CannotScrub, Found, Kind, WhySealed
from tipline.scrub.types import FileType, mpeg_frame


def frames(film: bytes, kind: str) -> list[bytes]:
    with av.open(io.BytesIO(film)) as opened:
        return [bytes(frame.planes[0]) for frame in opened.decode(**{kind: 0})]


def streams(film: bytes) -> list[str]:
    with av.open(io.BytesIO(film)) as opened:
        return [stream.type for stream in opened.streams]


@pytest.mark.parametrize(
    ("make", "file_type"),
    [
        (films.mp4, FileType.MP4),
        (films.mov, FileType.MOV),
        (films.webm, FileType.WEBM),
        (films.m4a, FileType.M4A),
    ],
)
def test_sound_and_picture_stay(make, file_type):
    original = make()
    copy, _ = copied(original, file_type)
    for kind in ("video", "audio"):
        if kind in streams(original):
            assert frames(copy, kind) == frames(original, kind) != []
    assert streams(copy) == [kind for kind in streams(original) if kind in {"video", "audio"}]


def test_a_film_stays_turned():
    copy, _ = copied(films.mp4(), FileType.MP4)
    at = copy.index(b"tkhd") + 44
    assert struct.unpack(">9i", copy[at : at + 36])[:4] == (0, 65536, 0, -65536)


def test_hevc_forgets_its_encoder():
    original = films.film("mp4", "libx265", "aac", films.SAID)
    assert b"x265 (build" in original
    copy, _ = copied(original, FileType.MP4)
    assert b"x265 (build" not in copy
    assert frames(copy, "video") == frames(original, "video")


def test_a_codec_nobody_knows_is_sealed():
    odd = films.film("mov", "mjpeg", "aac", films.SAID)
    assert why_not(odd, FileType.MOV) is WhySealed.UNKNOWN


def test_mp3_is_its_frames_and_nothing_else():
    copy, found = copied(films.mp3(), FileType.MP3)
    at = 0
    while at < len(copy):
        end = mpeg_frame(copy, at)
        assert end, "something else stands between the frames"
        at = end
    assert at == len(copy)
    assert Kind.COVER in found.removed
    assert b"LAME" not in copy[: mpeg_frame(copy, 0)]
    assert b"Info" in copy[: mpeg_frame(copy, 0)]


def test_mp3_frames_past_a_tag_in_the_middle_are_found():
    copy, _ = copied(films.mp3(), FileType.MP3)
    middle = mpeg_frame(copy, mpeg_frame(copy, 0))
    broken = copy[:middle] + b"\xff\xfbCANARY" * 3 + copy[middle:]
    assert copied(broken, FileType.MP3)[0] == copy


def test_what_has_no_frames_is_damaged():
    assert why_not(b"ID3\4\0\0\0\0\0\x0a" + b"CANARY" * 99, FileType.MP3) is WhySealed.DAMAGED


def test_wave_keeps_format_and_sound():
    copy, _ = copied(films.wav(), FileType.WAV)
    assert copy[12:16] == b"fmt "
    assert copy[36:44] == b"data" + struct.pack("<I", 2560)
    assert copy[44:] == bytes(range(256)) * 10
    assert struct.unpack("<I", copy[4:8])[0] == len(copy) - 8


def test_a_recorder_that_was_cut_off_left_its_sound():
    whole = films.wav()
    start = whole.index(b"data")
    cut = whole[: start + 4] + b"\xff\xff\xff\xff" + whole[start + 8 : start + 1008]
    assert copied(cut, FileType.WAV)[0][44:] == (bytes(range(256)) * 10)[:1000]


@pytest.mark.parametrize("chunk", [b"fmt ", b"data"])
def test_wave_without_format_or_sound_is_damaged(chunk):
    assert why_not(films.wav().replace(chunk, b"junk"), FileType.WAV) is WhySealed.DAMAGED


def test_drones_and_phones_write_places_beside_the_film():
    copy, found = copied(films.mov(), FileType.MOV)
    assert {Kind.TRACKS, Kind.PLACE, Kind.DEVICE} <= found.removed
    assert leaks(copy) == []


def test_damaged_tables_cannot_pass_notes_off_as_sound():
    original = films.m4a()
    at = original.index(b"stco") + 12
    moved = original[:at] + struct.pack(">I", original.index(b"udta")) + original[at + 4 :]
    assert why_not(moved, FileType.M4A) is WhySealed.DAMAGED


def test_sound_forgets_the_comments_in_its_setup():
    said = {"ARTIST": "CANARY " * 60, "LOCATION": "CANARY street", "DATE": "2024-05-06"}
    original = films.webm_with_vorbis(said)
    copy, found = copied(original, FileType.WEBM)
    assert leaks(original)
    assert leaks(copy) == []
    assert {Kind.AUTHOR, Kind.PLACE, Kind.TIME, Kind.SOFTWARE} <= found.removed
    assert frames(copy, "audio") == frames(original, "audio") != []
    assert copied(copy, FileType.WEBM)[1].removed <= {Kind.SOFTWARE}  # the packer's own name


def test_a_setup_that_cannot_be_read_is_sealed():
    odd = films.webm_with_vorbis(
        {"ARTIST": "CANARY"}, lambda setup: setup.replace(b"\x03vorbis", b"\x03CANARY")
    )
    assert why_not(odd, FileType.WEBM) is WhySealed.UNKNOWN


@pytest.mark.parametrize("codec", ["vorbis", "opus", "flac"])
def test_a_setup_that_is_cut_off_is_sealed(codec):
    for setup in (b"CANARY", b"\x02\x1e\xff", b"OpusHead"):
        with pytest.raises(CannotScrub) as refused:
            clean_setup(codec, setup, Found())
        assert refused.value.why is WhySealed.UNKNOWN


def test_room_behind_a_setup_is_left_empty():
    opus = b"OpusHead\x01\x01" + bytes(9)
    mapped = b"OpusHead\x01\x03" + bytes(8) + b"\x01" + bytes(5)
    streamed = bytes(34)
    for codec, setup in (("opus", opus), ("opus", mapped), ("flac", streamed)):
        assert clean_setup(codec, setup + b"CANARY", Found()) == setup
    assert clean_setup("flac", b"fLaC\0\0\0\x22" + streamed + b"CANARY", Found()) == streamed


def with_each_picture(film: bytes, before: bytes = b"", behind: bytes = b"") -> bytes:
    """Put more around each of a film's pictures."""
    out = io.BytesIO()
    with av.open(io.BytesIO(film)) as given, av.open(out, "w", format="mp4") as made:
        line = made.add_stream_from_template(given.streams.video[0], opaque=True)
        for packet in given.demux(video=0):
            if packet.size:
                more = av.Packet(before + bytes(packet) + behind)
                more.pts, more.dts, more.time_base = packet.pts, packet.dts, packet.time_base
                more.is_keyframe, more.stream = packet.is_keyframe, line
                made.mux(more)
    return out.getvalue()


@pytest.mark.parametrize(
    ("codec", "units"),
    [
        ("libx264", [b"\x1eCANARY", b"\x0cCANARY", b"\x18CANARY"]),
        ("libx265", [bytes((kind << 1, 1)) + b"CANARY" for kind in (12, 30, 38, 41, 48, 63)]),
    ],
)
def test_units_that_are_no_picture_go(codec, units):
    behind = b"".join(struct.pack(">I", len(each)) + each for each in units)
    original = with_each_picture(films.film("mp4", codec, "aac", {}), behind=behind)
    assert leaks(original)
    copy, _ = copied(original, FileType.MP4)
    assert leaks(copy) == []
    assert frames(copy, "video") == frames(original, "video") != []


def test_mpeg4_forgets_its_encoder():
    original = with_each_picture(films.film("mp4", "mpeg4", "aac", {}), before=b"\0\0\1\xb2CANARY")
    assert b"\0\0\1\xb2Lavc" in original
    assert leaks(original)
    copy, _ = copied(original, FileType.MP4)
    assert b"\0\0\1\xb2" not in copy
    assert frames(copy, "video") == frames(original, "video") != []


def described(layout: bytes) -> bytes:
    """Write a recording with this description of its sound."""
    whole = films.wav()
    at = whole.index(b"fmt ")
    chunk = b"fmt " + struct.pack("<I", len(layout)) + layout
    return whole[:at] + chunk + whole[at + 24 :]


@pytest.mark.parametrize(
    ("kind", "length"), [(1, 16), (3, 16), (6, 16), (0x11, 20), (0x55, 30), (0xFFFE, 40), (2, 50)]
)
def test_wave_describes_its_sound_and_nothing_else(kind, length):
    layout = struct.pack("<HHIIHH", kind, 1, 8000, 16000, 2, 16)
    defined = (
        layout + struct.pack("<HHH", length - 18, 1, 7).ljust(length - 16, b"\x01") if length > 16 else layout
    )
    copy, found = copied(described(defined + b"CANARY"), FileType.WAV)
    assert copy[16:20] == struct.pack("<I", length)
    assert copy[20 : 20 + length] == defined[:length]
    assert Kind.COMMENT in found.removed
    assert leaks(copy) == []


def test_wave_of_an_unknown_kind_is_sealed():
    layout = struct.pack("<HHIIHH", 0x7A21, 1, 8000, 16000, 2, 16)
    assert why_not(described(layout), FileType.WAV) is WhySealed.UNKNOWN
