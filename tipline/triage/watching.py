"""The words and phrases that the newsroom watches for, in the tips of its pages.

The list is one row with a version. A page reads the version beside what it reads anyway, and a process
remembers the lists it has met by theirs: so every web process marks by the list that stands, and reads it
only after a change.
"""

from datetime import datetime
from hashlib import blake2b

from sqlalchemy import ScalarSelect, select, update
from sqlalchemy.orm import Session

from tipline import audit, clock
from tipline.errors import Invalid, Overtaken
from tipline.memory import Memory
from tipline.models import User, WatchList, new_ref
from tipline.text.clean import clean, clean_line
from tipline.text.marking import Phrases
from tipline.text.tokens import words
from tipline.triage.listing import Listing

MAX_PHRASES = 200
MAX_CHARACTERS = 60
MAX_TYPED = MAX_PHRASES * (MAX_CHARACTERS + 2) * 2  # more is not read at all
REMEMBERED = 8
CHANGED = "A colleague changed the list while you did. Look at theirs below, then keep yours again."
MOST_BYTES = 2 * 1024 * 1024
SAID_BYTES = 512  # the phrases that one text says, and its digest
_known: dict[str, Phrases] = {}
_said: Memory[tuple[str, ...]] = Memory(MOST_BYTES)


def version_watched() -> ScalarSelect[str]:
    """Return the version of the list, to be read beside something else; none while nothing is watched."""
    return select(WatchList.version).where(WatchList.phrases != "").scalar_subquery()


def watched(session: Session, version: str | None) -> Phrases:
    """Return the list of a version, which the snapshot of `session` named."""
    if not version:
        return Phrases(())
    if version not in _known:
        _remember(version, Phrases(list_now(session)[0].splitlines()))
    return _known[version]


def watched_in(session: Session, version: str, text: str) -> tuple[str, ...]:
    """List the phrases of the list of a version that a text says, each once.

    Remembered, since to cut the text into words takes longer than all else that its row is made of.
    """
    key, now = (version, blake2b(text.encode()).digest()), clock.now()
    said = _said.find(key, now)
    if said is None:
        said = watched(session, version).said_in(text)
        _said.keep(key, said, SAID_BYTES, now)
    return said


def list_now(session: Session) -> tuple[str, str]:
    """Return the list, one phrase a line, and its version."""
    phrases, version = session.execute(select(WatchList.phrases, WatchList.version)).one()
    return phrases, version


def search_for(phrase: str) -> str:
    """Return the address of the list of all tips that say a phrase."""
    quoted = f'"{" ".join(words(phrase))}"'
    return Listing(state=None, q=quoted).href()


def phrases_in(text: str) -> list[str]:
    """Read a list as somebody typed it: one phrase a line, each once, in their order.

    Raises:
        Invalid: when there are too many, or one is too long or holds no word.
    """
    if len(text) > MAX_TYPED:
        raise Invalid(f"The list holds {MAX_PHRASES} words and phrases at most.")
    found: dict[tuple[str, ...], str] = {}
    for line in clean(text).splitlines():
        phrase = " ".join(clean_line(line).split())
        if not phrase:
            continue
        if len(phrase) > MAX_CHARACTERS:
            raise Invalid(f"“{phrase[:30]}…” is too long; a phrase holds {MAX_CHARACTERS} characters.")
        if not words(phrase):
            raise Invalid(f"“{phrase}” holds no word that could be found.")
        found.setdefault(tuple(words(phrase)), phrase)
    if len(found) > MAX_PHRASES:
        raise Invalid(f"The list holds {MAX_PHRASES} words and phrases at most; these are {len(found):,}.")
    return list(found.values())


def keep(session: Session, phrases: list[str], version: str, *, by: User, now: datetime) -> None:
    """Let the newsroom watch for `phrases` from now on, in place of the list at `version`.

    Raises:
        Overtaken: when the list was changed since.
    """
    before = list_now(session)[0].splitlines()
    if phrases == before:
        return
    as_seen = update(WatchList).where(WatchList.version == version)
    changed = as_seen.values(phrases="\n".join(phrases), version=new_ref()).returning(WatchList.id)
    if session.execute(changed).first() is None:
        raise Overtaken(CHANGED)
    added = [each for each in phrases if each not in before]
    dropped = [each for each in before if each not in phrases]
    audit.record(session, "watch.changed", by=by, at=now, added=added, dropped=dropped)


def _remember(version: str, phrases: Phrases) -> None:
    if len(_known) >= REMEMBERED:
        _known.clear()
    _known[version] = phrases
