"""What a reader is told about their files: one sentence for each thing that can be wrong with one."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from tipline.config import Settings
from tipline.errors import TiplineError
from tipline.intake.rights import MAX_CREDIT, Rights
from tipline.intake.staging import StagedFile, TooManyFiles
from tipline.intake.taking import BrokenUpload, NotTaken
from tipline.languages import N_
from tipline.scrub.types import FileType
from tipline.storage import NoRoom
from tipline.text.sizes import size_words
from tipline.web.language import _, language, ngettext, number

WRONG_TYPE = N_(
    "“%(name)s” is not a kind of file that we can take. "
    "We take photos, PDFs, Office files, text, sound and video."
)
EMPTY = N_("“%(name)s” is empty. Choose it again, or send without it.")
TOO_LARGE = N_("“%(name)s” does not fit any more: all files together may have %(size)s.")
NO_ROOM = N_(
    "We have no room for files right now, so “%(name)s” was not kept. Send your tip without it; "
    "you can add files later with your receipt."
)
NOT_STORED = N_(
    "We could not store “%(name)s”. Add it once more in a minute, or send without it: "
    "you can add files later with your receipt."
)
TOO_OFTEN = N_(
    "A lot of files came from your network in the last hour, so “%(name)s” was not taken. "
    "Send your tip without it; you can add files later with your receipt."
)
IN_PART = N_("“%(name)s” has arrived only in part. Add it once more, or leave it out.")
GONE = N_(
    "Files that you had added are not here any more, because they wait for a day only. "
    "Add them once more, or send without them."
)
LONG_CREDIT = N_("Shorten the name that goes with your files to %(count)s characters.")
NO_NAME = N_("this file")
ENDINGS = {FileType.JPEG: (".jpg", ".jpeg"), FileType.HEIC: (".heic", ".heif")}


@dataclass(frozen=True)
class FileLine:
    """A file that has arrived for a form."""

    ref: str
    name: str
    kind: str
    size_words: str
    complete: bool


@dataclass(frozen=True)
class FilesShown:
    """What the part of a form that takes files prints: `templates/intake/_files.html`."""

    stage: str  # the token that the files belong to
    carried: bool  # it is an older form's, so this one carries it along
    lines: Sequence[FileLine]
    rights: Rights
    max_files: int
    most_words: str
    most_bytes: int
    accept: str
    opened: bool


def sentence(error: TiplineError, name: str, settings: Settings) -> str:
    """Say what is wrong with a file, in the reader's language."""
    words = NOT_STORED
    if isinstance(error, NotTaken):
        words = EMPTY if error.details["why"] == "empty" else WRONG_TYPE
    elif isinstance(error, TooManyFiles):
        if error.details["limit"] == "files":
            return _too_many(name, settings)
        words = TOO_LARGE
    elif isinstance(error, NoRoom):
        words = NO_ROOM
    elif isinstance(error, BrokenUpload):
        words = IN_PART
    return said(words, name, settings)


def said(words: str, name: str, settings: Settings) -> str:
    return _(words, name=name or _(NO_NAME), size=size_words(settings.max_upload_bytes, language()))


def _too_many(name: str, settings: Settings) -> str:
    return ngettext(
        "“%(name)s” is one file too many: one fits in one tip.",
        "“%(name)s” is one file too many: up to %(num)s fit in one tip.",
        settings.max_files,
        name=name or _(NO_NAME),
    )


def shown(
    stage: str, waiting: Sequence[StagedFile], rights: Rights, settings: Settings, *, carried: bool
) -> FilesShown:
    return FilesShown(
        stage=stage,
        carried=carried,
        lines=[_line(file) for file in waiting],
        rights=rights,
        max_files=settings.max_files,
        most_words=size_words(settings.max_upload_bytes, language()),
        most_bytes=settings.max_upload_bytes,
        accept=accepted(settings.file_types),
        opened=bool(waiting) or rights != Rights(),
    )


@cache
def accepted(names: tuple[str, ...]) -> str:
    """Return what a browser's chooser is told: endings and media types."""
    known = [each for each in FileType if each.name.lower() in names]
    endings = [ending for each in known for ending in ENDINGS.get(each, (f".{each.extension}",))]
    return ",".join((*endings, *(each.media_type for each in known)))


def wrong_with_rights(rights: Rights) -> str:
    return _(LONG_CREDIT, count=number(MAX_CREDIT)) if len(rights.credit) > MAX_CREDIT else ""


def _line(file: StagedFile) -> FileLine:
    known = FileType.of(file.media_type)
    return FileLine(
        ref=file.ref,
        name=file.name or _(NO_NAME),
        kind=known.name if known else "",
        size_words=size_words(file.size_bytes, language()),
        complete=file.complete,
    )
