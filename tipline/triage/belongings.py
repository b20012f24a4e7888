"""All that belongs to one tip and is known by its ref, read in one statement for the reading pane."""

from typing import Any

from sqlalchemy import Select, case, func, literal, select, union_all
from sqlalchemy.orm import Session, aliased

from tipline.assist.alike import apart_from
from tipline.assist.facts import groups_asked
from tipline.assist.stories import settled_of
from tipline.at_once import Answers, AtOnce
from tipline.errors import NotFound
from tipline.models import (
    Draft,
    DraftState,
    DraftTip,
    Event,
    Group,
    Link,
    LinkState,
    Note,
    State,
    Story,
    Tip,
    User,
    Verdict,
    catalogue_version,
    progress_version,
)
from tipline.search.seen import draft_seen_by_bound, seen_by_bound
from tipline.triage.asked import GROUP_ID, REF, TIP_ID
from tipline.triage.changes import acts_seen
from tipline.triage.contact import SAME_SENDER
from tipline.triage.likely import LAST_USED
from tipline.triage.lines import MEMBERS_SHOWN
from tipline.triage.messages import MESSAGES, RECEIPT
from tipline.triage.saved_replies import OFFERED_REPLIES
from tipline.triage.sealed_shown import CONTACT
from tipline.triage.similar import LAST_REGROUPED
from tipline.triage.together_shown import TOGETHER
from tipline.triage.watching import version_watched

EVENTS_SHOWN = 40
NOTES_SHOWN = 50
MISSING = "There is no such tip; it may have been erased."

_claimer, _decider, _mine, _any_tip = aliased(User), aliased(User), aliased(Tip), aliased(Tip)
_HERE = select(Tip).where(Tip.ref == REF, Tip.erased_at.is_(None), seen_by_bound("viewer"))
# The tip's page, who has it open or decided it, and the versions of all that what is made of it follows from.
_AROUND = (
    select(
        Story.id.label("story_id"), Story.slug, Story.headline, Story.published_at, Story.state,
        _claimer.name.label("claimed_by"), _decider.name.label("decided_by"),
        version_watched().label("watched"), catalogue_version().label("catalogue"),
        progress_version().label("progress"), acts_seen().label("acts"),
        select(func.max(_any_tip.id)).scalar_subquery().label("newest_id"),
    )
    .select_from(Tip)
    .join(Group, Group.id == Tip.group_id)
    .outerjoin(Story, Story.id == Tip.story_id)
    .outerjoin(_claimer, _claimer.id == Group.claimed_by_id)
    .outerjoin(_decider, _decider.id == Tip.decided_by_id)
    .where(Tip.ref == REF)
)  # fmt: skip


def _newest_others(state: State) -> Select[Any]:
    """Select the newest other members of the group that are in a state, however many there are."""
    newest = select(Tip.id).where(Tip.group_id == GROUP_ID, Tip.state == literal(state), Tip.ref != REF)
    newest = newest.where(seen_by_bound("viewer")).order_by(Tip.id.desc()).limit(MEMBERS_SHOWN)
    return select(newest.subquery())


# The other members of the group, those in the tip's own state first.
_newest = union_all(*(_newest_others(state) for state in State)).subquery()
_OTHERS = (
    select(Tip)
    .join(_newest, _newest.c.id == Tip.id)
    .join(_mine, _mine.ref == REF)
    .order_by(case((Tip.state == _mine.state, 0), else_=1), Tip.id.desc())
    .limit(MEMBERS_SHOWN)
)
_LINKS = (
    select(Story.slug, Story.headline, User.name, Link.at)
    .select_from(Link)
    .join(Story, Story.id == Link.story_id)
    .outerjoin(User, User.id == Link.by_id)
    .where(Link.tip_id == TIP_ID, Link.state == LinkState.CONFIRMED)
    .order_by(Link.id)
)
_UNDOABLE = (
    select(Verdict.id)
    .join(Tip, (Tip.id == Verdict.tip_id) & (Tip.version == Verdict.version))
    .where(Tip.ref == REF, Verdict.undone_at.is_(None))
    .limit(1)
)
_EVENTS = (
    select(Event.at, Event.kind, Event.actor, Event.data)
    .where(Event.subject == REF)
    .order_by(Event.id.desc())
    .limit(EVENTS_SHOWN)
)
_NOTES = (
    select(Note.body, Note.at, User.name)
    .join(User, User.id == Note.by_id)
    .where(Note.tip_id == TIP_ID)
    .order_by(Note.id)
    .limit(NOTES_SHOWN)
)
_DRAFTS = (
    select(Draft.ref, Draft.headline)
    .join(DraftTip, DraftTip.draft_id == Draft.id)
    .where(DraftTip.tip_id == TIP_ID, Draft.state != DraftState.KILLED, draft_seen_by_bound("viewer"))
    .order_by(Draft.id)
)
_BELONGINGS = AtOnce(
    tip=_HERE,
    group=select(Group).where(Group.id == GROUP_ID),
    around=_AROUND,
    others=_OTHERS,
    links=_LINKS,
    undoable=_UNDOABLE,
    events=_EVENTS,
    notes=_NOTES,
    drafts=_DRAFTS,
    settled=settled_of(TIP_ID),
    last_used=LAST_USED,
    contact=CONTACT,
    same_sender=SAME_SENDER,
    regrouped=LAST_REGROUPED,
    together=TOGETHER,
    messages=MESSAGES,
    receipt=RECEIPT,
    replies=OFFERED_REPLIES,
    apart=apart_from(GROUP_ID),
    **groups_asked(select(Tip.group_id).where(Tip.ref == REF)),
)


def belongings(session: Session, ref: str, user_id: int) -> Answers:
    """Read a tip and all that belongs to it.

    Raises:
        NotFound: when there is no such tip, or `user_id` may not see it.
    """
    found = _BELONGINGS.ask(session, ref=ref, viewer=user_id)
    if not found["tip"]:
        raise NotFound(MISSING)
    return found
