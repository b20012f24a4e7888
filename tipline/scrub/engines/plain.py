"""Plain text: there is nothing behind it, so it is only made sure that it is text, and UTF-8."""

import codecs
from typing import IO

from tipline.scrub.found import CannotScrub, Found, WhySealed
from tipline.scrub.limits import Limits
from tipline.scrub.types import HEAD_BYTES, FileType, encoding_of, is_text


def scrub(clear: IO[bytes], clean: IO[bytes], _type: FileType, _limits: Limits, _found: Found) -> None:
    """Copy text as UTF-8 without a byte order mark."""
    head = clear.read(HEAD_BYTES)
    decoder = codecs.getincrementaldecoder(encoding_of(head))()
    piece = head
    while True:
        text = decoder.decode(piece, final=not piece)
        if not is_text(text):
            raise CannotScrub(WhySealed.DAMAGED)
        clean.write(text.encode())
        if not piece:
            return
        piece = clear.read(HEAD_BYTES)
