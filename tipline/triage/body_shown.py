"""The text of a tip, with the watched words and the names of known people marked in it."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy.orm import Session

from tipline.assist.names import Known
from tipline.text.linkify import paragraphs
from tipline.text.marking import marks_of
from tipline.triage.shown import Filter
from tipline.triage.watching import search_for, watched


def body_shown(session: Session, tip: Any, known: Iterable[Known], version: str | None) -> dict[str, Any]:
    """Return the fields of the pane that show the text; `version` is that of the watched words."""
    phrases = watched(session, version)
    names = [name for person in known for name in (person.name, *person.called)]
    marks = marks_of(tip.body, phrases, names)
    return {
        "body_html": paragraphs(tip.body, marks),
        "watched": tuple(Filter(phrase, search_for(phrase)) for phrase in phrases.said_in(tip.body)),
        "names_marked": any(mark.kind == "named" for mark in marks),
    }
