"""Whether a word is rare: what decides how its tips are looked for.

A rare word's tips are few enough to be read out of the index; a common one's would be hundreds of
thousands, of which only the newest are wanted.
SQLite walks the index of one word at about 0.1 µs a tip, so we look whether it ends before `RARE`.
PostgreSQL reads a word's whole list before it gives the first tip, but its planner knows from its own
statistics how long the list is (`pg_stats`, gathered by autovacuum); EXPLAIN asks it without searching.
"""

import json

from sqlalchemy import text
from sqlalchemy.orm import Session

from tipline.search.match import Alternatives, Phrase, fts5, is_sqlite, tsquery

RARE = 4_000  # tips that say it
RARE_IN_POSTGRES = 3_000  # which reads a row for each, from the disk where it is not in its memory
ASKED = 3  # words of a query; the longest are the likeliest to be rare

_BEYOND = text(
    "SELECT 1 FROM tip_search WHERE tip_search MATCH :match ORDER BY rowid DESC LIMIT 1 OFFSET :beyond"
)
_EXPLAIN = "EXPLAIN (FORMAT JSON) SELECT 1 FROM tip_search WHERE words @@ CAST(:match AS tsquery)"


def is_rare(session: Session, required: list[Alternatives]) -> bool:
    """Say whether some word that every match must have is rare; of alternatives, each has to have one."""
    groups = sorted(required, key=lambda group: -min(len(_telling(phrase)) for phrase in group))
    return any(_is_rare_group(session, group) for group in groups[:ASKED])


def _is_rare_group(session: Session, group: Alternatives) -> bool:
    words = sorted({_telling(phrase) for phrase in group}, key=len)
    return all(_is_rare_word(session, word) for word in words)


def _telling(phrase: Phrase) -> str:
    return max(phrase, key=len)


def _is_rare_word(session: Session, word: str) -> bool:
    if is_sqlite(session):
        found = session.scalar(_BEYOND, {"match": fts5([((word,),)]), "beyond": RARE})
        return found is None
    plan = session.scalar(text(_EXPLAIN), {"match": tsquery([((word,),)])})
    plan = json.loads(plan) if isinstance(plan, str) else plan
    return bool(plan[0]["Plan"]["Plan Rows"] < RARE_IN_POSTGRES)
