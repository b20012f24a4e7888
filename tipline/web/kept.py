"""Printed pieces of pages, kept in the memory of the process under the very values that they print.

A piece is a macro of a template, or a page. Its key holds all that it is given, so that a kept piece can be
neither out of date nor somebody else's: who is shown the same values is shown the same piece, and whatever
changes one of them, in whatever process, asks for another piece. What differs with each request (the token
of the forms), or is a piece of its own (the rows of a list), is a gap that is filled at last.
"""

import re
import secrets
import sys
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Generic, TypeVar, cast

from flask import Flask, current_app, render_template
from jinja2 import Environment
from markupsafe import Markup, escape

from tipline.memory import Memory
from tipline.text.markup import woven

EXTENSION = "tipline.web.kept"
MOST_BYTES = 16 * 1024 * 1024
KEY_BYTES = 3 * 1024  # what the values of a piece take beside it, about, and at most its text once more
Words = Mapping[str, Callable[[], str]]
Text = TypeVar("Text", str, Markup)
NO_GAPS: Words = {}
_MARK = secrets.token_hex(16)  # nobody can have written it
_MARKED = re.compile(rf"{_MARK}(\w+);")

Macro = Callable[..., Markup]


@dataclass(frozen=True)
class _Piece(Generic[Text]):
    """What was printed; where it has gaps, `parts` are what stands between them and their names, in turn."""

    text: Text
    parts: tuple[str, ...]

    def filled(self, gaps: Words) -> Text:
        words = {gap: escape(gaps[gap]()) for gap in dict.fromkeys(self.parts[1::2])}
        return woven(self.text, [words[part] if at % 2 else part for at, part in enumerate(self.parts)])


class Pieces:
    """The pieces of one application; those that were not used for longest go first."""

    def __init__(self, environment: Environment, most_bytes: int = MOST_BYTES) -> None:
        self._environment, self._kept = environment, Memory[Any](most_bytes)
        self._macros: dict[tuple[str, str], Macro] = {}

    def printed(
        self,
        template: str,
        name: str,
        key: Hashable,
        values: Callable[[], Mapping[str, object]],
        *,
        now: datetime,
        gaps: Words = NO_GAPS,
    ) -> Markup:
        """Return what the macro `name` of a template prints, printed by the first who asks for it.

        Args:
            key: all that `values` follow from; nothing else may change what they print. With None nothing
                is kept.
            values: what the macro is given.
            gaps: what the macro is given besides, as functions; a word that one returns stands in this
                request's page alone.
        """
        macro = self._macro(template, name)
        return self._filled(key and (name, key), lambda words: macro(**values(), **words), now, gaps)

    def page(
        self,
        template: str,
        key: Hashable,
        values: Callable[[], Mapping[str, object]],
        *,
        now: datetime,
        gaps: Words = NO_GAPS,
    ) -> str:
        """Return what a whole template prints, as `printed` does; its page must be the same for all paths.

        What every template is given is no part of `key`, except for who is signed in, which has to be.
        """
        asked = key and (template, key)
        return self._filled(
            asked, lambda words: render_template(template, **{**values(), **words}), now, gaps
        )

    def _filled(self, key: Hashable, make: Callable[[Words], Text], now: datetime, gaps: Words) -> Text:
        if key is None:
            return make(gaps)
        found: _Piece[Text] | None = self._kept.find(key, now)
        if found is None:
            text = make({gap: partial(_mark, gap) for gap in gaps})
            found = _Piece(text, tuple(_MARKED.split(text)) if gaps else ())
            self._kept.keep(key, found, 2 * sys.getsizeof(text) + KEY_BYTES, now)
        return found.filled(gaps) if gaps else found.text

    def __iter__(self) -> Iterator[str]:
        """Yield what is kept, the longest unused first."""
        return (piece.text for piece in self._kept)

    def _macro(self, template: str, name: str) -> Macro:
        known = self._macros.get((template, name))
        if known is None:
            known = cast(Macro, getattr(self._environment.get_template(template).module, name))
            self._macros[template, name] = known
        return known


def install(app: Flask) -> None:
    """Give an application its memory of pieces."""
    app.extensions[EXTENSION] = Pieces(app.jinja_env)


def pieces() -> Pieces:
    """Return the pieces of this application; while templates are being worked on, none are kept."""
    return Pieces(current_app.jinja_env) if current_app.debug else current_app.extensions[EXTENSION]


def _mark(gap: str) -> str:
    return f"{_MARK}{gap};"
