"""How many tips each saved view holds, for the pane of views: capped, and in a fixed number of queries.

Each view is counted by a SELECT of its own with a LIMIT inside, and all of them are one statement. Words are
looked for in the newest `COUNTED_IDS` tips alone, so a number may be less than the view holds; then, as
above the cap, it is followed by "+".
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, bindparam, func, literal, select, text, union_all
from sqlalchemy.orm import Session

from tipline.models import Group, State, Tip
from tipline.search.conditions import conditions, names_of
from tipline.search.match import Alternatives, fts5, is_sqlite, tsquery
from tipline.search.query import Asker, Field, Query
from tipline.search.seen import hidden_from, seen_by
from tipline.triage.listing import Listing
from tipline.triage.queries import conditions_of, query_of

CAP = 99
COUNTED_IDS = 4_000
_SQLITE = "SELECT rowid AS id FROM tip_search WHERE tip_search MATCH :match{0} AND rowid >= :newest"
_POSTGRES = (
    "SELECT tip_id AS id FROM tip_search WHERE words @@ CAST(:match{0} AS tsquery) AND tip_id >= :newest"
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


def count_views(session: Session, listings: Sequence[Listing], asker: Asker) -> list[ViewCount]:
    """Count what each list holds."""
    if not listings:
        return []
    newest_id = session.scalar(select(func.max(Tip.id))) or 0
    since = max(newest_id - COUNTED_IDS, 0)
    queries = [query_of(listing, asker) for listing in listings]
    names = names_of(session, [name for query in queries for name in _people(query)])
    parts = []
    for place, (listing, query) in enumerate(zip(listings, queries, strict=True)):
        chosen = _tips(session, place, listing, query, names, since, asker)
        some = (chosen if listing.is_of_tips else _groups(listing, asker)).limit(CAP + 1).subquery()
        parts.append(select(literal(place), select(func.count()).select_from(some).scalar_subquery()))
    numbers = {place: number for place, number in session.execute(union_all(*parts))}  # noqa: C416
    bounded = [listing.is_of_tips and since > 0 for listing in listings]
    return [ViewCount(numbers[place], partial) for place, partial in enumerate(bounded)]


def _groups(listing: Listing, asker: Asker) -> Select[Any]:
    """Choose the rows of a list of groups, state by state, each by its index."""
    states = [listing.state] if listing.state else list(State)
    chosen = select(Group.id).where(Group.state.in_(states), Group.lead_id.is_not(None))
    chosen = chosen.where(Group.lead_id.not_in(hidden_from(asker.user_id)))
    return chosen.where(Group.kind == listing.kind) if listing.kind else chosen


def _tips(
    session: Session, place: int, listing: Listing, query: Query, names: dict[str, Alternatives],
    since: int, asker: Asker,
) -> Select[Any]:  # fmt: skip
    required: list[Alternatives] = [(phrase,) for phrase in query.phrases]
    required += [names[person] for person in query.values(Field.PERSON)]
    excluded = [*query.excluded]
    for person in query.values(Field.PERSON, excluded=True):
        excluded += names[person]
    chosen = select(Tip.group_id).where(Tip.id >= since, Tip.erased_at.is_(None), seen_by(asker.user_id))
    chosen = chosen.where(*conditions(query, asker), *conditions_of(listing)).distinct()
    write, says = (fts5, _SQLITE) if is_sqlite(session) else (tsquery, _POSTGRES)
    for number, (matches, is_wanted) in enumerate(((required, True), ([tuple(excluded)], False))):
        if not matches or not matches[0]:
            continue
        name = f"{place}_{number}"
        said = text(says.format(name)).bindparams(
            bindparam(f"match{name}", write(matches)), bindparam("newest", since)
        )
        said_ids = said.columns(Tip.id).subquery()
        within = Tip.id.in_(select(said_ids.c.id))
        chosen = chosen.where(within if is_wanted else ~within)
    return chosen


def _people(query: Query) -> list[str]:
    return [name for excluded in (False, True) for name in query.values(Field.PERSON, excluded=excluded)]
