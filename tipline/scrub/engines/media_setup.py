"""What a codec's setup says beside how to decode: names in comments, and room that nothing needs."""

import struct

from tipline.scrub.engines.media_notes import kind_of
from tipline.scrub.found import CannotScrub, Found, Kind, WhySealed

_COMMENTS = b"\x03vorbis"
_NO_COMMENTS = _COMMENTS + bytes(8) + b"\x01"  # no vendor, none, and the framing bit
_STREAM_INFO_BYTES = 34


def clean_setup(codec: str, setup: bytes, found: Found) -> bytes:
    """Return a sound codec's setup with nothing but what a player decodes with.

    Raises:
        CannotScrub: it is not laid out as the codec's setups are.
    """
    cleaners = {"vorbis": _vorbis, "opus": _opus, "flac": _flac}
    if codec not in cleaners or not setup:
        return setup
    try:
        return cleaners[codec](setup, found)
    except (IndexError, ValueError, struct.error) as error:
        raise CannotScrub(WhySealed.UNKNOWN) from error


def _vorbis(setup: bytes, found: Found) -> bytes:
    """Empty the second of the three headers (Vorbis I, §4.2.1 and §5; laced as in RFC 9559, §5.1.4.1.24)."""
    if setup[0] != 2:
        raise ValueError
    first, at = _laced(setup, 1)
    second, at = _laced(setup, at)
    rest = at + first + second
    identification, comments, codebooks = setup[at : at + first], setup[at + first : rest], setup[rest:]
    if first != 30 or identification[:7] != b"\x01vorbis" or codebooks[:7] != b"\x05vorbis":
        raise ValueError
    _note(comments, found)
    return bytes((2, first, len(_NO_COMMENTS))) + identification + _NO_COMMENTS + codebooks


def _laced(setup: bytes, at: int) -> tuple[int, int]:
    """Return a size that is written as a row of 255s and a rest, and where it ends."""
    size = 0
    while setup[at] == 255:
        size, at = size + 255, at + 1
    return size + setup[at], at + 1


def _note(comments: bytes, found: Found) -> None:
    if comments[:7] != _COMMENTS:
        raise ValueError
    size = struct.unpack_from("<I", comments, 7)[0]
    if size:
        found.removed.add(Kind.SOFTWARE)
    at = 11 + size
    count = struct.unpack_from("<I", comments, at)[0]
    at += 4
    for _ in range(count):
        size = struct.unpack_from("<I", comments, at)[0]
        name, _, _ = comments[at + 4 : at + 4 + size].partition(b"=")
        found.removed.add(kind_of(name.decode("ascii", "replace")))
        at += 4 + size


def _opus(setup: bytes, _found: Found) -> bytes:
    """Keep the identification header (RFC 7845, §5.1), which a table of channels may follow."""
    if setup[:8] != b"OpusHead":
        raise ValueError
    channels, mapping = setup[9], setup[18]
    return setup[: 21 + channels if mapping else 19]


def _flac(setup: bytes, _found: Found) -> bytes:
    """Keep the block that describes the stream (RFC 9639, §8.2), which comes alone or first in a row."""
    info = setup[8:] if setup[:4] == b"fLaC" else setup
    if len(info) < _STREAM_INFO_BYTES:
        raise ValueError
    return info[:_STREAM_INFO_BYTES]
