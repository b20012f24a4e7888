"""MP3 is a row of frames: those go along, and the tags before, between and after them do not."""

import contextlib
from collections.abc import Iterator
from typing import IO

import av

from tipline.scrub.engines import media_notes
from tipline.scrub.found import CannotScrub, Found, Kind, WhySealed
from tipline.scrub.limits import Limits
from tipline.scrub.types import FileType, mpeg_frame


def scrub(clear: IO[bytes], clean: IO[bytes], _type: FileType, _limits: Limits, found: Found) -> None:
    """Copy the frames.

    Raises:
        CannotScrub: there are none.
    """
    av.logging.set_level(None)
    sound = clear.read()
    with contextlib.suppress(av.FFmpegError, ValueError):
        _note(clear, found)
    count = 0
    for at, end in _frames(sound):
        frame = sound[at:end]
        clean.write(_without_encoder(frame) if count == 0 else frame)
        count += 1
    if not count:
        raise CannotScrub(WhySealed.DAMAGED)


def _note(clear: IO[bytes], found: Found) -> None:
    clear.seek(0)
    with av.open(clear, "r", format="mp3", metadata_errors="replace") as given:
        media_notes.read(given, found)
        if len(given.streams) > 1:
            found.removed.add(Kind.COVER)


def _frames(sound: bytes) -> Iterator[tuple[int, int]]:
    """Yield where each frame starts and ends.

    Past something else the next frame is the one that is followed by another: pictures in tags hold
    what looks like a frame.
    """
    at, kind, in_step = _after_tags(sound), None, False
    while 0 <= at < len(sound):
        end = mpeg_frame(sound, at)
        first_bytes = (sound[at + 1] & 0xFE, sound[at + 2] & 0x0C) if end else None  # version and rate stay
        is_frame = 0 < end <= len(sound) and kind in {None, first_bytes}
        if is_frame and (in_step or end == len(sound) or mpeg_frame(sound, end)):
            yield at, end
            at, kind, in_step = end, first_bytes, True
        else:
            at, in_step = sound.find(b"\xff", at + 1), False


def _after_tags(sound: bytes) -> int:
    """Return where the ID3v2 tags at the start end (id3.org, ID3v2.4 §3.1: four times seven bits)."""
    at = 0
    while sound[at : at + 3] == b"ID3" and len(sound) > at + 10:
        size = sum((byte & 0x7F) << 7 * power for power, byte in enumerate(sound[at + 9 : at + 5 : -1]))
        at += 10 + size + (10 if sound[at + 5] & 0x10 else 0)
    return at


def _without_encoder(frame: bytes) -> bytes:
    """Leave of a frame that only describes the others what players need to seek in them."""
    at = max(frame.find(b"Xing", 0, 64), frame.find(b"Info", 0, 64))
    if at < 0:
        return frame
    flags = frame[at + 7]
    told = 8 + 4 * (flags & 1) + 4 * (flags >> 1 & 1) + 100 * (flags >> 2 & 1) + 4 * (flags >> 3 & 1)
    return frame[: at + told].ljust(len(frame), b"\0")
