"""Turn folded words into what each database matches by; the one place where search text becomes syntax.

A folded word holds letters and digits only, and is quoted all the same, so that nothing a person types
can become an operator of FTS5 or of a tsquery.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy.orm import Session

Phrase = tuple[str, ...]
Alternatives = tuple[Phrase, ...]

MAX_POSITION = 16_383  # PostgreSQL's own bounds for a tsvector
MAX_POSITIONS_A_WORD = 255


def is_sqlite(session: Session) -> bool:
    """Say which of the two databases the session talks to."""
    return session.get_bind().dialect.name == "sqlite"


def fts5(required: Sequence[Alternatives], excluded: Sequence[Phrase] = ()) -> str:
    """Return FTS5's expression for one of each alternatives and none of the excluded phrases."""
    wanted = " AND ".join(f"({' OR '.join(map(_fts5_phrase, group))})" for group in required)
    if not excluded:
        return wanted
    return f"({wanted}) NOT ({' OR '.join(map(_fts5_phrase, excluded))})"


def tsquery(required: Sequence[Alternatives], excluded: Sequence[Phrase] = ()) -> str:
    """Return the same as PostgreSQL's tsquery."""
    parts = [f"({' | '.join(map(_tsquery_phrase, group))})" for group in required]
    parts += [f"!{_tsquery_phrase(phrase)}" for phrase in excluded]
    return " & ".join(parts)


def fts5_any(words: Iterable[str], prefixes: Iterable[str] = ()) -> str:
    """Return FTS5's expression for any of `words`, or a word that begins with one of `prefixes`."""
    return " OR ".join([*(f'"{word}"' for word in words), *(f'"{word}" *' for word in prefixes)])


def tsquery_any(words: Iterable[str], prefixes: Iterable[str] = ()) -> str:
    """Return the same as PostgreSQL's tsquery."""
    return " | ".join([*(f"'{word}'" for word in words), *(f"'{word}':*" for word in prefixes)])


def tsvector(*parts: tuple[Sequence[str], str]) -> str:
    """Return the text form of a tsvector over parts, each its folded words and their weight (A to D).

    PostgreSQL's own parser would split words by its locale; given them ready, it has nothing to split.
    """
    places: dict[str, list[str]] = {}
    position = 0
    for words, weight in parts:
        for word in words:
            position = min(position + 1, MAX_POSITION)
            found = places.setdefault(word, [])
            if len(found) < MAX_POSITIONS_A_WORD:
                found.append(f"{position}{weight}")
    return " ".join(f"'{word}':{','.join(found)}" for word, found in places.items())


def _fts5_phrase(phrase: Phrase) -> str:
    return f'"{" ".join(phrase)}"'


def _tsquery_phrase(phrase: Phrase) -> str:
    words = [f"'{word}'" for word in phrase]
    return f"({' <-> '.join(words)})"
