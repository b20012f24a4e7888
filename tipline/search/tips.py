"""Find tips, newest first, at a cost that does not grow with their number.

A source gives the ids of candidates in batches from the newest down: out of the full text, out of the few
tips of a story or a tag, or out of an index of what few tips have. The other conditions are asked of each
batch. After `BATCHES` the search stops and says where it can go on, so that a common word together with a
rare state never becomes a walk through a million tips.

What the full text costs depends on its rarest word (`frequency`). Where that is rare, the index gives all
matches. Where all are common, only a window of the newest ids is looked at, once a search: two common words
that seldom meet, or a phrase of them, would else be looked for in half of all tips.
PostgreSQL walks a window by its key (COALESCE, else the planner may read the whole list of each common word
for it); a rare word is looked up first (MATERIALIZED, else the planner may walk by the key for it). Of one
between them it reads the list, which is short, and as many rows as are wanted, which may lie far apart.
FTS5 takes some milliseconds for each common word before it gives anything, however small the window, so it is
asked for the `MOST_MATCHED` longest, and the tips found are asked for the others.

Tips get their ids as they arrive, so that a day is a place among the ids; only those that were
imported, or that staff logged later, may be older than their neighbors, and where some are in the way a
search walks to its day in batches instead.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Select, TextClause, select, text
from sqlalchemy.orm import Session

from tipline.models import Channel, Kind, Tip
from tipline.models.tip import LOGGED_WITHIN, RARE_KIND
from tipline.prepared import Prepared
from tipline.search.among import is_among, saying
from tipline.search.conditions import conditions, ids_in_state, ids_of_few, midnight, names_of
from tipline.search.frequency import COMMON, rarest
from tipline.search.match import Alternatives, fts5, is_sqlite, tsquery
from tipline.search.query import Asker, Field, Has, Query
from tipline.search.seen import seen_by

BATCHES = (250, 750, 750)  # candidates looked at in one search
WINDOW = 30_000  # ids looked at in one search, where all words are common; fewer for several
NARROWEST = 2_000
WIDEST = 100_000  # ids looked at where the index gives the list of a word: to know them costs, too
MOST_OF_MIDDLING = 400  # tips that say a word, in the ids looked at for it, where the index gives their list
MOST_MATCHED = 5  # words and phrases that the index is asked for; the tips themselves are asked for more
FEW = 1_000
NEWEST = 2**63 - 1

_SQLITE = Prepared(text(
    "SELECT rowid FROM tip_search WHERE tip_search MATCH :match AND rowid >= :from AND rowid < :before"
    " ORDER BY rowid DESC LIMIT :limit"
))  # fmt: skip
_MIDDLING = Prepared(text(
    "SELECT tip_id FROM tip_search WHERE tip_id >= :from AND tip_id < :before"
    " AND words @@ CAST(:match AS tsquery) ORDER BY tip_id DESC LIMIT :limit"
), plan_anew=True)  # fmt: skip
_WALKED = Prepared(text(
    "SELECT tip_id FROM tip_search WHERE tip_id >= :from AND tip_id < :before"
    " AND coalesce(words @@ CAST(:match AS tsquery), false) ORDER BY tip_id DESC LIMIT :limit"
), plan_anew=True)  # fmt: skip
_RARE = Prepared(text(
    "WITH found AS MATERIALIZED (SELECT tip_id FROM tip_search WHERE words @@ CAST(:match AS tsquery))"
    " SELECT tip_id FROM found WHERE tip_id >= :from AND tip_id < :before ORDER BY tip_id DESC LIMIT :limit"
), plan_anew=True)  # fmt: skip
_NEWEST_ID = text("SELECT coalesce(max(tip_id), 0) FROM tip_search")
_NEWEST_ROW = text("SELECT rowid FROM tip_search ORDER BY rowid DESC LIMIT 1")
# In the very words of their indexes, or SQLite would not see that these fit.
RARE_CHANNEL, WITH_FILES = text("channel <> 'form'"), text("files > 0")


@dataclass(frozen=True)
class Found:
    """Ids of tips, newest first; `further` is the `before_id` of the rest, None when there is no rest."""

    ids: list[int]
    further: int | None
    groups: Mapping[int, int] = field(default_factory=dict, compare=False)  # of each tip its group


Batch = tuple[list[int], int | None]  # ids, and below which id more may stand (None: nowhere)
Source = Callable[[int, int], Batch]  # of an id below which to begin, and how many


def find_tips(
    session: Session,
    query: Query,
    before_id: int | None = None,
    limit: int = 50,
    also: Sequence[ColumnElement[bool]] = (),
    *,
    asker: Asker | None = None,
) -> Found:
    """Find tips that `query` asks for and that meet the conditions on `tips` in `also`."""
    search = Search(session, query, asker or Asker(), also)
    return walk(search, before_id, limit, search.passing)


def walk(
    search: "Search", before_id: int | None, limit: int, keep: Callable[[list[int]], list[int]]
) -> Found:
    """Ask a search for batches below an id until `keep` kept as many as wanted, or it looked at enough."""
    before = search.ceiling(NEWEST if before_id is None else before_id)
    kept: list[int] = []
    for size in _sizes(limit):
        ids, reached = search.source(before, size)
        kept += keep(ids)
        if len(kept) > limit:
            return Found(kept[:limit], kept[limit - 1], search.groups)
        if reached is None or reached <= search.floor:
            return Found(kept, None, search.groups)
        before = reached
        if search.spent:
            break
    return Found(kept, before, search.groups)


def _sizes(limit: int) -> tuple[int, ...]:
    """Return how many candidates each batch holds; of who wants very many, the first may be all of them."""
    if limit < BATCHES[0]:
        return BATCHES
    first = min(limit + 1, sum(BATCHES))
    return tuple(size for size in (first, sum(BATCHES) - first) if size)


class Search:
    """One search: where its candidates come from, and which of them pass."""

    def __init__(
        self, session: Session, query: Query, asker: Asker, also: Sequence[ColumnElement[bool]]
    ) -> None:
        self._session, self._query, self._asker = session, query, asker
        self._conditions = [Tip.erased_at.is_(None), seen_by(asker.user_id), *also, *conditions(query, asker)]
        self._required: list[Alternatives] = [(phrase,) for phrase in query.phrases]
        people, not_them = (query.values(Field.PERSON, excluded=each) for each in (False, True))
        names = names_of(session, (*people, *not_them))
        self._required += [names[person] for person in people]
        self._required.sort(key=lambda group: -min(sum(map(len, phrase)) for phrase in group))
        self._excluded = [*query.excluded, *(phrase for person in not_them for phrase in names[person])]
        self._also = also
        self.groups: dict[int, int] = {}  # of those that passed
        self.spent = False  # as many ids were looked at as one search may
        self.floor = self._floor()
        self.source = self._source()

    def passing(self, ids: list[int]) -> list[int]:
        """Keep those that meet every condition, in their order."""
        if not ids:
            return []
        meets = select(Tip.id, Tip.group_id).where(is_among(self._session, ids), *self._conditions)
        self.groups |= {tip_id: group_id for tip_id, group_id in self._session.execute(meets)}  # noqa: C416
        passing = self.groups.keys() & ids
        if passing and (required := self._required[MOST_MATCHED:]):
            passing &= saying(self._session, required, list(passing))
        if passing and (excluded := self._excluded[MOST_MATCHED:]):
            passing -= saying(self._session, [tuple(excluded)], list(passing))
        return [tip_id for tip_id in ids if tip_id in passing]

    def ceiling(self, before: int) -> int:
        """Return below which id to begin, where a day says that nothing newer is wanted."""
        days = [*self._query.values(Field.BEFORE), *self._query.values(Field.AFTER, excluded=True)]
        if not days:
            return before
        end = midnight(min(days), self._asker.zone)
        last = self._last_before(end)
        late = self._import_after(last) or self._logged_late(last, end)
        return before if late else min(before, last + 1)

    def _last_before(self, end: datetime) -> int:
        """Return the id of the last tip that arrived before `end`, of those that came when they arrived."""
        arrived = Tip.received_at < end, Tip.channel != Channel.IMPORT, Tip.logged_by_id.is_(None)
        last = select(Tip.id).where(*arrived).order_by(Tip.received_at.desc(), Tip.id.desc())
        return self._session.scalar(last.limit(1)) or 0

    def _import_after(self, tip_id: int) -> bool:
        imported = select(Tip.id).where(RARE_CHANNEL, Tip.channel == Channel.IMPORT, Tip.id > tip_id)
        return self._session.scalar(imported.limit(1)) is not None

    def _logged_late(self, tip_id: int, end: datetime) -> bool:
        """Say whether staff logged a tip after `tip_id` that had come before `end`."""
        came = Tip.received_at < end, Tip.received_at >= end - LOGGED_WITHIN
        late = select(Tip.id).where(Tip.logged_by_id.is_not(None), *came, Tip.id > tip_id)
        return self._session.scalar(late.limit(1)) is not None

    def _floor(self) -> int:
        """Return the id of the first tip of the day that a search goes back to."""
        days = [*self._query.values(Field.AFTER), *self._query.values(Field.BEFORE, excluded=True)]
        if not days:
            return 0
        # whatever came since then arrived since then, also what was logged or imported later
        return self._last_before(midnight(max(days), self._asker.zone)) + 1

    def _source(self) -> Source:
        allowed = ids_of_few(self._query, self._asker)
        if not self._required:
            return self._out_of_tips if allowed is None else partial(self._out_of_allowed, allowed)
        if (few := self._few(allowed)) is not None:
            return partial(self._out_of, few)
        frequency = rarest(self._session, self._required)
        if frequency.is_rare:
            return self._out_of_index
        few = self._few(ids_in_state(self._query))
        return partial(self._out_of_windows, frequency.about) if few is None else partial(self._out_of, few)

    def _few(self, allowed: Select[Any] | None) -> list[int] | None:
        """Return all ids that are allowed, where those are few."""
        if allowed is None:
            return None
        ids, reached = self._out_of_allowed(allowed, NEWEST, FEW)
        return ids if reached is None else None

    def _out_of(self, few: list[int], before: int, limit: int) -> Batch:
        """Look only among a few tips."""
        below = [tip_id for tip_id in few if tip_id < before]
        ids, reached = below[:limit], below[limit - 1] if len(below) > limit else None
        return self.saying_so(ids), reached

    def saying_so(self, ids: list[int]) -> list[int]:
        """Keep those that say all that is asked for and nothing excluded, in their order."""
        if not self._required:
            return self._without(ids)
        fitting = saying(self._session, self._required, ids, self._excluded)
        return [tip_id for tip_id in ids if tip_id in fitting]

    def _out_of_allowed(self, allowed: Select[Any], before: int, limit: int) -> Batch:
        column = allowed.selected_columns[0]
        below = allowed.where(column < before, column >= self.floor).order_by(column.desc()).limit(limit)
        return self._without_excluded(list(self._session.scalars(below)), limit)

    def _out_of_tips(self, before: int, limit: int) -> Batch:
        """Walk an index of what few tips have, or all tips by their key."""
        newest = select(Tip.id).where(Tip.id < before, Tip.id >= self.floor, *self._also)
        newest = newest.where(*_indexed(self._query)).order_by(Tip.id.desc()).limit(limit)
        return self._without_excluded(list(self._session.scalars(newest)), limit)

    def _out_of_index(self, before: int, limit: int) -> Batch:
        """Take what says a rare word, wherever it stands."""
        statement = _SQLITE if is_sqlite(self._session) else _RARE
        ids = self._matching(statement, self.floor, before, limit)
        return ids, ids[-1] if len(ids) == limit else None

    def _out_of_windows(self, about: int, before: int, limit: int) -> Batch:
        """Look at the newest ids alone, for words of which about so many tips say the rarest."""
        newest = self._session.scalar(_NEWEST_ROW if is_sqlite(self._session) else _NEWEST_ID) or 0
        before, reach, statement = min(before, newest + 1), self._window(), _WALKED
        if is_sqlite(self._session):
            statement = _SQLITE
        elif about < COMMON:
            statement, reach = _MIDDLING, max(reach, min(newest * MOST_OF_MIDDLING // about, WIDEST))
        start = max(before - reach, self.floor)
        ids = self._matching(statement, start, before, limit)
        if len(ids) == limit:
            reached: int | None = ids[-1]
        else:
            self.spent, reached = True, start if start > max(self.floor, 1) else None
        return ids, reached

    def _window(self) -> int:
        """Return how many ids to look at: each common word more makes each tip cost more.

        In a phrase it costs twice: where it stands is compared, too.
        """
        phrases = [*self._excluded, *(phrase for group in self._required for phrase in group)]
        return max(WINDOW // sum(2 * len(phrase) - 1 for phrase in phrases), NARROWEST)

    def _matching(self, statement: Prepared, start: int, before: int, limit: int) -> list[int]:
        bounds = {"from": start, "before": before, "limit": limit}
        return statement.column(self._session, {"match": self._match(), **bounds})

    def _match(self) -> str:
        write = fts5 if is_sqlite(self._session) else tsquery
        return write(self._required[:MOST_MATCHED], self._excluded[:MOST_MATCHED])

    def _without_excluded(self, ids: list[int], limit: int) -> Batch:
        return self._without(ids), ids[-1] if len(ids) == limit else None

    def _without(self, ids: list[int]) -> list[int]:
        if not self._excluded or not ids:
            return ids
        unwanted = saying(self._session, [tuple(self._excluded)], ids)
        return [tip_id for tip_id in ids if tip_id not in unwanted]


def _indexed(query: Query) -> list[ColumnElement[bool] | TextClause]:
    """Return the condition that an index gives in the order of ids: of the one that likely leaves least."""
    channels = [name for name in query.values(Field.FROM) if name in set(Channel)]
    if len(channels) == 1 and channels[0] != Channel.FORM:
        return [RARE_CHANNEL, Tip.channel == channels[0]]
    if Has.FILE in query.values(Field.HAS):
        return [WITH_FILES]
    kinds = query.values(Field.KIND)
    if len(kinds) == 1 and kinds[0] != Kind.TIP:
        return [RARE_KIND, Tip.kind == kinds[0]]
    states = query.values(Field.STATE)
    return [Tip.state == states[0]] if len(states) == 1 else []
