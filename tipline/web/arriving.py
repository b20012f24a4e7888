"""How the files of a form arrive: encrypted wherever they wait, and without costing the rest of the form.

Werkzeug's own spool is a temporary file in clear, its parser gives up a whole form for one file's name
in broken UTF-8, and a full disk would take what somebody wrote along with what they attached. A text that is
longer than a form may be would take all of it along too: its beginning is kept instead, and `cut_short`
tells the view, which says so. That beginning is far longer than any text which is taken.
"""

import codecs
import io
from collections.abc import Set
from contextlib import suppress
from functools import partial
from itertools import chain
from pathlib import Path
from typing import IO, Any

from flask import Flask, current_app, request
from werkzeug.datastructures import FileStorage, Headers
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.sansio.multipart import Data, Epilogue, Event, Field, File, MultipartDecoder, NeedData

from tipline.web.sent import CleanForms, CleanRequest
from tipline.web.spool import EncryptedSpool

STEP_BYTES = 64 * 1024
# What is left to all other fields of a form, when one of them is cut short.
REST_BYTES = 64 * 1024


def install(app: Flask, spool_directory: Path, limits: dict[str, int]) -> None:
    """Let some paths take larger bodies, and keep the files in them in spools.

    Args:
        app: whose requests are clean already (`sent.install`); now they take files too.
        spool_directory: where spools lie.
        limits: how many bytes a body may have, by path; the front reads them too.
    """
    spool_directory.mkdir(mode=0o700, exist_ok=True)
    app.config["BODY_LIMITS"] = limits
    app.config["SPOOL_DIRECTORY"] = spool_directory
    app.request_class = FileRequest

    @app.before_request
    def allow_more() -> None:
        # the other encoding would be held in memory
        if request.path in limits and request.mimetype == "multipart/form-data":
            request.max_content_length = limits[request.path]


def cut_short() -> Set[str]:
    """Return the names of the fields of which only the beginning was kept; once the form was read."""
    return getattr(request, "cut_short", frozenset())


class ArrivingFile(EncryptedSpool):
    """A spool that a full disk does not stop: it then takes no more, and says so by `lost`."""

    lost = False

    def write(self, data: "bytes | bytearray | memoryview") -> int:  # type: ignore[override]
        if not self.lost:
            try:
                return super().write(data)
            except OSError:
                self.lost = True
        return len(data)

    def seek(self, offset: int, whence: int = 0) -> int:
        try:
            return super().seek(offset, whence)
        except OSError:
            self.lost = True
            return 0


class NoSpool(io.BytesIO):
    """Stands for a file that could not even begin to arrive."""

    lost = True

    def write(self, data: Any) -> int:
        return len(data)


class FileForms(CleanForms):
    """Reads forms, clean as all of them, whose files are in spools."""

    def _parse_multipart(
        self, stream: IO[bytes], _mimetype: str, _length: int | None, options: dict[str, str]
    ) -> Any:
        boundary = options.get("boundary", "").encode("ascii", "replace")
        if not boundary:
            raise ValueError("no boundary")
        return stream, *self._parts(stream, boundary)

    def _parts(self, stream: IO[bytes], boundary: bytes) -> tuple[Any, Any]:
        bound = self.max_form_memory_size or 0
        cuts = request.path in current_app.config["BODY_LIMITS"]
        form = _Form(self.stream_factory, bound, longest=bound - REST_BYTES if cuts else bound + 1)
        decoder = _Decoder(boundary, self.max_form_memory_size, max_parts=self.max_form_parts)
        # of a body that breaks off, what came before it did is kept
        with suppress(ValueError):
            for data in chain(iter(partial(stream.read, STEP_BYTES), b""), (None,)):
                decoder.receive_data(data)
                while not isinstance(event := decoder.next_event(), (NeedData, Epilogue)):
                    form.take(event)
        request.cut_short = frozenset(form.cut)  # type: ignore[attr-defined]
        return self.cls(form.fields), self.cls(form.files)


class FileRequest(CleanRequest):
    """A clean request whose files wait encrypted."""

    cut_short: Set[str] = frozenset()
    form_data_parser_class = FileForms

    def _get_file_stream(self, *_args: Any, **_options: Any) -> IO[bytes]:
        try:
            return ArrivingFile(current_app.config["SPOOL_DIRECTORY"])  # type: ignore[return-value]
        except OSError:
            return NoSpool()


class _Form:
    """Fields and files as they arrive; all fields together fit into the bound of one.

    Args:
        make_stream: makes what a file is written to.
        bound: bytes of all fields together; beyond it nothing is taken at all.
        longest: bytes of one field, which is cut short there.
    """

    def __init__(self, make_stream: Any, bound: int, *, longest: int) -> None:
        self.fields: list[tuple[str, str]] = []
        self.files: list[tuple[str, FileStorage]] = []
        self.cut: set[str] = set()
        self._make_stream = make_stream
        self._left = bound
        self._longest = longest
        self._part: Field | File | None = None
        self._stream: Any = None

    def take(self, event: Event) -> None:
        if isinstance(event, File):
            self._part, self._stream = event, self._make_stream(None, None, None, None)
        elif isinstance(event, Field):
            self._part, self._stream = event, io.BytesIO()
        elif isinstance(event, Data) and self._part is not None:
            self._add(event)

    def _add(self, event: Data) -> None:
        data = event.data
        if isinstance(self._part, Field):
            data = self._fitting(self._part.name or "", data)
            self._left -= len(data)
            if self._left < 0:
                raise RequestEntityTooLarge
        self._stream.write(data)
        if not event.more_data:
            self._end()

    def _fitting(self, name: str, data: bytes) -> bytes:
        room = self._longest - self._stream.tell()
        if len(data) <= room:
            return data
        self.cut.add(name)
        return data[:room]

    def _end(self) -> None:
        name = getattr(self._part, "name", None) or ""
        if isinstance(self._part, File):
            self._stream.seek(0)
            self.files.append((name, FileStorage(self._stream, self._part.filename, name)))
        else:
            # half a character at the end of what was cut is dropped
            whole = name not in self.cut
            text = codecs.getincrementaldecoder("utf-8")("replace").decode(self._stream.getvalue(), whole)
            self.fields.append((name, text))


class _Decoder(MultipartDecoder):
    def _parse_headers(self, data: bytes | bytearray) -> Headers:
        return super()._parse_headers(bytes(data).decode("utf-8", "replace").encode())
