"""Pictures and color profiles that lie inside other files, cleaned where they are without decoding them."""

import struct
from collections.abc import Iterator

# JPEG markers that a picture needs (ITU-T T.81): frames, tables, scans; APP14 says how colors are coded.
_NEEDED = {*range(0xC0, 0xD0), 0xDA, 0xDB, 0xDC, 0xDD, 0xDE, 0xDF, 0xEE}
_ALONE = {0x01, *range(0xD0, 0xD8)}
_JP2_NEEDED = (b"ihdr", b"bpcc", b"pclr", b"cmap", b"cdef", b"res ")
_ICC_NEEDED = (
    b"wtpt bkpt rXYZ gXYZ bXYZ rTRC gTRC bTRC kTRC chad gamt A2B0 A2B1 A2B2 B2A0 B2A1 B2A2 "
    b"D2B0 D2B1 D2B2 D2B3 B2D0 B2D1 B2D2 B2D3 lumi cicp"
).split()


def clean_jpeg(picture: bytes) -> bytes | None:
    """Return a JPEG, bit for bit the same picture, without notes and previews; None if it is none."""
    if picture[:2] != b"\xff\xd8":
        return None
    kept, at = [b"\xff\xd8"], 2
    while at + 4 <= len(picture) and picture[at] == 0xFF:
        marker = picture[at + 1]
        if marker == 0xD9:
            return b"".join(kept) + b"\xff\xd9"
        if marker == 0xFF or marker in _ALONE:
            at += 1 if marker == 0xFF else 2
            continue
        end = at + 2 + struct.unpack_from(">H", picture, at + 2)[0]
        if marker in _NEEDED:
            kept.append(picture[at : min(end, at + 16)] if marker == 0xEE else picture[at:end])
        if marker == 0xDA:
            scan_end = _scan_end(picture, end)
            kept.append(picture[end:scan_end])
            end = scan_end
        at = end
    # cut off, as pictures in real documents are; what is there is shown
    return b"".join(kept) + b"\xff\xd9" if any(part[:2] == b"\xff\xda" for part in kept) else None


def _scan_end(picture: bytes, at: int) -> int:
    """Return where the marker after a scan's bits is; restart markers belong to the bits."""
    while (at := picture.find(b"\xff", at)) >= 0 and at + 1 < len(picture):
        if picture[at + 1] != 0 and not 0xD0 <= picture[at + 1] <= 0xD7:
            return at
        at += 2
    return len(picture)


def clean_jp2(picture: bytes) -> bytes | None:
    """Return a JPEG 2000 picture of header and bits alone (ITU-T T.800, Annex I); None if it is none."""
    if picture[:4] == b"\xff\x4f\xff\x51":
        return _without_jp2_comments(picture)
    kept = []
    for kind, box, content in _boxes(picture):
        if kind in {b"jP  ", b"ftyp"}:
            kept.append(box)
        elif kind == b"jp2h":
            kept.append(_box(kind, _jp2_header(content)))
        elif kind == b"jp2c":
            kept.append(_box(kind, _without_jp2_comments(content)))
    return b"".join(kept) if any(part[4:8] == b"jp2c" for part in kept) else None


def _boxes(content: bytes) -> Iterator[tuple[bytes, bytes, bytes]]:
    """Yield each box's kind, the whole of it, and what it holds; what follows a damaged one is lost."""
    at = 0
    while at + 8 <= len(content):
        length, kind = struct.unpack_from(">I4s", content, at)
        skip = 8
        if length == 1 and at + 16 <= len(content):
            length, skip = struct.unpack_from(">Q", content, at + 8)[0], 16
        end = len(content) if length == 0 else at + length
        if length and length < skip:
            return
        yield kind, content[at:end], content[at + skip : end]
        at = end


def _box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(content), kind) + content


def _jp2_header(content: bytes) -> bytes:
    """Keep how the bits are to be read; color profiles are cleaned as others are."""
    kept = []
    for kind, box, inner in _boxes(content):
        if kind in _JP2_NEEDED:
            kept.append(box)
        elif kind == b"colr":
            profile = clean_icc(inner[3:])
            kept.append(_box(kind, inner[:3] + profile if profile else inner[:7]))
    return b"".join(kept)


def _without_jp2_comments(bits: bytes) -> bytes:
    kept, at = [bits[:2]], 2
    while at + 4 <= len(bits) and bits[at] == 0xFF and bits[at + 1] != 0x90:  # tiles start with 0x90
        end = at + 2 + struct.unpack_from(">H", bits, at + 2)[0]
        if bits[at + 1] != 0x64:
            kept.append(bits[at:end])
        at = end
    return b"".join(kept) + bits[at:]


def clean_icc(profile: bytes) -> bytes | None:
    """Return a color profile that only describes colors (ICC.1:2022); None if it is none.

    Screens write their owner's and their maker's name into theirs.
    """
    if len(profile) < 132 or profile[36:40] != b"acsp":
        return None
    count = struct.unpack_from(">I", profile, 128)[0]
    parts: list[tuple[bytes, bytes]] = [(b"desc", _text(b"color")), (b"cprt", _text(b"none"))]
    for at in range(132, min(132 + 12 * count, len(profile) - 11), 12):
        name, start, size = struct.unpack_from(">4sII", profile, at)
        if name in _ICC_NEEDED and start + size <= len(profile):
            parts.append((name, profile[start : start + size]))
    table, body, at = struct.pack(">I", len(parts)), b"", 132 + 12 * len(parts)
    for name, part in parts:
        table += struct.pack(">4sII", name, at + len(body), len(part))
        body += part.ljust(-(-len(part) // 4) * 4, b"\0")
    # size and preferred module at the front; date, maker, model, creator and fingerprint are blank
    head = struct.pack(">I", at + len(body)) + bytes(4) + profile[8:24] + bytes(12) + profile[36:48]
    head += bytes(16) + profile[64:80]
    return head.ljust(128, b"\0") + table + body


def _text(words: bytes) -> bytes:
    """Write a description as version 2 profiles do, which version 4 readers take too."""
    length = len(words) + 1
    return b"desc" + bytes(4) + struct.pack(">I", length) + words + b"\0" + bytes(8 + 3 + 67)
