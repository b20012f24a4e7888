"""How many tips say a word: what decides how they are looked for.

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
RARE_IN_POSTGRES = 2_000  # which reads a row for each, from the disk where it is not in its memory
COMMON = 50_000  # tips that say it: from here on even to read their list is dear
ASKED = 3  # words of a query; the longest are the likeliest to be rare

_BEYOND = text(
    "SELECT 1 FROM tip_search WHERE tip_search MATCH :match ORDER BY rowid DESC LIMIT 1 OFFSET :beyond"
)
_EXPLAIN = "EXPLAIN (FORMAT JSON) SELECT 1 FROM tip_search WHERE words @@ CAST(:match AS tsquery)"


def is_rare(session: Session, about: int) -> bool:
    """Say whether a word that about so many tips say is rare; see `rarest`."""
    return about < (RARE if is_sqlite(session) else RARE_IN_POSTGRES)


def rarest(session: Session, required: list[Alternatives]) -> int:
    """Return about how many tips say the rarest of some words that every match must have.

    Of alternatives, each counts. SQLite tells only whether a word is rare: of others this returns `COMMON`.
    """
    groups = sorted(required, key=lambda group: -min(len(_telling(phrase)) for phrase in group))
    least = COMMON
    for group in groups[:ASKED]:
        words = {_telling(phrase) for phrase in group}
        least = min(least, sum(_saying(session, word) for word in words))
        if is_rare(session, least):
            break
    return least


def _telling(phrase: Phrase) -> str:
    return max(phrase, key=len)


def _saying(session: Session, word: str) -> int:
    if is_sqlite(session):
        found = session.scalar(_BEYOND, {"match": fts5([((word,),)]), "beyond": RARE})
        return 0 if found is None else COMMON
    plan = session.scalar(text(_EXPLAIN), {"match": tsquery([((word,),)])})
    plan = json.loads(plan) if isinstance(plan, str) else plan
    return int(plan[0]["Plan"]["Plan Rows"])
