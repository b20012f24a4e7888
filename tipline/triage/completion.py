"""What may follow while somebody types a search: operators, and the values that they take.

Reads the word at the end of what stands before the caret, and nothing else of the query.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, aliased

from tipline.models import Desk, Person, PersonState, Story, StoryState, Tag, User
from tipline.search.query import ME, MY_DESKS, NOBODY, VALUES, Field
from tipline.search.seen import hidden_from
from tipline.search.stories import find_stories
from tipline.text.tokens import fold
from tipline.triage.words import CHANNELS, HIDDEN, KINDS, STATES

MOST = 8
MAX_TYPED = 200
_LAST = re.compile(r'(?:^|\s)(-?)(?:([a-z]+):)?("[^"]*|[^\s"]*)$', re.IGNORECASE)
OPERATORS = (
    ("person:", "somebody’s names, all of them", "person:ida"),
    ("story:", "sent from a story’s page, or linked to it", "story:ring-seen-at-lax"),
    ("from:", "the way it came, or anonymous, reachable", "from:phone"),
    ("kind:", "tip, correction, release, question", "kind:correction"),
    ("state:", "pending, accepted, declined, spam, snoozed", "state:accepted"),
    ("tag:", "a word that staff put on it", "tag:court"),
    ("assignee:", "me, desks (yours), nobody, or a name", "assignee:me"),
    ("has:", "file, link, contact, note, story, danger, limits", "has:file"),
    ("before:", "a day, a month, or days back", "before:2026-03-02"),
    ("after:", "the same, that day included", "after:7d"),
)


@dataclass(frozen=True)
class Completion:
    """What takes the place of the last word, and what it means."""

    value: str
    label: str


def complete(session: Session, typed: str, viewer_id: int | None = None) -> list[Completion]:
    """Say what the last word of `typed` may become, to somebody who may not see every tip."""
    found = _LAST.search(typed[-MAX_TYPED:])
    if found is None:
        return []
    minus, name, begun = found[1], (found[2] or "").lower(), found[3].lstrip('"')
    if not name:
        return [
            Completion(minus + operator, label)
            for operator, label, _ in OPERATORS
            if operator.startswith(begun.lower()) and (begun or minus)
        ]
    if name not in set(Field):
        return []
    values = _values(session, Field(name), begun, viewer_id)[:MOST]
    return [Completion(f"{minus}{name}:{_quoted(value)}", label) for value, label in values]


def _quoted(value: str) -> str:
    return f'"{value}"' if " " in value else value


def _values(session: Session, field: Field, begun: str, viewer_id: int | None) -> list[tuple[str, str]]:
    """List values of an operator that begin as typed, each with its words."""
    match field:
        case Field.PERSON:
            return _people(session, begun)
        case Field.STORY:
            return _stories(session, begun)
        case Field.TAG:
            return [(name, "tag") for name in _tags(session, begun, viewer_id)]
        case Field.ASSIGNEE:
            names = select(User.name).where(User.disabled_at.is_(None)).order_by(User.name).limit(100)
            desks = [(name, "desk") for name in session.scalars(select(Desk.name).order_by(Desk.name))]
            every = [(ME, "you"), (MY_DESKS, "your desks"), (NOBODY, "not assigned"), *desks]
            every += [(name, "") for name in session.scalars(names)]
            return [(name, label) for name, label in every if fold(name).startswith(fold(begun))]
        case Field.BEFORE | Field.AFTER:
            days = (("today", ""), ("yesterday", ""), ("7d", "7 days back"), ("1m", "30 days back"))
            return [(day, label) for day, label in days if day.startswith(begun.lower())]
    labels = {
        str(each): label for named in (KINDS, STATES, CHANNELS, HIDDEN) for each, label in named.items()
    }
    return [(value, labels.get(value, "")) for value in VALUES[field] if value.startswith(begun.lower())]


def _tags(session: Session, begun: str, viewer_id: int | None) -> Sequence[str]:
    """List the tags that stand on a tip which somebody may see; of each name one such tip is looked for."""
    one = aliased(Tag)
    seen = exists().where(one.name == Tag.name, one.tip_id.not_in(hidden_from(viewer_id)))
    names = select(Tag.name).where(Tag.name.startswith(begun.lower(), autoescape=True))
    return session.scalars(names.group_by(Tag.name).having(seen).order_by(Tag.name).limit(MOST)).all()


def _people(session: Session, begun: str) -> list[tuple[str, str]]:
    known = select(Person.slug, Person.name).where(Person.state == PersonState.CONFIRMED)
    if folded := fold(begun.replace("-", " ")):
        known = known.where(Person.folded.startswith(folded) | Person.folded.contains(f" {folded}"))
    names = session.execute(known.order_by(Person.folded).limit(MOST))
    return [(slug, name) for slug, name in names]


def _stories(session: Session, begun: str) -> list[tuple[str, str]]:
    if begun:
        return [
            (found.slug, found.headline) for found in find_stories(session, begun.replace("-", " "), MOST)
        ]
    newest = select(Story.slug, Story.headline).where(Story.state == StoryState.PUBLISHED)
    newest = newest.order_by(Story.published_at.desc(), Story.id.desc()).limit(MOST)
    return [(slug, headline) for slug, headline in session.execute(newest)]
