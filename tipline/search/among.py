"""Ask something of tips whose ids are known: which are among them, and which of them say some words."""

import json
from collections.abc import Sequence

from sqlalchemy import ARRAY, BigInteger, ColumnElement, any_, bindparam, exists, func, select, text
from sqlalchemy.orm import Session

from tipline.models import Tip, Unindexed
from tipline.prepared import Prepared
from tipline.search.match import Alternatives, Phrase, fts5, is_sqlite, tsquery
from tipline.text.tokens import fold

DENSE = 8  # ids between neighbors, on average, up to which a part of the index is walked
_RANGE_SQLITE = Prepared(text(
    "SELECT rowid FROM tip_search WHERE tip_search MATCH :match AND rowid >= :from AND rowid <= :to"
))  # fmt: skip
_POSTGRES = Prepared(text(
    "SELECT tip_id FROM tip_search WHERE tip_id = ANY(:ids) AND words @@ CAST(:match AS tsquery)"
), plan_anew=True)  # fmt: skip


def is_among(session: Session, ids: Sequence[int]) -> ColumnElement[bool]:
    """Return the condition that a tip is one of `ids`, in one value: thousands of them cost milliseconds."""
    if is_sqlite(session):
        listed = func.json_each(bindparam(None, json.dumps(list(ids)))).table_valued("value")
        return Tip.id.in_(select(listed.c.value))
    return Tip.id == any_(bindparam(None, list(ids), ARRAY(BigInteger)))


def saying(
    session: Session, required: Sequence[Alternatives], ids: Sequence[int], excluded: Sequence[Phrase] = ()
) -> set[int]:
    """Return those of `ids` of tips that say one of each `required` and nothing `excluded`.

    FTS5 takes a quarter of a millisecond to look a single row up, so a part of the index is walked where
    the ids stand close together, and the tips' own texts are read where they don't.
    """
    if not ids:
        return set()
    if not is_sqlite(session):
        match = tsquery(required, excluded)
        return set(_POSTGRES.column(session, {"match": match, "ids": list(ids)}))
    low, high = min(ids), max(ids)
    if high - low < DENSE * len(ids):
        bounds = {"match": fts5(required, excluded), "from": low, "to": high}
        return set(_RANGE_SQLITE.column(session, bounds)).intersection(ids)
    return _by_reading(session, required, ids, excluded)


def _by_reading(
    session: Session, required: Sequence[Alternatives], ids: Sequence[int], excluded: Sequence[Phrase]
) -> set[int]:
    unindexed = exists().where(Unindexed.tip_id == Tip.id)
    parts = select(Tip.id, Tip.body, Tip.about, Tip.place).where(~unindexed)
    wanted, unwanted = [list(map(_spaced, group)) for group in required], list(map(_spaced, excluded))
    found = set()
    for tip_id, *written in session.execute(parts.where(is_among(session, ids))):
        folded = fold("\n".join(part for part in written if part))
        said = f" {folded} "
        wrong = any(phrase in said for phrase in unwanted)
        if not wrong and all(any(phrase in said for phrase in group) for group in wanted):
            found.add(tip_id)
    return found


def _spaced(phrase: Phrase) -> str:
    return f" {' '.join(phrase)} "
