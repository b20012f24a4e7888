"""What scrubbing finds and takes out: the kinds that a reader is told, and the facts that may help."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypedDict

from tipline.errors import TiplineError


class Kind(StrEnum):
    """Something that was in a file and is not in its copy."""

    PLACE = "place"
    TIME = "time"
    DEVICE = "device"
    SERIAL = "serial"
    AUTHOR = "author"
    NAME = "name"
    COMMENT = "comment"
    SOFTWARE = "software"
    XMP = "xmp"
    THUMBNAIL = "thumbnail"
    PROFILE = "profile"
    REVISIONS = "revisions"
    ATTACHMENTS = "attachments"
    SCRIPTS = "scripts"
    LINKS = "links"
    COVER = "cover"
    TRACKS = "tracks"


class WhySealed(StrEnum):
    """Why there is no copy that staff may see."""

    DAMAGED = "damaged"
    LOCKED = "locked"
    TOO_BIG = "too_big"
    TOO_SLOW = "too_slow"
    UNKNOWN = "unknown"
    INFECTED = "infected"
    UNCHECKED = "unchecked"


class Facts(TypedDict, total=False):
    """What may help to verify a file; shown only if the reader ticked it.

    `taken_at` is ISO 8601 as the device wrote it: local time, with an offset only if it wrote one.
    Latitude and longitude are degrees, north and east positive.
    """

    taken_at: str
    latitude: float
    longitude: float


@dataclass(slots=True)
class Found:
    """What an engine meets on its way through a file."""

    removed: set[Kind] = field(default_factory=set)
    facts: Facts = field(default_factory=lambda: Facts())


class CannotScrub(TiplineError):
    """There will be no copy that staff may see: seal the file and say so."""

    status = 422
    title = "That file cannot be cleaned"

    def __init__(self, why: WhySealed) -> None:
        super().__init__("That file cannot be cleaned; it is kept sealed.", why=str(why))
        self.why = why
