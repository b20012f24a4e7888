"""Printed pieces of pages, kept in the memory of the process under the very values that they print.

A piece is a macro of a template. Its key holds all that the macro is given, so that a kept piece can be
neither out of date nor somebody else's: who is shown the same values is shown the same piece, and whatever
changes one of them, in whatever process, asks for another piece. What differs with each request (the token
of the forms) is a gap that is filled when the piece is set into its page.
"""

import secrets
import sys
from collections.abc import Callable, Hashable, Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import cast

from flask import Flask, current_app
from jinja2 import Environment
from markupsafe import Markup

from tipline.memory import Memory

EXTENSION = "tipline.web.kept"
MOST_BYTES = 16 * 1024 * 1024
KEY_BYTES = 3 * 1024  # what the values of a piece take beside it, about, and at most its text once more
NO_GAPS: Mapping[str, Callable[[], str]] = {}
_MARK = secrets.token_hex(16)  # nobody can have written it

Macro = Callable[..., Markup]


class Pieces:
    """The pieces of one application; those that were not used for longest go first."""

    def __init__(self, environment: Environment, most_bytes: int = MOST_BYTES) -> None:
        self._environment, self._kept = environment, Memory[Markup](most_bytes)
        self._macros: dict[tuple[str, str], Macro] = {}

    def printed(
        self,
        template: str,
        name: str,
        key: Hashable,
        values: Callable[[], Mapping[str, object]],
        *,
        now: datetime,
        gaps: Mapping[str, Callable[[], str]] = NO_GAPS,
    ) -> Markup:
        """Return what the macro `name` of a template prints, printed by the first who asks for it.

        Args:
            key: all that `values` follow from; nothing else may change what they print. With None nothing
                is kept.
            values: what the macro is given.
            gaps: what the macro is given besides, as functions; a word that one returns stands in this
                request's page alone.
        """
        if key is None:
            return self._macro(template, name)(**values(), **gaps)
        key = (name, key)
        text = self._kept.find(key, now)
        if text is None:
            marks = {gap: partial(_mark, gap) for gap in gaps}
            text = self._macro(template, name)(**values(), **marks)
            self._kept.keep(key, text, 2 * sys.getsizeof(text) + KEY_BYTES, now)
        for gap, word in gaps.items():
            if _mark(gap) in text:
                text = text.replace(_mark(gap), word())
        return text

    def __iter__(self) -> Iterator[Markup]:
        """Yield what is kept, the longest unused first."""
        return iter(self._kept)

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
    return f"{_MARK}{gap}"
