"""How many tips each view holds, for the pane of views: capped, and in one statement.

Each view is counted by a SELECT of its own with a LIMIT inside. Words are looked for in the newest
`COUNTED_IDS` tips alone, so a number may be less than the view holds; then, as above the cap, it is followed
by "+". A list that an index of few tips holds is counted whole.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import BigInteger, Select, bindparam, func, literal, select, text
from sqlalchemy.orm import Session

from tipline import clock
from tipline.at_once import AtOnce
from tipline.memory import Memory
from tipline.models import Group, State, Tip
from tipline.search.conditions import conditions, ids_of_few, names_of
from tipline.search.match import Alternatives, fts5, is_sqlite, tsquery
from tipline.search.query import Asker, Field, Query
from tipline.search.seen import hidden_from_bound, seen_by_bound
from tipline.triage.listing import Listing
from tipline.triage.queries import conditions_of, of_kind, query_of

CAP = 99
COUNTED_IDS = 1_000
STATEMENT_BYTES = 64 * 1024  # with what the driver binds, about
# What counts some lists, for somebody, today, while the catalogue is the same.
_known: Memory[AtOnce] = Memory(200 * STATEMENT_BYTES)
COUNTS_BYTES = 8 * 1024  # with the lists of the key
_SQLITE = "SELECT rowid AS id FROM tip_search WHERE tip_search MATCH :match{0} AND rowid >= :since"
_POSTGRES = (
    "SELECT tip_id AS id FROM tip_search WHERE words @@ CAST(:match{0} AS tsquery) AND tip_id >= :since"
)


@dataclass(frozen=True)
class ViewCount:
    """How many tips or groups a view holds, up to the cap; `partial` when older ones were not looked at."""

    number: int
    partial: bool

    def __str__(self) -> str:
        if self.number > CAP:
            return f"{CAP}+"
        return f"{self.number}+" if self.partial else str(self.number)


_counted: Memory[list[ViewCount]] = Memory(200 * COUNTS_BYTES)


def count_views(
    session: Session,
    listings: Sequence[Listing],
    asker: Asker,
    newest_id: int | None = None,
    *,
    catalogue: str = "",
    version: object = None,
    whole: int = 0,
) -> list[ViewCount]:
    """Count what each list holds.

    Args:
        newest_id: of all tips, where it is known already.
        catalogue: its version, where it is known already: the statement that counts is remembered under it,
            since it names the people whom the lists look for.
        version: what is another whenever a count may be: they are remembered under it.
        whole: how many lists, from the first on, are held by an index of few tips.
    """
    if not listings:
        return []
    newest_id = (session.scalar(select(func.max(Tip.id))) or 0) if newest_id is None else newest_id
    since = max(newest_id - COUNTED_IDS, 0)
    key = (tuple(listings), whole, asker.zone, asker.today, asker.user_id, catalogue)
    now = clock.now()
    counted = _counted.find((key, version), now) if version else None
    if counted is not None:
        return counted
    counting = _known.find(key, now) if catalogue else None
    if counting is None:
        counting = _counting_of(session, listings, asker, whole)
        if catalogue:
            _known.keep(key, counting, STATEMENT_BYTES, now)
    numbers = counting.ask(session, since=since, viewer=asker.user_id or 0)
    bounded = (listing.is_of_tips and place >= whole and since > 0 for place, listing in enumerate(listings))
    counts = [ViewCount(numbers[f"view{place}"][0][0], partial) for place, partial in enumerate(bounded)]
    if version:
        _counted.keep((key, version), counts, COUNTS_BYTES, now)
    return counts


def _counting_of(session: Session, listings: Sequence[Listing], asker: Asker, whole: int) -> AtOnce:
    """Return the statement that counts some lists; it names the people whom they look for."""
    searches = [(listing, query_of(listing, asker)) for listing in listings]
    people = [name for _, query in searches for name in _people(query)]
    names = names_of(session, people)
    asked = tuple(
        _Counted(listing, query, tuple((name, names[name]) for name in _people(query)), CAP, place < whole)
        for place, (listing, query) in enumerate(searches)
    )
    # of who asks, only what the conditions depend on
    return _counting(asked, Asker(asker.zone, None, asker.user_id), is_sqlite(session))


@dataclass(frozen=True)
class _Counted:
    """A list to count: all that its statement depends on, so that the same one is made once."""

    listing: Listing
    query: Query
    names: tuple[tuple[str, Alternatives], ...]
    cap: int
    whole: bool  # or among the newest tips alone


@lru_cache(maxsize=200)
def _counting(asked: tuple[_Counted, ...], asker: Asker, sqlite: bool) -> AtOnce:
    parts = {}
    for place, each in enumerate(asked):
        chosen = _tips(place, each, asker, sqlite) if each.listing.is_of_tips else _groups(each.listing)
        some = chosen.limit(each.cap + 1).subquery()
        parts[f"view{place}"] = select(func.count().label("tips")).select_from(some)
    return AtOnce(**parts)


def _groups(listing: Listing) -> Select[Any]:
    """Choose the rows of a list of groups, state by state, each by its index."""
    states = [literal(state) for state in ([listing.state] if listing.state else State)]
    chosen = select(Group.id).where(Group.state.in_(states), Group.lead_id.is_not(None))
    chosen = chosen.where(Group.lead_id.not_in(hidden_from_bound("viewer")))
    return chosen.where(*of_kind(listing.kind)) if listing.kind else chosen


def _tips(place: int, counted: _Counted, asker: Asker, sqlite: bool) -> Select[Any]:
    query, names = counted.query, dict(counted.names)
    required: list[Alternatives] = [(phrase,) for phrase in query.phrases]
    required += [names[person] for person in query.values(Field.PERSON)]
    excluded = [*query.excluded]
    for person in query.values(Field.PERSON, excluded=True):
        excluded += names[person]
    since = bindparam("since", type_=BigInteger)
    chosen = select(Tip.group_id).where(Tip.erased_at.is_(None), seen_by_bound("viewer"))
    few = ids_of_few(query, asker) if counted.listing.tag else None
    if few is not None:
        # the tag's index first: asked of each tip, SQLite would go through all of them
        [tip_id] = few.selected_columns
        chosen = chosen.where(Tip.id.in_(few if counted.whole else few.where(tip_id >= since)))
    elif not counted.whole:
        chosen = chosen.where(Tip.id >= since)
    chosen = chosen.where(*conditions(query, asker), *conditions_of(counted.listing, asker)).distinct()
    write, says = (fts5, _SQLITE) if sqlite else (tsquery, _POSTGRES)
    for number, (matches, is_wanted) in enumerate(((required, True), ([tuple(excluded)], False))):
        if not matches or not matches[0]:
            continue
        name = f"{place}_{number}"
        said = text(says.format(name)).bindparams(
            bindparam(f"match{name}", write(matches)), bindparam("since", type_=BigInteger)
        )
        said_ids = said.columns(Tip.id).subquery()
        within = Tip.id.in_(select(said_ids.c.id))
        chosen = chosen.where(within if is_wanted else ~within)
    return chosen


def _people(query: Query) -> list[str]:
    return [name for excluded in (False, True) for name in query.values(Field.PERSON, excluded=excluded)]
