"""Printed pieces of pages, kept in the memory of the process under the very values that they print.

A piece is a macro of a template. Its key holds all that the macro is given, so that a kept piece can be
neither out of date nor somebody else's: who is shown the same values is shown the same piece, and whatever
changes one of them, in whatever process, asks for another piece. What differs with each request (the token
of the forms) is a gap that is filled when the piece is set into its page.
"""

import secrets
import sys
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from threading import Lock
from typing import cast

from flask import current_app
from markupsafe import Markup

from tipline import clock

EXTENSION = "tipline.web.kept"
MOST_BYTES = 16 * 1024 * 1024
KEY_BYTES = 3 * 1024  # what the values of a piece take beside it, about
UNUSED = timedelta(minutes=10)  # what nobody looks at any more goes, so that erased text does not stay


_MARK = secrets.token_hex(16)  # nobody can have written it
NO_GAPS: Mapping[str, Callable[[], str]] = {}


@dataclass
class _Piece:
    text: Markup
    used_at: datetime


class Pieces:
    """The pieces of one application; those that were not used for longest go first."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most_bytes, self._bytes = most_bytes, 0
        self._pieces: OrderedDict[Hashable, _Piece] = OrderedDict()
        self._lock = Lock()
        self.macros: dict[tuple[str, str], Callable[..., Markup]] = {}

    def find(self, key: Hashable, now: datetime) -> Markup | None:
        with self._lock:
            found = self._pieces.get(key)
            if found is None:
                return None
            self._pieces.move_to_end(key)
            found.used_at = now
            return found.text

    def keep(self, key: Hashable, text: Markup, now: datetime) -> None:
        with self._lock:
            if key not in self._pieces:
                self._bytes += _bytes_of(text)
            self._pieces[key] = _Piece(text, now)
            while self._bytes > self._most_bytes or self._oldest.used_at < now - UNUSED:
                _, gone = self._pieces.popitem(last=False)
                self._bytes -= _bytes_of(gone.text)

    def clear(self) -> None:
        with self._lock:
            self._pieces.clear()
            self._bytes = 0

    @property
    def _oldest(self) -> _Piece:
        return next(iter(self._pieces.values()))


def printed(
    template: str,
    name: str,
    key: Hashable,
    values: Callable[[], Mapping[str, object]],
    gaps: Mapping[str, Callable[[], str]] = NO_GAPS,
) -> Markup:
    """Return what the macro `name` of a template prints, printed by the first who asks for it.

    Args:
        key: all that `values` follow from; nothing else may change what they print.
        values: what the macro is given.
        gaps: what the macro is given besides, as functions; a word that one returns stands in this
            request's page alone.
    """
    if current_app.debug:
        return _macro(template, name)(**values(), **gaps)
    pieces = _pieces()
    now, named = clock.now(), (template, name, key)
    text = pieces.find(named, now)
    if text is None:
        macro = pieces.macros.get((template, name)) or _macro(template, name)
        pieces.macros[template, name] = macro
        text = macro(**values(), **{gap: partial(_mark, gap) for gap in gaps})
        pieces.keep(named, text, now)
    for gap, word in gaps.items():
        if _mark(gap) in text:
            text = text.replace(_mark(gap), word())
    return text


def _pieces() -> Pieces:
    """Return those of this application."""
    kept = current_app.extensions
    if EXTENSION not in kept:
        kept[EXTENSION] = Pieces()
    return cast(Pieces, kept[EXTENSION])


def _macro(template: str, name: str) -> Callable[..., Markup]:
    return cast(Callable[..., Markup], getattr(current_app.jinja_env.get_template(template).module, name))


def _mark(gap: str) -> str:
    return f"{_MARK}{gap}"


def _bytes_of(text: Markup) -> int:
    return sys.getsizeof(text) + KEY_BYTES
