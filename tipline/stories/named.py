"""Who a story is about: people we know by name or alias, and names that a moderator should look at."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from tipline.models import Alias, Person, PersonState, StoryPerson
from tipline.stories.free_slug import free_slug
from tipline.stories.sources import FoundStory
from tipline.text.matching import NameIndex
from tipline.text.names import Candidate
from tipline.text.slugs import slugify
from tipline.text.tokens import fold

MAX_NAME_CHARACTERS = 200
_BEST_FIRST = (PersonState.CONFIRMED, PersonState.CANDIDATE, PersonState.DISMISSED)


def known_names(session: Session) -> NameIndex[int]:
    """Return the names and aliases of everybody readers can find, ready to be looked for in stories.

    A name that two people share is left out: only a moderator can say whom it means.
    """
    confirmed = Person.state == PersonState.CONFIRMED
    people = select(Person.id, Person.name).where(confirmed)
    others = select(Alias.person_id, Alias.name).join(Person, Person.id == Alias.person_id).where(confirmed)
    meanings: dict[str, set[int]] = {}
    for person_id, name in [*session.execute(people), *session.execute(others)]:
        meanings.setdefault(name, set()).add(person_id)
    return NameIndex({name: next(iter(ids)) for name, ids in meanings.items() if len(ids) == 1})


def name_people(
    session: Session, story_id: int, found: FoundStory, known: Iterable[int], *, now: datetime
) -> None:
    """Write who is in a story: first those it names most, then the others of `known` (ids).

    A name that nobody has yet becomes a candidate; readers don't see it until a moderator says yes.
    """
    candidates = [candidate for candidate in found.candidates if is_name(candidate.name)]
    ordered = dict.fromkeys([*_resolve(session, candidates, now=now), *known])
    session.execute(delete(StoryPerson).where(StoryPerson.story_id == story_id))
    rows = [
        {"story_id": story_id, "person_id": person_id, "position": position}
        for position, person_id in enumerate(ordered)
    ]
    if rows:
        session.execute(insert(StoryPerson), rows)


def people_called(session: Session, folded: Collection[str]) -> dict[str, Person]:
    """Map folded names to whom they mean: by name or, failing that, by alias; confirmed people first.

    An alias that several confirmed people share means nobody.
    """
    by_alias = (
        select(Alias.folded, Person)
        .join(Person, Person.id == Alias.person_id)
        .where(Alias.folded.in_(folded))
    )
    by_name = select(Person.folded, Person).where(Person.state.in_(_BEST_FIRST), Person.folded.in_(folded))
    meant: dict[str, Person] = {}
    for query in (by_alias, by_name):
        choices: dict[str, list[Person]] = {}
        for name, person in session.execute(query):
            choices.setdefault(name, []).append(person)
        for name, people in choices.items():
            if query is by_name or not _is_shared(people):
                meant[name] = min(people, key=_preference)
    return meant


def add_people(session: Session, names: Sequence[str], state: PersonState, *, now: datetime) -> list[Person]:
    """Write people that nobody has had yet, each with a slug of their own."""
    slugs = [slugify(name) or "person" for name in names]
    taken = set(session.scalars(select(Person.slug).where(Person.slug.in_(slugs))))
    people = []
    for name, slug in zip(names, slugs, strict=True):
        if slug in taken:
            session.flush()
            slug = free_slug(session, Person.slug, name, "person")
        taken.add(slug)
        person = Person(slug=slug, name=name, folded=folded_name(name), state=state, created_at=now)
        session.add(person)
        people.append(person)
    session.flush()
    return people


def add_aliases(session: Session, person: Person, names: Iterable[str]) -> int:
    """Write the other names of a person that are new; return how many were."""
    had = set(session.scalars(select(Alias.folded).where(Alias.person_id == person.id))) | {person.folded}
    added = 0
    for name in names:
        folded = folded_name(name)
        if is_name(name) and folded not in had:
            had.add(folded)
            session.add(Alias(person_id=person.id, name=name, folded=folded))
            added += 1
    session.flush()
    return added


def folded_name(name: str) -> str:
    """Return a name as the tables search for it."""
    return fold(name)[:1000]


def is_name(name: str) -> bool:
    """Say whether a text can be a name: some words, not too many."""
    return bool(fold(name)) and len(name) <= MAX_NAME_CHARACTERS


def _resolve(session: Session, candidates: Sequence[Candidate], *, now: datetime) -> list[int]:
    """Return the ids of the candidates in their order, adding those that nobody is called yet."""
    by_folded = {folded_name(candidate.name): candidate for candidate in candidates}
    meant = people_called(session, by_folded)
    missing = {folded: candidate for folded, candidate in by_folded.items() if folded not in meant}
    added = add_people(session, [each.name for each in missing.values()], PersonState.CANDIDATE, now=now)
    for (folded, candidate), person in zip(missing.items(), added, strict=True):
        meant[folded] = person
        if candidate.aliases:
            add_aliases(session, person, candidate.aliases)
    return [meant[folded].id for folded in by_folded]


def _is_shared(people: Sequence[Person]) -> bool:
    return len({person.id for person in people if person.state == PersonState.CONFIRMED}) > 1


def _preference(person: Person) -> tuple[int, int]:
    return _BEST_FIRST.index(PersonState(person.state)), person.id
