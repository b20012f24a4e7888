"""What the tests of groups share: acts in one line each, and a recount of everything that groups keep."""

from builders import NOON, fresh
from sqlalchemy import delete, select, update
from triage.races import check_groups

from tipline.db import Database
from tipline.models import (
    Apart,
    Band,
    Counter,
    Draft,
    DraftTip,
    Event,
    Group,
    Link,
    Regrouping,
    Revision,
    Seal,
    State,
    Story,
    Tip,
    Ungrouped,
    Unindexed,
    Verdict,
)
from tipline.models.group import size_score
from tipline.triage import regroup


def act(db: Database, name: str, one: Tip, other: Tip, *, by, seen=(), now=NOON):
    """Join, split or set apart, as somebody who looked a moment ago."""
    versions = {tip.ref: fresh(db, tip).version for tip in (one, other, *seen)}
    with db.write() as session:
        return getattr(regroup, name)(session, one.ref, other.ref, versions=versions, by=by, now=now)


def emptied(db: Database) -> None:
    """Take all tips off the desk, with what was done to them."""
    done = (
        Seal,
        Event,
        Revision,
        DraftTip,
        Draft,
        Regrouping,
        Verdict,
        Link,
        Apart,
        Band,
        Unindexed,
        Ungrouped,
    )
    with db.write() as session:
        for table in (*done, Apart, Band, Unindexed, Ungrouped, Tip, Group, Story):
            session.execute(delete(table))
        session.execute(update(Counter).values(value=0))


def together(db: Database, *tips: Tip) -> bool:
    return len({fresh(db, tip).group_id for tip in tips}) == 1


def pairs_apart(db: Database) -> set[tuple[int, int]]:
    with db.read() as session:
        return {(pair.tip_id, pair.other_id) for pair in session.scalars(select(Apart))}


def check_regrouped(db: Database) -> None:
    """Check groups against their members, and that nobody shares one with whom they were set apart from."""
    check_groups(db)
    with db.read() as session:
        home = dict(session.execute(select(Tip.id, Tip.group_id)).all())
        groups = {group.id: group for group in session.scalars(select(Group))}
        states = session.execute(select(Tip.group_id, Tip.state)).all()
    assert set(home.values()) == set(groups), "a tip without a group, or a group without a tip"
    for group in groups.values():
        assert group.score == size_score(group.size)
        decided = {state for at, state in states if at == group.id and state != State.PENDING}
        mixed = group.pending and decided
        assert (group.earlier in decided) if mixed else group.earlier is None
    assert not [pair for pair in pairs_apart(db) if home[pair[0]] == home[pair[1]]]
