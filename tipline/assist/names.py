"""Say who a tip is about: people the newsroom knows first, then whoever a text seems to name.

Only names that could stand in the text are asked from the database, by their folded form, so that the
cost depends on the text and not on how many people are known.
"""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Select, literal, select, union_all
from sqlalchemy.orm import Session

from tipline.at_once import Answers, AtOnce, each_of, listed
from tipline.models import Alias, Person, PersonState
from tipline.models.person import FIRST_WORD, LAST_WORD
from tipline.text.matching import find_names
from tipline.text.names import candidates, single_names
from tipline.text.tokens import fold, words

MAX_CHARACTERS = 6000
MAX_NAME_WORDS = 4
MAX_NAMES = 12

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
    """Do what `people_in` does for some texts, by any key, with one query for all of them."""
    answers = NAMES.ask(session, **names_asked(*texts.values()))
    return {key: people_named(text, answers) for key, text in texts.items()}


def names_asked(*texts: str) -> dict[str, object]:
    """Return what `CALLED` and `PART_OF_NAME` bind: what in some texts could be somebody's name."""
    shortened = [text[:MAX_CHARACTERS] for text in texts]
    runs: set[str] = set().union(*(_runs(words(text)) for text in shortened))
    return {
        "runs": listed(runs),
        "alone": listed({fold(word) for text in shortened for word in single_names(text)}),
    }


def people_named(text: str, answers: Answers) -> list[Known]:
    """List whom a text names, of those that `called` and `part_of_name` answered."""
    text = text[:MAX_CHARACTERS]
    runs = _runs(words(text))
    called = [(row.called, (row.name, row.slug)) for row in answers["called"] if row.folded in runs]
    names: dict[Who, list[str]] = {}
    for name, who in called:
        names.setdefault(who, []).append(name)
    meant = _by_part_of_name(answers["part_of_name"], single_names(text)) | dict(called)
    known = {who: Known(*who, tuple(names.get(who, ()))) for who in meant.values()}
    return find_names(text, {name: known[who] for name, who in meant.items()})


def names_in(session: Session, text: str) -> list[str]:
    """List whom `text` names, each once: people we know, then other names that it seems to hold."""
    return with_others(people_in(session, text), text)


def with_others(known: list[Known], text: str) -> list[str]:
    """List the names of `known`, then those of others whom `text` seems to name."""
    seen = {word for person in known for name in (person.name, *person.called) for word in words(name)}
    others = [name for name in candidates(text[:MAX_CHARACTERS]) if not seen.issuperset(words(name))]
    return [*(person.name for person in known), *others][:MAX_NAMES]


def _called() -> Select[Any]:
    """Select the names and aliases that are runs of words, and whose they are."""
    # those that are not dismissed, said so that the index by state and name serves
    here = Person.state.in_([literal(PersonState.CONFIRMED), literal(PersonState.CANDIDATE)])
    by_name = select(
        Person.name.label("called"), Person.name.label("name"), Person.slug.label("slug"), Person.folded
    )
    by_alias = select(Alias.name, Person.name, Person.slug, Alias.folded).select_from(Person).join(Alias)
    runs = each_of("runs")
    return select(
        union_all(
            by_name.where(here, Person.folded.in_(runs)), by_alias.where(here, Alias.folded.in_(runs))
        ).subquery()
    )


def _part_of_name() -> Select[Any]:
    """Select the confirmed people whose first or last name is one of some words."""
    confirmed = select(Person.name, Person.slug).where(Person.state == PersonState.CONFIRMED)
    alone = each_of("alone")
    return select(
        union_all(
            *(
                confirmed.add_columns(part.label("part")).where(part.in_(alone))
                for part in (FIRST_WORD, LAST_WORD)
            )
        ).subquery()
    )


CALLED, PART_OF_NAME = _called(), _part_of_name()
NAMES = AtOnce(called=CALLED, part_of_name=PART_OF_NAME)


def _by_part_of_name(rows: Iterable[Any], alone: set[str]) -> dict[str, Who]:
    """Map each word that is the first or last name of one confirmed person to that person."""
    written = {fold(word): word for word in alone}
    owners: dict[str, set[Who]] = {}
    for name, slug, part in rows:
        if part in written:
            owners.setdefault(written[part], set()).add((name, slug))
    return {word: next(iter(owned)) for word, owned in owners.items() if len(owned) == 1}


def _runs(text_words: list[str]) -> set[str]:
    """Return every run of words in the text that is short enough to be a name."""
    places = range(len(text_words))
    return {
        " ".join(text_words[at : at + length]) for at in places for length in range(1, MAX_NAME_WORDS + 1)
    }
