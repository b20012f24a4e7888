"""The text of a tip, with the watched words and the names of known people marked in it."""

import sys
from collections.abc import Iterable
from datetime import datetime
from hashlib import blake2b
from typing import Any

from sqlalchemy.orm import Session

from tipline.assist.names import Known
from tipline.memory import Memory
from tipline.text.linkify import paragraphs
from tipline.text.marking import marks_of
from tipline.triage.shown import Filter
from tipline.triage.watching import search_for, watched

MOST_BYTES = 8 * 1024 * 1024
_shown: Memory[dict[str, Any]] = Memory(MOST_BYTES)


def body_shown(
    session: Session, tip: Any, known: Iterable[Known], version: str | None, now: datetime
) -> dict[str, Any]:
    """Return the fields of the pane that show the text; `version` is that of the watched words.

    Remembered, for a tip is shown again after each act.
    """
    names = tuple(name for person in known for name in (person.name, *person.called))
    key = (blake2b(tip.body.encode()).digest(), names, version)
    shown = _shown.find(key, now)
    if shown is None:
        shown = _marked(session, tip.body, names, version)
        _shown.keep(key, shown, 2 * sys.getsizeof(shown["body_html"]), now)
    return shown


def _marked(session: Session, body: str, names: tuple[str, ...], version: str | None) -> dict[str, Any]:
    phrases = watched(session, version)
    marks = marks_of(body, phrases, names)
    return {
        "body_html": paragraphs(body, marks),
        "watched": tuple(Filter(phrase, search_for(phrase)) for phrase in phrases.said_in(body)),
        "names_marked": any(mark.kind == "named" for mark in marks),
    }
