"""Say who a tip is about: people the newsroom knows first, then whoever a text seems to name.

Only names that could stand in the text are asked from the database, by their folded form, so that the
cost depends on the text and not on how many people are known.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import select, union_all
from sqlalchemy.orm import Session

from tipline.models import Alias, Person, PersonState
from tipline.models.person import FIRST_WORD, LAST_WORD
from tipline.search.among import is_one_of
from tipline.text.matching import find_names
from tipline.text.names import candidates, single_names
from tipline.text.tokens import fold, words

MAX_CHARACTERS = 6000
MAX_NAME_WORDS = 4
MAX_NAMES = 12
NOT_DISMISSED = tuple(state for state in PersonState if state != PersonState.DISMISSED)

Key = TypeVar("Key", bound=Hashable)
Who = tuple[str, str]  # a person's name and slug


@dataclass(frozen=True)
class Known:
    """Somebody whom the newsroom knows, and the names of theirs that could stand in the text."""

    name: str
    slug: str
    called: tuple[str, ...] = ()


def people_in(session: Session, text: str) -> list[Known]:
    """List the known people whom `text` names, by their names or aliases, in the order of first mention.

    A first or last name alone is enough where only one confirmed person has it.
    """
    return people_in_each(session, {0: text})[0]


def people_in_each(session: Session, texts: Mapping[Key, str]) -> dict[Key, list[Known]]:
    """Do what `people_in` does for some texts, by any key, with two queries for all of them."""
    shortened = {key: text[:MAX_CHARACTERS] for key, text in texts.items()}
    runs = {key: _runs(words(text)) for key, text in shortened.items()}
    alone = {key: {word: fold(word) for word in single_names(text)} for key, text in shortened.items()}
    called = _called(session, set().union(*runs.values()))
    parts = _by_part_of_name(session, {part for found in alone.values() for part in found.values()})
    return {
        key: _meant(
            text,
            [each for run in called.keys() & runs[key] for each in called[run]],
            {word: parts[part] for word, part in alone[key].items() if part in parts},
        )
        for key, text in shortened.items()
    }


def names_in(session: Session, text: str) -> list[str]:
    """List whom `text` names, each once: people we know, then other names that it seems to hold."""
    return with_others(people_in(session, text), text)


def with_others(known: list[Known], text: str) -> list[str]:
    """List the names of `known`, then those of others whom `text` seems to name."""
    seen = {word for person in known for name in (person.name, *person.called) for word in words(name)}
    others = [name for name in candidates(text[:MAX_CHARACTERS]) if not seen.issuperset(words(name))]
    return [*(person.name for person in known), *others][:MAX_NAMES]


def _meant(text: str, called: list[tuple[str, Who]], by_part: dict[str, Who]) -> list[Known]:
    """List whom a text names: of those (name or alias, whose it is) and of those (part of a name, whose)."""
    names: dict[Who, list[str]] = {}
    for name, who in called:
        names.setdefault(who, []).append(name)
    meant = by_part | dict(called)
    known = {who: Known(*who, tuple(names.get(who, ()))) for who in meant.values()}
    return find_names(text, {name: known[who] for name, who in meant.items()})


def _called(session: Session, runs: set[str]) -> dict[str, list[tuple[str, Who]]]:
    """Map the runs of words that are a name or an alias to (how it is written, whose it is)."""
    here = Person.state.in_(NOT_DISMISSED)  # said so, an index by state and name serves it
    by_name = select(Person.folded, Person.name.label("called"), Person.name, Person.slug)
    by_alias = select(Alias.folded, Alias.name.label("called"), Person.name, Person.slug).join(Alias)
    either = union_all(
        by_name.where(here, is_one_of(session, Person.folded, runs)),
        by_alias.where(here, is_one_of(session, Alias.folded, runs)),
    )
    found: dict[str, list[tuple[str, Who]]] = {}
    for folded, called, name, slug in session.execute(either) if runs else ():
        found.setdefault(folded, []).append((called, (name, slug)))
    return found


def _by_part_of_name(session: Session, folded: set[str]) -> dict[str, Who]:
    """Map each of those words that is the first or last name of one confirmed person to that person."""
    confirmed = select(Person.name, Person.slug).where(Person.state == PersonState.CONFIRMED)
    either = union_all(
        *(
            confirmed.add_columns(part.label("part")).where(is_one_of(session, part, folded))
            for part in (FIRST_WORD, LAST_WORD)
        )
    )
    owners: dict[str, set[Who]] = {}
    for name, slug, part in session.execute(either) if folded else ():
        owners.setdefault(part, set()).add((name, slug))
    return {part: next(iter(owned)) for part, owned in owners.items() if len(owned) == 1}


def _runs(text_words: list[str]) -> set[str]:
    """Return every run of words in the text that is short enough to be a name."""
    places = range(len(text_words))
    return {
        " ".join(text_words[at : at + length]) for at in places for length in range(1, MAX_NAME_WORDS + 1)
    }
