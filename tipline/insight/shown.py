"""What the audit page prints: each event as a line of words, each filter as its choices."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from tipline import audit
from tipline.errors import NotFound
from tipline.insight.queries import UNSEALED_WITHIN, Chain, Row
from tipline.models import Event, User, parse_ref, show_ref
from tipline.text import times
from tipline.text.clean import clean_line
from tipline.text.namesakes import told_apart

ACTORS = {audit.READER: "a reader", audit.MACHINE: "Tipline"}
PATHS = {"tip": "/newsroom/tips/", "draft": "/newsroom/drafts/"}
# The worker seals within seconds; what waits longer says that it is away.
SEALED_WITHIN = timedelta(minutes=5)


def line(row: Row, zone: str, now: datetime) -> dict[str, Any]:
    """Return one event."""
    event = row.event
    subject, href = _subject(event)
    return {
        "at_iso": times.iso(event.at),
        "at_exact": times.exact(event.at, zone),
        "age": times.ago(event.at, now),
        "actor": ACTORS.get(event.actor, event.actor) if event.actor_id is None else event.actor,
        "kind": event.kind,
        "words": words(event.kind),
        "subject": subject,
        "subject_href": href,
        "details": details(event.data),
        "sealed": row.sealed,
    }


def words(kind: str) -> str:
    """Return a kind of event as people read it: "tip.role_changed" is "tip role changed"."""
    return kind.replace(".", " ").replace("_", " ")


def details(data: dict[str, Any]) -> str:
    """Return the facts of an event in one line, those left empty left out."""
    given = {name: value for name, value in data.items() if value not in (None, "", [], {})}
    return ", ".join(f"{name.replace('_', ' ')}: {_value(value)}" for name, value in given.items())


def actors(users: Iterable[User], chosen: str) -> list[dict[str, Any]]:
    """Return the choices of who."""
    choices = [("", "Everybody"), *ACTORS.items(), *told_apart((user.email, user.name) for user in users)]
    return _choices(choices, chosen)


def kinds(names: Sequence[str], chosen: str) -> list[dict[str, Any]]:
    """Return the choices of what was done."""
    return _choices([("", "Everything"), *((name, words(name)) for name in names)], chosen)


def subject_asked(text: str) -> str:
    """Return what a typed subject is stored as: a ref in any spelling, otherwise the text."""
    line_typed = clean_line(text)
    try:
        return parse_ref(line_typed)
    except NotFound:
        return line_typed


def subject_typed(stored: str) -> str:
    """Return a stored subject as it is shown in its field."""
    return show_ref(stored) if _is_ref(stored) else stored


def chain(state: Chain, now: datetime) -> dict[str, Any]:
    """Say how the chain of seals stands."""
    late = state.oldest_unsealed_at is not None and now - state.oldest_unsealed_at > SEALED_WITHIN
    sealed = times.count(state.sealed, "event is sealed", "events are sealed")
    if not state.unsealed:
        said = f"{sealed}; none waits."
    else:
        most = " or more" if state.unsealed >= UNSEALED_WITHIN else ""
        waits = "waits" if state.unsealed == 1 else "wait"
        said = f"{sealed}; {state.unsealed:,}{most} {waits} for it."
    if late:
        said += " Sealing is late: is the worker running?"
    return {"good": not late, "words": said, "head": state.head}


def _subject(event: Event) -> tuple[str, str | None]:
    subject = event.subject or ""
    path = PATHS.get(event.kind.partition(".")[0])
    if path is None or not _is_ref(subject):
        return subject, None
    return show_ref(subject), path + show_ref(subject)


def _is_ref(text: str) -> bool:
    try:
        return parse_ref(text) == text
    except NotFound:
        return False


def _value(value: Any) -> str:
    if isinstance(value, list):
        return " ".join(map(_value, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value).replace("_", " ") if isinstance(value, str) and value.isidentifier() else str(value)


def _choices(choices: Sequence[tuple[str, str]], chosen: str) -> list[dict[str, Any]]:
    return [{"value": value, "label": label, "selected": value == chosen} for value, label in choices]
