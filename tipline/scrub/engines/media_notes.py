"""Read what a recording says about itself, for the reader's list and for when and where it was made."""

import logging
import re

import av.subtitles.codeccontext
import av.subtitles.stream
from av.container import InputContainer

from tipline.scrub.found import Facts, Found, Kind

# PyAV imports these, and logging, when it first needs them; by then no file can be opened.
LOADED = (av.subtitles.codeccontext, av.subtitles.stream, logging)
KINDS = (  # by what is in the name of a tag; the first that fits counts
    (r"xmp", Kind.XMP),
    (r"location|gps|xyz|place", Kind.PLACE),
    (r"handler_name|encod|software|vendor|tool|android|timecode", Kind.SOFTWARE),
    (r"serial|uid|id$", Kind.SERIAL),
    (r"artist|author|composer|performer|copyright|publisher|owner|creator|director", Kind.AUTHOR),
    (r"creat|date|year|time|day", Kind.TIME),
    (r"make|model|device|camera|lens", Kind.DEVICE),
    (r"title|album|show|name", Kind.NAME),
)
# About the container, not about who made it.
TECHNICAL = re.compile(
    r"(major_brand|minor_version|compatible_brands|language|duration|rotate|bps|number_of_.*|_statistics_.*)"
    r"(-\w{3})?",
    re.IGNORECASE,
)


def read(given: InputContainer, found: Found) -> None:
    """Note what the container, its streams and its chapters say."""
    notes = dict(given.metadata)
    _facts(notes, found.facts)
    for stream in given.streams:
        for name, value in stream.metadata.items():
            notes.setdefault(name, value)
    found.removed |= {
        kind_of(name) for name, value in notes.items() if value and not TECHNICAL.fullmatch(name)
    }
    if given.chapters():
        found.removed.add(Kind.COMMENT)


def kind_of(name: str) -> Kind:
    """Return what a tag of this name tells."""
    name = name.lower().removeprefix("com.apple.quicktime.")
    return next((kind for words, kind in KINDS if re.search(words, name)), Kind.COMMENT)


def _facts(notes: dict[str, str], facts: Facts) -> None:
    for name in ("com.apple.quicktime.creationdate", "date", "creation_time"):
        when = re.match(
            r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d+)?(Z|[+-]\d\d:?\d\d)?", str(notes.get(name, ""))
        )
        if when and not when[1].startswith(("1904", "1970-01-01T00:00:00")):
            facts["taken_at"] = when[1] + re.sub(r"(\d\d)(\d\d)$", r"\1:\2", when[2] or "")
            break
    for name in ("com.apple.quicktime.location.ISO6709", "location", "location-eng"):
        place = re.match(r"([+-]\d{1,2}(?:\.\d+)?)([+-]\d{1,3}(?:\.\d+)?)", str(notes.get(name, "")))
        if place:
            facts["latitude"], facts["longitude"] = float(place[1]), float(place[2])
            break
