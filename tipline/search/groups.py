"""Find tips of which each speaks for its group: a group stands once in a search, at its newest tip that fits.

A page knows nothing of those before it but the id below which it begins. A group was on one of them exactly
when it has a tip from there up that is found, too; only groups of several have any to ask.
"""

import json
from collections.abc import Sequence

from sqlalchemy import ColumnElement, text
from sqlalchemy.orm import Session

from tipline.search.match import is_sqlite
from tipline.search.query import Asker, Query
from tipline.search.tips import Found, Search, walk

NEIGHBORS = 200  # newer tips of one group that are asked; they say the same, so a flood's first ones tell
_SQLITE = text(
    "SELECT id FROM (SELECT id, row_number() OVER (PARTITION BY group_id ORDER BY id) AS place FROM tips"
    " WHERE group_id IN (SELECT value FROM json_each(:groups)) AND id >= :from) WHERE place <= :most"
)
_POSTGRES = text(
    "SELECT id FROM (SELECT id, row_number() OVER (PARTITION BY group_id ORDER BY id) AS place FROM tips"
    " WHERE group_id = ANY(:groups) AND id >= :from) AS newer WHERE place <= :most"
)


def find_groups(
    session: Session,
    query: Query,
    before_id: int | None = None,
    limit: int = 50,
    also: Sequence[ColumnElement[bool]] = (),
    *,
    asker: Asker | None = None,
) -> Found:
    """Find as `find_tips` does, but of each group its newest tip alone, however far one pages."""
    search, seen = Search(session, query, asker or Asker(), also), set[int]()

    def speaking(ids: list[int]) -> list[int]:
        newest: dict[int, int] = {}
        for tip_id in search.passing(ids):
            newest.setdefault(search.groups[tip_id], tip_id)
        fresh = [group_id for group_id in newest if group_id not in seen]
        seen.update(fresh)
        if before_id is not None:
            fresh = _not_found_from(session, search, before_id, fresh, limit + 1)
        return [newest[group_id] for group_id in fresh]

    return walk(search, before_id, limit, speaking)


def _not_found_from(
    session: Session, search: Search, tip_id: int, groups: list[int], wanted: int
) -> list[int]:
    """Return those of `groups` of which no tip with this id or a newer one is found; `wanted` are enough."""
    kept: list[int] = []
    for start in range(0, len(groups), wanted):
        some = groups[start : start + wanted]
        earlier = _found_from(session, search, tip_id, some)
        kept += [group_id for group_id in some if group_id not in earlier]
        if len(kept) >= wanted:
            break
    return kept


def _found_from(session: Session, search: Search, tip_id: int, groups: list[int]) -> set[int]:
    statement, listed = (_SQLITE, json.dumps(groups)) if is_sqlite(session) else (_POSTGRES, groups)
    newer = session.scalars(statement, {"groups": listed, "from": tip_id, "most": NEIGHBORS})
    found = search.saying_so(search.passing(sorted(newer)))
    return {search.groups[each] for each in found}
