"""Suggest who a text is about, from nothing but the text.

The suggestions fill a search box or wait for a moderator's yes: missing nobody matters more than
offering nothing wrong. Works for scripts with letter case; for others the list is empty and known
names are found by `matching`.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from tipline.text.name_runs import Run, find_runs
from tipline.text.stop_words import STOP_WORDS
from tipline.text.tokens import unaccent

MAX_CANDIDATES = 200
# In German every noun has a capital: then single words tell nothing.
_MAX_SHARE_OF_SINGLES = 0.15
_MIN_WORDS_TO_JUDGE = 20
_MIN_NICKNAME_CHARACTERS = 3


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody the text may be about; aliases are shorter names it uses for the same person."""

    name: str
    aliases: tuple[str, ...]
    count: int


@dataclass(slots=True)
class _Found:
    """A name while it is being counted."""

    words: tuple[str, ...]
    first: int
    count: int = 0
    firm: bool = False
    only_in_headlines: bool = True
    aliases: dict[str, None] = field(default_factory=dict)

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(_key(word) for word in self.words)

    @property
    def order(self) -> tuple[int, bool, int]:
        return (-self.count, self.only_in_headlines, self.first)


def candidates(text: str) -> list[str]:
    """List the names of people in `text`, those it names most often first."""
    return [candidate.name for candidate in find_candidates(text)]


def single_names(text: str) -> set[str]:
    """Return the words of `text` that may be a name by themselves, those that begin a sentence included.

    Most of these are no names: they are for looking up whom we know.
    """
    return {
        run.words[0]
        for run in _runs_of(unicodedata.normalize("NFC", text))
        if len(run.words) == 1 and not (run.doubtful and run.words[0].lower() in STOP_WORDS)
    }


def find_candidates(text: str) -> list[Candidate]:
    """List the people whom `text` may be about, those it names most often first.

    A last or first name alone counts for the full name it belongs to; a short form of a first name
    ("Maks" beside "Maksim") becomes an alias.
    """
    text = unicodedata.normalize("NFC", text)
    found = _count(_runs_of(text))
    fulls = [name for name in found if len(name.words) > 1]
    singles = [name for name in found if len(name.words) == 1]
    fulls = _join_fulls(sorted(fulls, key=lambda name: name.order)[:MAX_CANDIDATES])
    alone = [name for name in singles[:MAX_CANDIDATES] if not _join_single(name, fulls) and name.firm]
    if _capitals_mean_nothing(text, alone):
        alone = []
    ranked = sorted(fulls + alone, key=lambda name: name.order)
    return [Candidate(" ".join(name.words), tuple(name.aliases), name.count) for name in ranked]


@lru_cache(maxsize=4)
def _runs_of(text: str) -> tuple[Run, ...]:
    # a page asks for the single names of a text, and for all of them
    return tuple(find_runs(text))


def _key(word: str) -> str:
    return unaccent(word).casefold()


def _count(runs: Iterable[Run]) -> list[_Found]:
    found: dict[tuple[str, ...], _Found] = {}
    for position, run in enumerate(runs):
        key = tuple(_key(word) for word in run.words)
        name = found.setdefault(key, _Found(run.words, position))
        name.count += 1
        name.firm |= not run.doubtful
        name.only_in_headlines &= run.headline
    return list(found.values())


def _join_fulls(names: list[_Found]) -> list[_Found]:
    """Count a full name that is part of a longer one ("Ana Ruiz" of "Ana Ruiz Peña") for the longer."""
    kept: list[_Found] = []
    for name in sorted(names, key=lambda name: -len(name.words)):
        whole = next((longer for longer in kept if _is_part(name.keys, longer.keys)), None)
        if whole is None:
            kept.append(name)
        elif whole.only_in_headlines and not name.only_in_headlines:
            _absorb(name, whole)  # a headline's next word is no name: "Ana Ruiz Giggles"
            kept[kept.index(whole)] = name
        else:
            _absorb(whole, name)
    return sorted(kept, key=lambda name: name.order)


def _is_part(part: tuple[str, ...], whole: tuple[str, ...]) -> bool:
    return any(whole[at : at + len(part)] == part for at in range(len(whole) - len(part) + 1))


def _join_single(single: _Found, fulls: list[_Found]) -> bool:
    """Count a name alone for the full name it belongs to, if there is one; tell whether there was."""
    key = single.keys[0]
    whole = next((full for full in fulls if key in full.keys), None)
    if whole is None and len(key) >= _MIN_NICKNAME_CHARACTERS:
        meant = [full for full in fulls if full.keys[0].startswith(key)]
        if len(meant) == 1:
            whole = meant[0]
            whole.aliases[single.words[0]] = None
    if whole is None:
        return False
    _absorb(whole, single)
    return True


def _absorb(whole: _Found, part: _Found) -> None:
    whole.count += part.count
    whole.first = min(whole.first, part.first)
    whole.only_in_headlines &= part.only_in_headlines


def _capitals_mean_nothing(text: str, singles: list[_Found]) -> bool:
    words = len(text.split())
    share = sum(name.count for name in singles) / max(words, 1)
    return words >= _MIN_WORDS_TO_JUDGE and share > _MAX_SHARE_OF_SINGLES
