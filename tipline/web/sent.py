"""What a request sent, as text that every part of the house can hold.

Forms, query strings and the variable parts of a path all pass through `text.clean` here, before any view
sees them, so that no feature has to remember which character its database refuses. Broken UTF-8 becomes
U+FFFD byte by byte; Werkzeug would give up the whole form for it, and with it what somebody wrote.
"""

from collections.abc import Iterable
from typing import IO, Any
from urllib.parse import parse_qsl, quote_from_bytes

from flask import Flask, Request
from werkzeug.datastructures import ImmutableMultiDict, MultiDict
from werkzeug.formparser import FormDataParser
from werkzeug.routing import PathConverter, UnicodeConverter
from werkzeug.utils import cached_property

from tipline.errors import TooLarge
from tipline.languages import N_
from tipline.text.clean import clean

MOST_FIELDS = 200
FORM = "application/x-www-form-urlencoded"
_ASCII = bytes(range(0x21, 0x7F)).decode()


def install(app: Flask) -> None:
    """Make `app` read requests clean; before its routes are registered."""
    app.request_class = CleanRequest
    app.url_map.converters.update(default=CleanText, string=CleanText, path=CleanPath)


def fields_in(encoded: str) -> list[tuple[str, str]]:
    """Return the clean fields of a query string or of a form encoded like one.

    Raises:
        TooLarge: when there are more fields than any form of ours has.
    """
    try:
        fields = parse_qsl(encoded, keep_blank_values=True, errors="replace", max_num_fields=MOST_FIELDS)
    except ValueError as error:
        raise TooLarge(N_("That form has more fields than ours. Nothing was stored.")) from error
    return _clean(fields)


class Fields(ImmutableMultiDict[str, Any]):
    """Fields by their names; Werkzeug's makes an exception for each that is asked for and not there."""

    def get(self, key: str, default: Any = None, type: Any = None) -> Any:  # type: ignore[override]  # noqa: A002
        """Return the first value of a field, or `default`."""
        return super().get(key, default, type) if type or key in self else default


class CleanForms(FormDataParser):
    """Reads both encodings of a form."""

    def parse(
        self,
        stream: IO[bytes],
        mimetype: str,
        content_length: int | None,
        options: dict[str, str] | None = None,
    ) -> tuple[IO[bytes], MultiDict[str, str], MultiDict[str, Any]]:
        """Return (stream, fields, files)."""
        if mimetype == FORM:
            return stream, self.cls(fields_in(stream.read().decode("utf-8", "replace"))), self.cls()
        stream, form, files = super().parse(stream, mimetype, content_length, options)
        return stream, self.cls(_clean(form.items(multi=True))), files


class CleanRequest(Request):
    """A request whose `form` and `args` are clean."""

    form_data_parser_class = CleanForms
    parameter_storage_class = Fields

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        # Some clients send bytes as they are; Werkzeug decodes this in several places, strictly.
        if self.query_string:
            self.query_string = quote_from_bytes(self.query_string, safe=_ASCII).encode()

    @cached_property
    def args(self) -> Fields:
        """The fields of the query string."""
        return Fields(fields_in(self.query_string.decode()) if self.query_string else ())


class CleanText(UnicodeConverter):
    """One part of a path."""

    def to_python(self, value: str) -> str:
        return clean(super().to_python(value))


class CleanPath(PathConverter):
    """The rest of a path, slashes included."""

    def to_python(self, value: str) -> str:
        return clean(super().to_python(value))


def _clean(fields: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(clean(name), clean(value)) for name, value in fields]
