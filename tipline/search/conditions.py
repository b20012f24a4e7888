"""What the operators of a query ask of the row of a tip, as conditions that both databases know."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, time, tzinfo
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, String, bindparam, exists, or_, select, union
from sqlalchemy.orm import Session

from tipline.at_once import AtOnce, each_of, listed
from tipline.models import (
    Alias,
    Channel,
    Contact,
    Desk,
    DeskMember,
    Link,
    LinkState,
    Note,
    Person,
    Story,
    Tag,
    Tip,
    User,
)
from tipline.search.match import Alternatives
from tipline.search.query import ME, MY_DESKS, NOBODY, Asked, Asker, Field, Has, Query, Sender
from tipline.search.seen import hidden_from
from tipline.text.tokens import fold, words

MAX_NAMES = 20
# A tip has one of these, so that two values can only mean either.
SINGLE = frozenset({Field.KIND, Field.STATE, Field.FROM, Field.ASSIGNEE})
_LIKE = str.maketrans({"\\": r"\\", "%": r"\%", "_": r"\_"})


def conditions(query: Query, asker: Asker) -> list[ColumnElement[bool]]:
    """Return the conditions on `tips` of all operators but `person:`, which is about words."""
    found = [_condition(each, asker) for each in query.within if each.field is not Field.PERSON]
    either: dict[Field, list[ColumnElement[bool]]] = {}
    for each in query.asked:
        if each.field is Field.PERSON:
            continue
        condition = _condition(each, asker)
        if each.field in SINGLE and not each.excluded:
            either.setdefault(each.field, []).append(condition)
        else:
            found.append(condition)
    return [*found, *(or_(*some) for some in either.values())]


def names_of(session: Session, people: Iterable[str]) -> dict[str, Alternatives]:
    """Return the names that each of `people`, typed as a slug or a part of a name, may have in a tip.

    Where nobody is known by what was typed, that itself is the name.
    """
    asked = {person: fold(person) for person in people}
    if not asked:
        return {}
    parts = {f"part{place}": part for place, part in enumerate(asked.values())}
    slugs = listed(person.lower() for person in asked)
    names: dict[str, set[str]] = {}
    for slug, name, alias in _called(len(asked)).ask(session, slugs=slugs, **parts)["called"]:
        names.setdefault(slug, {name}).update({alias} - {None})
    return {person: _alternatives(person.lower(), folded, names) for person, folded in asked.items()}


@lru_cache(maxsize=50)
def _called(people: int) -> AtOnce:
    """Return what asks for the names of some people, by their slugs and by a part of each one's name."""
    parts = [bindparam(f"part{place}", type_=String) for place in range(people)]
    aliases = select(Alias.person_id).where(or_(*(Alias.folded.contains(part) for part in parts)))
    known = or_(
        Person.slug.in_(each_of("slugs")),
        Person.id.in_(aliases),
        *(Person.folded.contains(part) for part in parts),
    )
    columns = select(Person.slug, Person.folded.label("name"), Alias.folded.label("alias"))
    columns = columns.outerjoin(Alias, Alias.person_id == Person.id).where(known).order_by(Person.id)
    return AtOnce(called=columns.limit(MAX_NAMES * people))


def _alternatives(slug: str, folded: str, names: Mapping[str, set[str]]) -> Alternatives:
    called = (some for known, some in names.items() if known == slug or any(folded in name for name in some))
    phrases = sorted({tuple(words(name)) for some in called for name in some} - {()})
    return tuple(phrases[:MAX_NAMES]) or (tuple(folded.split()),)


def of_story(slug: str) -> ColumnElement[bool]:
    """Return the condition on `tips` that a tip came from the page of a story or is linked to it."""
    story = select(Story.id).where(Story.slug == slug).scalar_subquery()
    linked = select(Link.tip_id).where(Link.story_id == story, Link.state == LinkState.CONFIRMED)
    return or_(Tip.story_id == story, Tip.id.in_(linked))


def ids_of_few(query: Query, asker: Asker) -> Select[Any] | None:
    """Return the ids that an operator with an index of its own allows, where few are likely; else None."""
    if {Has.DANGER, Has.LIMITS}.intersection(query.values(Field.HAS)):
        return hidden_from(None)
    for slug in query.values(Field.STORY):
        story = select(Story.id).where(Story.slug == slug).scalar_subquery()
        linked = select(Link.tip_id.label("id")).where(Link.story_id == story)
        both = union(select(Tip.id.label("id")).where(Tip.story_id == story), linked).subquery()
        return select(both.c.id)
    for name in query.values(Field.TAG):
        tagged = select(Tag.tip_id.label("id")).where(Tag.name == name).subquery()
        return select(tagged.c.id)
    for name in query.values(Field.ASSIGNEE):
        if name.lower() != NOBODY:
            assigned = select(Tip.id.label("id")).where(_of_assignee(name, asker)).subquery()
            return select(assigned.c.id)
    return None


def ids_in_state(query: Query) -> Select[Any] | None:
    """Return the ids of the tips in the one state that a query names; None where it names none or several."""
    states = set(query.values(Field.STATE))
    return select(Tip.id).where(Tip.state == states.pop()) if len(states) == 1 else None


def midnight(day: str, zone: tzinfo) -> datetime:
    """Return the instant at which a day begins in a zone."""
    try:
        return datetime.combine(date.fromisoformat(day), time(), zone).astimezone(UTC)
    except OverflowError:  # at both ends of the calendar a zone leads out of it
        return datetime.combine(date.fromisoformat(day), time(), UTC)


def _condition(asked: Asked, asker: Asker) -> ColumnElement[bool]:
    condition = _CONDITIONS[asked.field](asked.value, asker)
    return ~condition if asked.excluded else condition


def _of_assignee(value: str, asker: Asker) -> ColumnElement[bool]:
    if value.lower() == NOBODY:
        return Tip.assignee_id.is_(None) & Tip.desk_id.is_(None)
    if value.lower() == ME:
        return Tip.assignee_id == (asker.user_id or 0)
    if value.lower() == MY_DESKS:
        mine = select(DeskMember.desk_id).where(DeskMember.user_id == (asker.user_id or 0))
        return _of_desk(mine)
    like = f"%{value.lower().translate(_LIKE)}%"
    named = or_(User.email == value.lower(), User.name.ilike(like, escape="\\"))
    desk = or_(Desk.slug == value.lower(), Desk.name.ilike(like, escape="\\"))
    person = Tip.assignee_id.is_not(None) & Tip.assignee_id.in_(select(User.id).where(named))
    return person | _of_desk(select(Desk.id).where(desk))


def _of_desk(ids: Select[Any]) -> ColumnElement[bool]:
    return Tip.desk_id.is_not(None) & Tip.desk_id.in_(ids)


def _came_from(value: str, _asker: Asker) -> ColumnElement[bool]:
    reachable = exists().where(Contact.tip_id == Tip.id, Contact.sealed.is_not(None))
    if value == Sender.REACHABLE:
        return reachable
    return ~reachable if value == Sender.ANONYMOUS else Tip.channel == Channel(value)


def _has(value: str, _asker: Asker) -> ColumnElement[bool]:
    linked = exists().where(Link.tip_id == Tip.id, Link.state == LinkState.CONFIRMED)
    return {
        Has.FILE: Tip.files > 0,
        Has.LINK: Tip.link.is_not(None),
        Has.CONTACT: exists().where(Contact.tip_id == Tip.id, Contact.sealed.is_not(None)),
        Has.NOTE: exists().where(Note.tip_id == Tip.id),
        Has.STORY: or_(Tip.story_id.is_not(None), linked),
        Has.DANGER: Tip.escalated_at.is_not(None),
        Has.LIMITS: Tip.restricted.is_(True),
    }[Has(value)]


_CONDITIONS: dict[Field, Callable[[str, Asker], ColumnElement[bool]]] = {
    Field.STORY: lambda value, _: of_story(value),
    Field.FROM: _came_from,
    Field.KIND: lambda value, _: Tip.kind == value,
    Field.STATE: lambda value, _: Tip.state == value,
    Field.TAG: lambda value, _: exists().where(Tag.tip_id == Tip.id, Tag.name == value),
    Field.ASSIGNEE: _of_assignee,
    Field.HAS: _has,
    Field.BEFORE: lambda value, asker: Tip.received_at < midnight(value, asker.zone),
    Field.AFTER: lambda value, asker: Tip.received_at >= midnight(value, asker.zone),
}
