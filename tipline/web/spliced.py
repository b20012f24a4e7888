"""A page that is rendered once, and into which a few words are set for each reader.

The same for its compressed form: what stays is compressed once, the words go between in stored blocks
(RFC 1951, 3.2.4). So a page costs microseconds, and a secret among the words is never compressed
together with something that somebody else chose, which is what attacks on compression need.
"""

import re
import struct
import zlib
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from flask import current_app, make_response, request
from werkzeug.wrappers import Response

from tipline.languages import LANGUAGES
from tipline.web.language import choice

EXTENSION = "tipline.web.spliced"

_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff"  # RFC 1952: deflate, no time, best, unknown system
_END = b"\x01\x00\x00\xff\xff"  # a last, empty stored block
MOST_STORED_BYTES = 0xFFFF
Piece = TypeVar("Piece", str, bytes)


class Spliced:
    """A page with gaps.

    Args:
        page: the page, with marks where words are to stand.
        marks: name -> the text that marks its places; each as long as not to occur by chance.
    """

    def __init__(self, page: str, marks: Mapping[str, str]) -> None:
        names = {mark: name for name, mark in marks.items()}
        parts = re.split(f"({'|'.join(map(re.escape, names))})", page)
        self._texts = parts[0::2]
        self._names = [names[mark] for mark in parts[1::2]]
        self._raw = [text.encode() for text in self._texts]
        self._packed = [_deflated(raw) for raw in self._raw]

    def text(self, words: Mapping[str, str]) -> str:
        """Return the page with `words` (by name, escaped already) in their places."""
        return "".join(_between(self._texts, [words[name] for name in self._names]))

    def gzipped(self, words: Mapping[str, str]) -> bytes:
        """Return the same, compressed; each word has at most `MOST_STORED_BYTES` bytes."""
        encoded = [words[name].encode() for name in self._names]
        checksum, size = 0, 0
        for piece in _between(self._raw, encoded):
            checksum, size = zlib.crc32(piece, checksum), size + len(piece)
        body = b"".join(_between(self._packed, [_stored(word) for word in encoded]))
        return _HEADER + body + _END + struct.pack("<LL", checksum, size & 0xFFFFFFFF)


def kept(key: tuple[object, ...], render: Callable[[], Spliced]) -> Spliced:
    """Return a page of this request's language, rendered by the first who asks for it under `key`."""
    chosen = choice()
    if current_app.debug or (chosen.asked and chosen.asked not in LANGUAGES):
        # whoever asks for languages we don't have must not fill the memory
        return render()
    pages: dict[object, Spliced] = current_app.extensions.setdefault(EXTENSION, {})
    named = (*key, chosen.language, chosen.asked)
    if named not in pages:
        pages[named] = render()
    return pages[named]


def answer(page: Spliced, words: Mapping[str, str], status: int = 200) -> Response:
    """Return a page with its words as the response to this request, compressed when that is understood."""
    if not _takes_gzip():
        return make_response(page.text(words), status)
    response: Response = current_app.response_class(page.gzipped(words), status)
    response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    return response


def _takes_gzip() -> bool:
    header = request.headers.get("Accept-Encoding", "")
    # browsers name no weights, so that their header need not be parsed
    return "gzip" in header and ("q=" not in header or bool(request.accept_encodings["gzip"]))


def _between(pieces: Sequence[Piece], fillings: Sequence[Piece]) -> list[Piece]:
    woven = [pieces[0]]
    for filling, piece in zip(fillings, pieces[1:], strict=True):
        woven += (filling, piece)
    return woven


def _deflated(raw: bytes) -> bytes:
    compressor = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    # a full flush ends on a byte and leaves nothing that a later piece could refer to
    return compressor.compress(raw) + compressor.flush(zlib.Z_FULL_FLUSH)


def _stored(raw: bytes) -> bytes:
    return struct.pack("<BHH", 0, len(raw), len(raw) ^ 0xFFFF) + raw
