"""How many tips say a word: what decides how they are looked for.

A rare word's tips are few enough to be read out of the index; a common one's would be hundreds of
thousands, of which only the newest are wanted.
SQLite walks the index of one word at about 0.1 µs a tip, so we look whether it ends before `RARE`.
PostgreSQL reads a word's whole list before it gives the first tip, but its planner knows from its own
statistics how long the list is (`pg_stats`, gathered by autovacuum); EXPLAIN asks it without searching.
"""

import json
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from tipline.search.match import Alternatives, Phrase, fts5, is_sqlite, tsquery

RARE = 4_000  # tips that say it
# PostgreSQL reads a row for each, from the disk where it is not in its memory. All words that its statistics
# don't know are one to it: at a million tips, it thinks that 2,600 say each.
RARE_IN_POSTGRES, RARE_SHARE = 3_000, 300
COMMON = 50_000  # tips that say it: from here on even to read their list is dear
ASKED = 3  # words of a query; the longest are the likeliest to be rare

_BEYOND = text(
    "SELECT 1 FROM tip_search WHERE tip_search MATCH :match ORDER BY rowid DESC LIMIT 1 OFFSET :beyond"
)
# of the tips that say a word, and of all tips
_EXPLAIN = (
    "EXPLAIN (FORMAT JSON) SELECT 1 FROM tip_search WHERE words @@ CAST(:match AS tsquery)"
    " UNION ALL SELECT 1 FROM tip_search"
)


@dataclass(frozen=True)
class Frequency:
    """About how many tips say a word, and whether these are few enough to be read."""

    about: int
    is_rare: bool


def rarest(session: Session, required: list[Alternatives]) -> Frequency:
    """Return the frequency of the rarest of some words that every match must have.

    Of alternatives, all count. SQLite tells only whether a word is rare: others are taken for `COMMON`.
    """
    groups = sorted(required, key=lambda group: -min(len(_telling(phrase)) for phrase in group))
    least = Frequency(COMMON, is_rare=False)
    for group in groups[:ASKED]:
        found = [
            _frequency(session, word) for word in sorted({_telling(phrase) for phrase in group}, key=len)
        ]
        about = sum(each.about for each in found)
        least = min(least, Frequency(about, all(each.is_rare for each in found)), key=lambda each: each.about)
        if least.is_rare:
            break
    return least


def _telling(phrase: Phrase) -> str:
    return max(phrase, key=len)


def _frequency(session: Session, word: str) -> Frequency:
    if is_sqlite(session):
        beyond = session.scalar(_BEYOND, {"match": fts5([((word,),)]), "beyond": RARE})
        return Frequency(0 if beyond is None else COMMON, beyond is None)
    plan = session.scalar(text(_EXPLAIN), {"match": tsquery([((word,),)])})
    plan = json.loads(plan) if isinstance(plan, str) else plan
    about, tips = (each["Plan Rows"] for each in plan[0]["Plan"]["Plans"])
    return Frequency(about, about < max(RARE_IN_POSTGRES, tips // RARE_SHARE))
