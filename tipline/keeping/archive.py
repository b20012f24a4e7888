"""The form of a backup: one tar file that tells who made it, and whether it is whole.

First stands who made it, then the database, then each part of the files, and last the sum of all that.
tar's own sums are of its headers alone, SQLite's check looks at the shape of pages and not at what they say,
and a tar that was cut between two members reads like a shorter one. So there is one SHA-256, over names and
contents in their order. It finds damage, not malice: whoever could change a backup could sum it anew.
"""

import hashlib
import io
import json
import re
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import IO, Any, Protocol

from tipline import __version__
from tipline.errors import TiplineError

MADE_BY, DATABASE, FILES, WHOLE = "tipline.json", "tipline.sqlite3", "files/", "whole.json"
FORM = 1
# Ours alone (`Storage`): no other file of the machine can be meant, and nothing half written.
OBJECT_KEY = re.compile(r"[a-z0-9-]+(/[a-z0-9-]+)*")
FACTS_BYTES = 10_000


class NoBackup(TiplineError):
    title = "This is no whole backup"


class Readable(Protocol):
    def read(self, size: int = -1, /) -> bytes: ...


@dataclass(frozen=True)
class MadeBy:
    """Who made a backup: how it is written, which Tipline wrote it, at which schema its database is."""

    form: int
    version: str
    schema: str | None  # None: it holds the files alone

    @classmethod
    def us(cls, schema: str | None) -> "MadeBy":
        return cls(FORM, __version__, schema)


class Writer:
    """Writes a backup; what is added in an order is given back in it."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self._sum = hashlib.sha256()

    def add(self, name: str, content: bytes) -> None:
        self.add_stream(name, io.BytesIO(content), len(content))

    def add_stream(self, name: str, content: Readable, size_bytes: int) -> None:
        member = tarfile.TarInfo(name)  # of no time: when a reader sent a file is nobody's affair
        member.size, member.mode = size_bytes, 0o600
        self._sum.update(_named(member))
        self._tar.addfile(member, _Summed(content, self._sum))
        _forget(self._tar)

    def end(self) -> None:
        self.add(WHOLE, json.dumps({"sha256": self._sum.hexdigest()}).encode())


@contextmanager
def writing(stream: IO[bytes], made_by: MadeBy) -> Iterator[Writer]:
    """Give a writer into `stream`, which need not be one to seek in; the end is written if all went well."""
    with tarfile.open(fileobj=stream, mode="w|", format=tarfile.PAX_FORMAT) as tar:
        writer = Writer(tar)
        writer.add(MADE_BY, json.dumps(asdict(made_by)).encode())
        yield writer
        writer.end()


class Reader:
    """Reads a backup from its begin to its end; `made_by` is known at once."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self._sum = hashlib.sha256()
        self.made_by = self._made_by()

    def members(self) -> Iterator[tuple[str, Readable]]:
        """Give name and content of the database and of each part; read one before asking for the next.

        Raises:
            NoBackup: when it is not whole, or holds what no backup of ours does.
        """
        while member := self._next():
            if member.name == WHOLE:
                self._require_whole(member)
                return
            if member.name != DATABASE and not _is_part(member.name):
                raise NoBackup("It holds what no backup of Tipline holds; nothing was restored.")
            yield member.name, self._content(member)
        raise NoBackup("The backup is cut off; nothing was restored.")

    def _made_by(self) -> MadeBy:
        member = self._next()
        if member is None or member.name != MADE_BY or member.size > FACTS_BYTES:
            raise NoBackup("This is no backup of Tipline; nothing was restored.")
        facts = json.loads(self._content(member).read())
        found = MadeBy(int(facts["form"]), str(facts["version"]), facts["schema"])
        if found.form > FORM:
            raise later(found)
        return found

    def _require_whole(self, member: tarfile.TarInfo) -> None:
        summed = self._sum.hexdigest()
        if member.size > FACTS_BYTES or json.loads(self._content(member).read())["sha256"] != summed:
            raise NoBackup("The backup is damaged; nothing was restored.")

    def _next(self) -> tarfile.TarInfo | None:
        member = self._tar.next()
        _forget(self._tar)
        if member is not None and (not member.isreg() or member.issparse()):
            raise NoBackup("It holds a link, or what else is no file; nothing was restored.")
        return member

    def _content(self, member: tarfile.TarInfo) -> Readable:
        content = self._tar.extractfile(member)
        assert content is not None  # it is of a regular file
        self._sum.update(_named(member))
        return _Summed(content, self._sum)


@contextmanager
def reading(stream: IO[bytes]) -> Iterator[Reader]:
    """Give a reader of `stream`, which need not be one to seek in.

    Raises:
        NoBackup: when what is read is none, from here or from within the block.
    """
    try:
        with tarfile.open(fileobj=stream, mode="r|") as tar:
            yield Reader(tar)
    except (tarfile.TarError, EOFError, ValueError, KeyError, TypeError) as error:
        raise NoBackup("This is no backup of Tipline, or a damaged one; nothing was restored.") from error


def later(made_by: MadeBy) -> NoBackup:
    """Return the error for a backup of a later version."""
    return NoBackup(
        f"The backup was made by Tipline {made_by.version}, a later version than this one ({__version__}); "
        "restore it with that. Nothing was restored."
    )


class _Summed:
    """A stream that sums what is read of it."""

    def __init__(self, stream: Readable, summed: Any) -> None:
        self._stream = stream
        self._sum = summed

    def read(self, size: int = -1, /) -> bytes:
        piece = self._stream.read(size)
        self._sum.update(piece)
        return piece


def _is_part(name: str) -> bool:
    return name.startswith(FILES) and OBJECT_KEY.fullmatch(name.removeprefix(FILES)) is not None


def _named(member: tarfile.TarInfo) -> bytes:
    return f"{member.name}\0{member.size}\0".encode(errors="surrogateescape")


def _forget(tar: tarfile.TarFile) -> None:
    # tarfile remembers every member, and a newsroom may have millions of parts
    tar.members.clear()  # type: ignore[attr-defined]
