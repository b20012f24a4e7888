"""Gather what a group's score is made of: its members, who leads it, what became of their other tips.

Whatever the size of a group or the record of a sender, a bounded number of rows is looked at, each by an
index: a flood of the same text is one group, and each tip of it would make the next one more costly.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Subquery,
    and_,
    case,
    cast,
    func,
    literal,
    literal_column,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import Session, aliased

from tipline.assist.names import Known, people_in_each
from tipline.assist.score import Facts
from tipline.assist.spam import Opinion, opinions
from tipline.at_once import AtOnce, Question, each_of, ids_of, listed
from tipline.models import (
    Contact,
    Group,
    How,
    Person,
    PersonState,
    State,
    Story,
    StoryPerson,
    StoryState,
    Tip,
)  # fmt: skip
from tipline.search.lessons import PARTS, text_of

RECENT = timedelta(days=7)
TRAPPED = 1.0  # as a tip's spam score
REMEMBERED = 500  # tips of one sender, the newest
LOOKED_AT = 100  # members of a group in each state, the newest
DECIDED = (State.ACCEPTED, State.DECLINED, State.SPAM)


def facts_of(session: Session, group_ids: Collection[int]) -> dict[int, Facts]:
    """Gather the facts of some groups; one without members is left out."""
    if not group_ids:
        return {}
    read = _ASKED.ask(session, groups=listed(group_ids))
    texts = {group_id: text_of_lead(lead) for group_id, lead in leads_in(read).items()}
    judged = opinions(session, texts)
    people = people_in_each(session, texts)
    slugs = {each.slug for found in people.values() for each in found}
    newest = _NEWEST.ask(session, slugs=listed(slugs))["newest"] if slugs else []
    return facts_in(read, judged, people, newest)


def groups_asked(group_ids: Any) -> dict[str, Question]:
    """Select what is asked of some groups: by their ids, or by a SELECT of those."""
    return {"leads": _leads(group_ids), "members": _members(group_ids), "earlier": _earlier(group_ids)}


def leads_in(read: Mapping[str, Iterable[Any]]) -> dict[int, Any]:
    """Return what is known of each group and of the tip that speaks for it, by the group's id."""
    return {row.group_id: row for row in read["leads"]}


def text_of_lead(lead: Any) -> str:
    """Return the text of the tip that speaks for a group, of a row of `leads_in`."""
    return text_of(lead[-len(PARTS) :])


def facts_in(
    read: Mapping[str, Iterable[Any]],
    judged: Mapping[int, Opinion],
    people: Mapping[int, Sequence[Known]],
    newest: Iterable[Any],
) -> dict[int, Facts]:
    """Put together the facts of groups, out of what `groups_asked` answered.

    Args:
        people: whom each group's leading tip names.
        newest: the rows of `NEWEST` about these people.
    """
    leads, earlier = leads_in(read), _by_state(read["earlier"])
    members: dict[int, list[Any]] = defaultdict(list)
    for row in read["members"]:
        members[row.group_id].append(row)
    named = _named(leads, people, {slug: at for slug, at in newest})  # noqa: C416 - rows, not a mapping
    return {
        group_id: Facts(**_told(lead, members[group_id]), earlier=earlier.get(group_id, {}),
                        named=named[group_id], opinion=judged.get(group_id, Opinion()))
        for group_id, lead in leads.items()
        if group_id in members
    }  # fmt: skip


def _leads(group_ids: Any) -> Question:
    query: Any = select(Group.id.label("group_id"), Group.newest_at, Group.size, Tip.how, *PARTS)
    asked: Question = query.join(Tip, Tip.id == Group.lead_id).where(Group.id.in_(group_ids))
    return asked


def _members(group_ids: Any) -> Question:
    """Count members of each group, by how they know it: in each state the newest.

    A flood of the same text is one group, and each tip of it would make the next one more costly.
    """
    older = aliased(Tip)
    state = union_all(*(select(literal_column(f"'{each}'").label("value")) for each in State)).subquery()
    since = (
        select(older.id)
        .where(older.group_id == Group.id, older.state == state.c.value)
        .order_by(older.id.desc())
        .limit(literal_column("1"))
        .offset(literal_column(str(LOOKED_AT)))
        .scalar_subquery()
    )
    each = select(Group.id, state.c.value, func.coalesce(since, 0).label("since")).join(state, true())
    # found first, or SQLite would walk over all members and ask of each whether it is among the newest
    newest = each.where(Group.id.in_(group_ids)).cte("newest").prefix_with("MATERIALIZED")
    query: Question = select(
        newest.c.id.label("group_id"), Tip.how, func.sum(Tip.files).label("files"),
        func.max(Tip.story_id).label("story"), func.max(case((Tip.quarantined, 1), else_=0)).label("held"),
        func.max(Tip.spam_score).label("spam_score"),
    )  # fmt: skip
    same = Tip.group_id == newest.c.id, Tip.state == newest.c.value, Tip.id > newest.c.since
    return query.select_from(newest).join(Tip, and_(*same)).group_by(newest.c.id, Tip.how)


def _told(lead: Any, members: Sequence[Any]) -> dict[str, Any]:
    return {
        "size": lead.size,
        "hows": frozenset(How(row.how) for row in (lead, *members) if row.how),
        "files": int(sum(row.files for row in members)),
        "from_story": any(row.story is not None for row in members),
        "held_back": any(row.held for row in members),
        "trapped": any((row.spam_score or 0) >= TRAPPED for row in members),
    }


def _earlier(group_ids: Any) -> Question:
    """Count what became of the other tips of each leading tip's sender, outside its own group.

    A sender is counted once, however many of the groups they lead, and by their newest tips: else one who
    sends a thousand tips would make each more costly than the last.
    """
    mine = (
        select(Tip.group_id, Contact.sender_hash)
        .join(Contact, Contact.tip_id == Tip.id)
        .where(Tip.id.in_(select(Group.lead_id).where(Group.id.in_(group_ids))))
        .where(Contact.sender_hash.is_not(None))
        .cte("mine")
    )
    record = _record(select(mine.c.sender_hash).distinct().subquery("senders")).cte("record")
    decided = (
        select(record.c.sender_hash, record.c.state, func.sum(record.c.tips).label("tips"))
        .group_by(record.c.sender_hash, record.c.state)
        .subquery("decided")
    )
    own = record.alias("own")
    in_own = and_(
        own.c.sender_hash == mine.c.sender_hash,
        own.c.group_id == mine.c.group_id,
        own.c.state == decided.c.state,
    )
    others = decided.c.tips - func.coalesce(own.c.tips, 0)
    query: Question = (
        # a sum of PostgreSQL is a decimal, which no points can be multiplied by
        select(mine.c.group_id, decided.c.state, cast(others, BigInteger).label("tips"))
        .join(decided, decided.c.sender_hash == mine.c.sender_hash)
        .outerjoin(own, in_own)
        .where(others > 0)
    )
    return query


def _record(senders: Subquery) -> Question:
    """Count the newest tips of some senders that were decided, by sender, group and state."""
    older = aliased(Contact)
    since = (
        select(older.id)
        .where(older.sender_hash == senders.c.sender_hash)
        .order_by(older.id.desc())
        .limit(literal_column("1"))
        .offset(literal_column(str(REMEMBERED)))
        .scalar_subquery()
    )
    newest = select(senders.c.sender_hash, func.coalesce(since, 0).label("since")).subquery("newest")
    query: Question = (
        select(newest.c.sender_hash, Tip.group_id, Tip.state, func.count().label("tips"))
        .join(Contact, and_(Contact.sender_hash == newest.c.sender_hash, Contact.id > newest.c.since))
        .join(Tip, Tip.id == Contact.tip_id)
        .where(Tip.state.in_([literal(state) for state in DECIDED]))
        # what few may see would be told to all by the score
        .where(Tip.restricted.is_(False), Tip.escalated_at.is_(None))
        .group_by(newest.c.sender_hash, Tip.group_id, Tip.state)
    )
    return query


def _by_state(rows: Iterable[Any]) -> dict[int, dict[State, int]]:
    found: dict[int, dict[State, int]] = defaultdict(dict)
    for group_id, state, number in rows:
        found[group_id][State(state)] = number
    return found


def _named(
    leads: Mapping[int, Any], people: Mapping[int, Sequence[Known]], newest: Mapping[str, datetime]
) -> dict[int, tuple[str, ...]]:
    """List the people whom each leading tip names and about whom a story was published shortly before it."""
    return {
        group_id: tuple(
            each.name for each in found if each.slug in newest and newest[each.slug] >= _from(leads[group_id])
        )
        for group_id, found in people.items()
    }


def _from(lead: Any) -> datetime:
    since: datetime = lead.newest_at - RECENT
    return since


# When the newest story about each of some people (`slugs`) was published.
NEWEST: Question = (
    select(Person.slug, func.max(Story.published_at).label("newest_at"))
    .join(StoryPerson, StoryPerson.person_id == Person.id)
    .join(Story, Story.id == StoryPerson.story_id)
    .where(Person.slug.in_(each_of("slugs")), Person.state == PersonState.CONFIRMED)
    .where(Story.state == StoryState.PUBLISHED)
    .group_by(Person.slug)
)
_ASKED = AtOnce(**groups_asked(ids_of("groups")))
_NEWEST = AtOnce(newest=NEWEST)
