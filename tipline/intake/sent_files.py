"""What a receipt says of the files that came with a tip: what the newsroom sees of each, and what not."""

from collections.abc import Sequence
from dataclasses import dataclass

from tipline.files.shelf import name_of
from tipline.intake.file_words import NO_NAME
from tipline.keys import Keyring
from tipline.languages import N_
from tipline.models import Attachment, AttachmentState
from tipline.scrub.types import FileType
from tipline.scrub.words import REMOVED, WHY_SEALED
from tipline.text.sizes import size_words
from tipline.web.language import _, language

BEING_CLEANED = N_("We are still cleaning it. Nobody has seen it yet.")
CLEANED = N_("The newsroom sees a copy, from which we took:")
CLEAN_ALREADY = N_("The newsroom sees a copy. There was nothing in it to take out.")
NOT_SHOWN = N_("The newsroom sees that it is here, and does not see what is in it.")
FACTS_SHOWN = N_("As you allowed, staff may see when and where it was taken.")
ORIGINAL_ERASED = N_("The original is erased.")


@dataclass(frozen=True)
class SentFile:
    """One file: `templates/intake/_sent_files.html`."""

    name: str
    kind: str  # "JPEG"
    size_words: str
    sentences: Sequence[str]
    removed: Sequence[str]  # follows the first sentence


def sent_file(keyring: Keyring, file: Attachment) -> SentFile:
    """Say what became of a file, in the reader's language."""
    known = FileType.of(file.media_type)
    return SentFile(
        name=name_of(keyring, file) or _(NO_NAME),
        kind=known.name if known else "",
        size_words=size_words(file.size_bytes, language()),
        sentences=[_(sentence) for sentence in _sentences(file)],
        removed=[_(words) for kind, words in REMOVED.items() if kind in file.removed],
    )


def _sentences(file: Attachment) -> list[str]:
    if file.state == AttachmentState.SEALED:
        why = {str(reason): words for reason, words in WHY_SEALED.items()}
        return [NOT_SHOWN, *(words for reason, words in why.items() if reason == file.why_sealed)]
    if file.state != AttachmentState.SCRUBBED:
        return [BEING_CLEANED]
    said = [CLEANED if file.removed else CLEAN_ALREADY]
    if file.facts_ok and file.sealed_facts:
        said.append(FACTS_SHOWN)
    return said if file.original_key else [*said, ORIGINAL_ERASED]
