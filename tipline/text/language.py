"""The languages readers are spoken to in: which of them is meant, its direction, its words."""

import re
from collections.abc import Iterator
from functools import lru_cache

from tipline.languages import DEFAULT, LANGUAGES, N_
from tipline.text.catalogue import catalogue

__all__ = ["DEFAULT", "LANGUAGES", "N_", "catalogue", "direction", "filled", "negotiate", "spoken", "tag_of"]

LONGEST_HEADER = 1000  # characters that are looked at; no browser sends as many
MOST_RANGES = 40
LONGEST_TAG = 16  # characters; tips keep no more, and no page comes in a longer one
RIGHT_TO_LEFT = frozenset({"ar", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"})
_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}")  # BCP 47, the forms that pages come in
_RANGE = re.compile(
    r"([A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8}){0,8}|\*)(?:;q=(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?))?"
)


def filled(message: str, values: dict[str, object]) -> str:
    """Put values into a translated message: “%(count)s left”."""
    return message % values if values else message


def tag_of(text: str) -> str:
    """Return what an address asked for, if it can be the tag of a language, ours or not; else ""."""
    return text if len(text) <= LONGEST_TAG and _TAG.fullmatch(text) else ""


def direction(tag: str) -> str:
    """Return how a language is written: ltr or rtl."""
    return "rtl" if tag.partition("-")[0].lower() in RIGHT_TO_LEFT else "ltr"


def spoken(tag: str) -> str | None:
    """Return the language of ours that a tag means, by RFC 4647's lookup: pt-BR is pt."""
    parts = tag.lower().split("-")
    while parts:
        if (shorter := "-".join(parts)) in LANGUAGES:
            return shorter
        parts.pop()
        if parts and len(parts[-1]) == 1:  # the singleton of an extension says nothing alone
            parts.pop()
    return None


def negotiate(header: str) -> str | None:
    """Return the language of ours that an Accept-Language header likes best, or None.

    What cannot be read is passed over (RFC 9110, 12.5.4); "*" likes none of ours more than another. Of
    equals the first one wins, and q=0 means never.
    """
    return _negotiated(header[:LONGEST_HEADER])


@lru_cache(maxsize=256)
def _negotiated(header: str) -> str | None:
    wishes = sorted(_wishes(header), key=lambda wish: -wish[1])
    refused = {tag for tag, quality in wishes if quality == 0}
    for tag, quality in wishes:
        found = spoken(tag)
        if quality > 0 and found and found not in refused:
            return found
    return None


def _wishes(header: str) -> Iterator[tuple[str, float]]:
    for part in header.split(",")[:MOST_RANGES]:
        if read := _RANGE.fullmatch(re.sub(r"[ \t]+", "", part)):
            yield read[1].lower(), float(read[2] or 1)
