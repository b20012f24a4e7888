"""Files that have arrived for a form that is not sent yet: kept sealed, so that no error loses them.

They belong to the form's token, by a keyed hash of its nonce; a form that is shown again carries the token
under which its files arrived. `bind` gives them to a tip in the tip's own transaction, so that there is no
tip without its files and no file with two tips. What nobody sends is erased after a day, and at once when
its reader leaves by the form's way out.
"""

from collections.abc import Mapping, Sequence, Set
from contextlib import suppress
from dataclasses import dataclass
from typing import cast

from sqlalchemy import Connection, ScalarSelect, Table, bindparam, delete, func, or_, select, text, update
from sqlalchemy.orm import Session

from tipline.errors import Conflict, Invalid
from tipline.files.shelf import Shelf, name_of
from tipline.intake.rights import Rights
from tipline.intake.token import FormToken, read
from tipline.keys import Keyring
from tipline.models import Attachment, AttachmentState, Receipt, Tip
from tipline.prepared import Prepared
from tipline.storage import NoRoom, StorageAway, sealed

FILES = cast(Table, Attachment.__table__)
TIPS = cast(Table, Tip.__table__)
ARRIVING = AttachmentState.ARRIVING
SOME = FILES.c.size_bytes > 0  # a file of which no part is here yet is none
_ONE_WAITS = Prepared(select(FILES.c.id).where(FILES.c.stage_hash == bindparam("stage"), SOME).limit(1))


class StillArriving(Conflict):
    """A form was sent while one of its files had arrived in part."""


class TooManyFiles(Invalid):
    """A form has as many files, or as many bytes of them, as it may have; `limit` says which."""


@dataclass(frozen=True)
class Stage:
    """The form that files wait for."""

    token: str  # as the form carries it
    hash: bytes
    key_id: str

    @classmethod
    def of(cls, keyring: Keyring, text: str) -> "Stage | None":
        """Return the stage of a token that is ours, at any age."""
        token = read(keyring, text)
        return cls.of_token(keyring, text, token) if token else None

    @classmethod
    def of_token(cls, keyring: Keyring, text: str, token: FormToken) -> "Stage":
        """Return the stage of a token that was read already."""
        return cls(text, stage_hash(keyring, token), token.key_id)


@dataclass(frozen=True)
class StagedFile:
    """One file of a form, as its page shows it."""

    ref: str
    name: str
    media_type: str
    size_bytes: int
    complete: bool


@dataclass(frozen=True)
class Sending:
    """The files that a tip or an answer is about to take with it."""

    keyring: Keyring
    stage: Stage
    rights: Rights

    def bind(self, session: Session | Connection, tip_id: int, message_id: int | None = None) -> list[bytes]:
        return bind(session, tip_id, message_id, stage=self.stage.hash, rights=self.rights)

    def mixed(self, answers_mac: bytes, uploads: Sequence[bytes]) -> bytes:
        """Return the MAC of answers with files: other files, or other rights to them, are other answers."""
        if not uploads:
            return answers_mac
        parts = (answers_mac, self.rights.written, *sorted(set(uploads)))
        return self.keyring.mac("answers with files", *parts, key_id=self.stage.key_id)


def stage_hash(keyring: Keyring, token: FormToken) -> bytes:
    return keyring.mac("stage", token.nonce, key_id=token.key_id)


def stage_of(keyring: Keyring, posted: Mapping[str, str]) -> Stage | None:
    """Return the stage that a form names: that of an older token that it carries, else its own token's."""
    for field in ("stage", "token", "once"):
        if stage := Stage.of(keyring, posted.get(field, "")):
            return stage
    return None


def staged(session: Session, keyring: Keyring, stage: Stage) -> list[StagedFile]:
    """Return the files that wait for a form, in the order in which they came."""
    rows = session.scalars(
        select(Attachment).where(Attachment.stage_hash == stage.hash, SOME).order_by(Attachment.id)
    )
    return [
        StagedFile(row.ref, name_of(keyring, row), row.media_type, row.size_bytes, row.state != ARRIVING)
        for row in rows
    ]


def bind(
    session: Session | Connection,
    tip_id: int,
    message_id: int | None = None,
    *,
    stage: bytes,
    rights: Rights,
) -> list[bytes]:
    """Give a form's files to its tip, in the tip's transaction; return what tells them from others.

    Raises:
        StillArriving: when one of them is here in part only.
    """
    if _ONE_WAITS.run(session, {"stage": stage}) is None:
        return []
    owner = {"stage_hash": None, "tip_id": tip_id, "message_id": message_id, **rights.columns}
    mine = update(FILES).where(FILES.c.stage_hash == stage, SOME).values(owner)
    rows = session.execute(mine.returning(FILES.c.state, FILES.c.upload_hash)).all()
    if any(row.state == ARRIVING for row in rows):
        raise StillArriving("One of your files has not arrived completely yet.")
    if rows:
        session.execute(update(TIPS).where(TIPS.c.id == tip_id).values(files=TIPS.c.files + len(rows)))
    return [row.upload_hash for row in rows]


def make_room(session: Session, shelf: Shelf, stage: Stage, *, files: int, size_bytes: int) -> None:
    """See that a form may have `files` and `size_bytes` more; holds until the transaction ends.

    Raises:
        TooManyFiles: with `limit` in its details, "files" or "bytes".
    """
    if session.get_bind().dialect.name == "postgresql":
        lock = int.from_bytes(stage.hash[:8], signed=True)
        session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": lock})
    here = select(func.count(), func.coalesce(func.sum(Attachment.size_bytes), 0))
    count, total = session.execute(here.where(Attachment.stage_hash == stage.hash)).one()
    if count + files > shelf.settings.max_files:
        raise TooManyFiles("These are more files than one tip may bring.", limit="files")
    if total + size_bytes > shelf.settings.max_upload_bytes:
        raise TooManyFiles("These files are larger than one tip may bring.", limit="bytes")


def remove(shelf: Shelf, stage: Stage, refs: Sequence[str] = (), uploads: Sequence[bytes] = ()) -> None:
    """Erase files of a form that is not sent yet; those that are not there are erased already."""
    named = or_(Attachment.ref.in_(refs), Attachment.upload_hash.in_(uploads))
    _erase(shelf, Attachment.stage_hash == stage.hash, named)


def remove_all(shelf: Shelf, stage: Stage) -> None:
    """Erase all files of a form whose reader left: what is begun and what has arrived."""
    _erase(shelf, Attachment.stage_hash == stage.hash)


def some_are_gone(session: Session, refs: Set[str]) -> bool:
    """Say whether any of these files is not here any more, neither waiting nor with a tip."""
    return session.scalar(select(func.count()).where(Attachment.ref.in_(refs))) != len(refs)


def drop_twins(shelf: Shelf, stage: Stage, lookup_hash: bytes) -> None:
    """Erase what a retry staged a second time, though the tip of this receipt has it already."""
    tip = select(Receipt.tip_id).where(Receipt.lookup_hash == lookup_hash).scalar_subquery()
    drop_twins_of(shelf, stage, tip)


def drop_twins_of(shelf: Shelf, stage: Stage, tip_id: "int | ScalarSelect[int]") -> None:
    """Erase what waits for a form though the tip has it already."""
    there = select(Attachment.upload_hash).where(Attachment.tip_id == tip_id)
    _erase(shelf, Attachment.stage_hash == stage.hash, Attachment.upload_hash.in_(there))


def uploads_of(session: Session, lookup_hash: bytes, stage: Stage) -> list[bytes]:
    """Return what tells the files apart that came with the tip of a receipt, or that wait for its form."""
    tip = select(Receipt.tip_id).where(Receipt.lookup_hash == lookup_hash).scalar_subquery()
    came = (Attachment.tip_id == tip) & Attachment.message_id.is_(None)
    files = select(Attachment.upload_hash).where(came | (Attachment.stage_hash == stage.hash), SOME)
    return [upload for upload in session.scalars(files) if upload is not None]


def _erase(shelf: Shelf, *conditions: object) -> None:
    with shelf.db.read() as session:  # whoever asks for what is not there costs no write
        if session.scalar(select(Attachment.id).where(*conditions).limit(1)) is None:  # type: ignore[arg-type]
            return
    gone = delete(Attachment).where(*conditions).returning(Attachment.original_key, Attachment.parts)  # type: ignore[arg-type]
    with shelf.db.write() as session:
        rows = session.execute(gone).all()
    # After the rows, and with them the key: what a process that is killed leaves, or a storage that is away
    # keeps, opens for nobody, and the worker sweeps it.
    with suppress(StorageAway, NoRoom):
        for row in rows:
            sealed.erase(shelf.storage, row.original_key, row.parts)


__all__ = [
    "Rights", "Sending", "Stage", "StagedFile", "StillArriving", "TooManyFiles",
    "bind", "drop_twins", "make_room", "remove", "remove_all",
    "stage_hash", "stage_of", "staged", "uploads_of",
]  # fmt: skip
