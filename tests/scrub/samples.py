"""Files that say everything about who made them. Every such word holds CANARY, so that none can hide."""

import functools

from scrub.documents import pdf
from scrub.films import m4a, mov, mp3, mp4, wav, webm
from scrub.offices import docx, odt, pptx, xlsx
from scrub.pictures import LATITUDE, LONGITUDE, TAKEN_AT, gif, heic, jpeg, png, webp

__all__ = ["LATITUDE", "LONGITUDE", "NAMES", "TAKEN_AT", "sample"]


def txt() -> bytes:
    return "\ufeffThe lighthouse is sold. Größe: 12 m.\r\n".encode()


MAKERS = (jpeg, png, webp, gif, heic, pdf, docx, xlsx, pptx, odt, txt, mp3, m4a, wav, mp4, mov, webm)
NAMES = tuple(maker.__name__ for maker in MAKERS)


@functools.cache
def sample(name: str) -> bytes:
    return {maker.__name__: maker for maker in MAKERS}[name]()
