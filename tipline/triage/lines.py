"""What the rows of the queue are made of: a tip, its group, who has it, and the watched words in it."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    select,
)
from sqlalchemy.orm import Session, aliased

from tipline.at_once import AtOnce, ids_of, listed
from tipline.models import Desk, Group, Story, Tip, User
from tipline.triage.watching import version_watched, watched_in

MEMBERS_SHOWN = 20  # of a group, beside the tip that speaks for it
HEAD_CHARACTERS = 400  # of a tip's text, for its row, which shows about half of them
COMMA: Any = literal_column("','")  # a value would be bound only by SQLAlchemy itself


class Line(NamedTuple):
    """What a row of the list is made of. A tuple, since a page makes fifty and compares them."""

    tip_id: int
    ref: str
    text: str
    kind: str
    how: str | None
    state: str
    received_at: datetime
    group_size: int
    group_pending: int
    earlier: str | None  # how the group was decided before something new came
    claimed_by: str | None
    claimed_until: datetime | None
    story: str | None
    quarantined: bool
    version: int
    claimed_by_id: int | None
    assignee: str | None
    members: str  # those that a decision on it covers: "REF:2,REF:1"; "" for none
    snoozed_until: datetime | None
    restricted: bool
    escalated_at: datetime | None
    watched: tuple[str, ...] = ()  # the watched words that it says


def lines(session: Session, tip_ids: Sequence[int]) -> list[Line]:
    """Read what the rows of some tips need, in the order of `tip_ids`."""
    rows = LINES.ask(session, ids=listed(tip_ids))["lines"] if tip_ids else []
    found = {line.tip_id: line for line in _read(session, rows)}
    return [found[tip_id] for tip_id in tip_ids if tip_id in found]


def line_of(session: Session, ref: str) -> Line | None:
    """Read what the row of one tip needs."""
    return next(_read(session, _LINE.ask(session, ref=ref)["lines"]), None)


def _lines(condition: ColumnElement[bool]) -> Select[Any]:
    claimer, assignee, watch = aliased(User), aliased(User), version_watched()
    text = case((watch.is_(None), func.substr(Tip.body, 1, HEAD_CHARACTERS)), else_=Tip.body)
    columns: Select[Any] = (
        select(
            Tip.id, Tip.ref, text, Tip.kind, Tip.how, Tip.state,
            Tip.received_at, Group.size, Group.pending, Group.earlier, claimer.name, Group.claimed_until,
            Story.headline, Tip.quarantined, Tip.version, Group.claimed_by_id,
            func.coalesce(assignee.name, Desk.name), _members(), Tip.snoozed_until, Tip.restricted,
            Tip.escalated_at, watch,
        )
        .join(Group, Group.id == Tip.group_id)
        .outerjoin(claimer, claimer.id == Group.claimed_by_id)
        .outerjoin(assignee, assignee.id == Tip.assignee_id)
        .outerjoin(Desk, Desk.id == Tip.desk_id)
        .outerjoin(Story, Story.id == Tip.story_id)
    )  # fmt: skip
    return columns.where(condition)


def _members() -> ColumnElement[str]:
    """Return the other members of a tip's group in its own state, the newest, as acts post them."""
    member = aliased(Tip)
    same = member.group_id == Tip.group_id, member.state == Tip.state, member.id != Tip.id
    newest = select(member.ref.concat(":").concat(cast(member.version, String)).label("seen"))
    newest = newest.where(*same, member.erased_at.is_(None)).order_by(member.id.desc()).limit(MEMBERS_SHOWN)
    shown = newest.correlate(Tip).subquery()
    return func.coalesce(select(func.aggregate_strings(shown.c.seen, COMMA)).scalar_subquery(), "")


def _read(session: Session, rows: Iterable[Any]) -> Iterator[Line]:
    """Make lines of rows, with what their texts say that is watched for."""
    for row in rows:
        tip_id, ref, text, *others, version = row
        said = watched_in(session, version, text) if version else ()
        yield Line._make((tip_id, ref, text[:HEAD_CHARACTERS], *others, said))


LINES = AtOnce(lines=_lines(Tip.id.in_(ids_of("ids"))))
_LINE = AtOnce(lines=_lines(Tip.ref == bindparam("ref")))
