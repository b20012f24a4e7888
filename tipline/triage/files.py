"""The files of a tip, as the newsroom sees them: a copy without what could tell who sent it, or a reason."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tipline import audit
from tipline.errors import Conflict, Invalid, NotFound
from tipline.files.shelf import facts_of
from tipline.keys import Keyring
from tipline.models import Attachment, AttachmentState, Tip, User, show_ref
from tipline.scrub.types import FileType
from tipline.scrub.words import REMOVED, WHY_SEALED
from tipline.search.seen import seen_by
from tipline.text.clean import clean_line
from tipline.text.sizes import size_words

# Pictures that we have drawn anew, and that every browser shows by itself.
SEEN_INLINE = frozenset({FileType.JPEG, FileType.PNG, FileType.WEBP, FileType.GIF})
MAX_WHY = 500
DEGREES = 5  # digits after the point: about a meter


@dataclass(frozen=True)
class FileLine:
    """One file, in words: `templates/triage/_files.html`."""

    ref: str
    number: int
    kind: str
    size_words: str
    state: str
    href: str | None  # of the copy
    view_href: str | None  # of the copy, when it is a picture
    copy_words: str  # "JPEG, 1.9 MB"
    original: bool  # it is still there
    removed: tuple[str, ...]
    why_sealed: str
    rights: tuple[str, ...]
    credit: str
    facts: tuple[str, ...]
    with_answer: bool


@dataclass(frozen=True)
class Found:
    """A file with its tip and its number among the tip's files."""

    file: Attachment
    tip: Tip
    number: int

    def name(self, media_type: str) -> str:
        """Return a name for whoever keeps it: generated, never the tipster's."""
        known = FileType.of(media_type)
        return f"{show_ref(self.tip.ref)}-{self.number}.{known.extension if known else 'bin'}"


def files_of(session: Session, keyring: Keyring, tip: Tip) -> list[FileLine]:
    """Return what the pane says of a tip's files, in the order in which they came."""
    if not tip.files:
        return []
    files = select(Attachment).where(Attachment.tip_id == tip.id).order_by(Attachment.id)
    return [_line(keyring, file, number) for number, file in enumerate(session.scalars(files), 1)]


def find(session: Session, ref: str, viewer_id: int) -> Found:
    """Return a file of a tip that somebody may see.

    Raises:
        NotFound: when there is none of this name, or it belongs to no tip yet.
    """
    both = select(Attachment, Tip).join(Tip, Tip.id == Attachment.tip_id)
    both = both.where(Attachment.ref == ref, seen_by(viewer_id))
    row = session.execute(both).first()
    if row is None:
        raise NotFound("There is no such file; it may have been erased.")
    file, tip = row
    before = select(func.count()).where(Attachment.tip_id == tip.id, Attachment.id <= file.id)
    return Found(file, tip, session.scalar(before) or 1)


def require_copy(file: Attachment) -> None:
    """See that a file may be shown.

    Raises:
        Conflict: when it was not scrubbed yet, or cannot be.
    """
    if file.state == AttachmentState.SEALED:
        raise Conflict("This file cannot be shown: it is sealed. " + _why(file))
    if file.state != AttachmentState.SCRUBBED:
        raise Conflict("This file is still being cleaned; try again in a minute.")


def require_original(file: Attachment) -> None:
    """See that the original is still there.

    Raises:
        NotFound: when it was erased in its time.
    """
    if not file.original_key:
        raise NotFound("The original of this file is erased; its clean copy is what is left.")


def reason_to_open(why: str) -> str:
    """Return why somebody wants to open an original, as it is recorded.

    Raises:
        Invalid: when no reason is given, or one that is too long.
    """
    reason = clean_line(why)
    if not reason:
        raise Invalid("Say why you open the original; it is recorded.")
    if len(reason) > MAX_WHY:
        raise Invalid(f"Say it in {MAX_WHY} characters.")
    return reason


def open_original(session: Session, found: Found, why: str, *, by: User, now: datetime) -> None:
    """Record that somebody opens the original of a file, and why (see `reason_to_open`)."""
    audit.record(session, "file.opened", subject=found.tip.ref, by=by, at=now, file=found.file.ref, why=why)


def _line(keyring: Keyring, file: Attachment, number: int) -> FileLine:
    scrubbed = file.state == AttachmentState.SCRUBBED
    copied = FileType.of(file.scrubbed_type or "") if scrubbed else None
    href = f"/newsroom/files/{file.ref}"
    return FileLine(
        ref=file.ref,
        number=number,
        kind=_kind(file.media_type),
        size_words=size_words(file.size_bytes),
        state=file.state,
        href=href if scrubbed else None,
        view_href=f"{href}?view=1" if copied in SEEN_INLINE else None,
        copy_words=f"{_kind(file.scrubbed_type)}, {size_words(file.scrubbed_bytes or 0)}" if scrubbed else "",
        original=bool(file.original_key),
        removed=tuple(words for kind, words in REMOVED.items() if kind in file.removed),
        why_sealed=_why(file) if file.state == AttachmentState.SEALED else "",
        rights=tuple(_rights(file)),
        credit=file.credit or "",
        facts=tuple(_facts(keyring, file)) if file.facts_ok else (),
        with_answer=file.message_id is not None,
    )


def _kind(media_type: str | None) -> str:
    known = FileType.of(media_type or "")
    return known.name if known else "File"


def _why(file: Attachment) -> str:
    return {str(why): words for why, words in WHY_SEALED.items()}.get(file.why_sealed or "", "")


def _rights(file: Attachment) -> list[str]:
    mine = {True: "Took or made it themselves", False: "Did not take it themselves"}
    use = {True: "We may publish it", False: "We may not publish it"}
    said = [mine[file.taken_by_tipster]] if file.taken_by_tipster is not None else []
    return [*said, use[file.may_use] if file.may_use is not None else "Did not say that we may publish it"]


def _facts(keyring: Keyring, file: Attachment) -> list[str]:
    """Say when and where a file was taken, as its device wrote it down."""
    facts = facts_of(keyring, file)
    said = []
    if taken_at := facts.get("taken_at"):
        at = datetime.fromisoformat(taken_at)
        zone = f" {at.tzname()}" if at.tzinfo else ""
        said.append(f"Taken on {at.day} {at:%B %Y, %H:%M:%S}{zone}, by the device’s clock")
    if "latitude" in facts and "longitude" in facts:
        said.append(f"At {facts['latitude']:.{DEGREES}f}, {facts['longitude']:.{DEGREES}f}")
    return said
