"""Which rows a rule of retention reaches: conditions, so that a purge can ask twice.

First it asks in a snapshot, which holds nobody up; then again under the lock of each batch, because a
reader may have written or an editor put a hold on it meanwhile.
"""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, func, not_, or_, select, union

from tipline.keeping.rules import Desk, Fate, Rule
from tipline.models import (
    Attachment,
    AttachmentState,
    Contact,
    Delivery,
    DeliveryState,
    Draft,
    DraftState,
    DraftTip,
    KnownDevice,
    Message,
    PasswordReset,
    Session,
    State,
    Throttle,
    Tip,
    Verdict,
)
from tipline.models.base import Base
from tipline.terms import Datum

STATES = {
    Fate.PENDING: (State.PENDING, State.SNOOZED),
    Fate.ACCEPTED: (State.ACCEPTED,),
    Fate.DECLINED: (State.DECLINED,),
    Fate.SPAM: (State.SPAM,),
}
TABLES: dict[Desk, type[Base]] = {
    Desk.STAGED: Attachment,
    Desk.DELIVERIES: Delivery,
    Desk.SESSIONS: Session,
    Desk.RESETS: PasswordReset,
    Desk.DEVICES: KnownDevice,
    Desk.THROTTLES: Throttle,
}
Conditions = list[ColumnElement[bool]]
_SEALED = Attachment.state == AttachmentState.SEALED


def tips_due(rule: Rule, now: datetime, grace_days: int) -> Conditions:
    """Return the conditions on `tips` under which `rule` is due, and there is something left of its data."""
    cutoff = rule.cutoff(now)
    if cutoff is None or rule.fate is None or not isinstance(rule.data, Datum):
        raise ValueError(f"the rule {rule.name} reaches no tips")
    states = [] if rule.fate is Fate.USED else [Tip.state.in_(STATES[rule.fate])]
    return [
        *states,
        *_old_enough(rule.fate, cutoff),
        Tip.erased_at.is_(None),
        not_(Tip.legal_hold),
        *_out_of_grace(now, grace_days),
        *_left(rule.data),
    ]


def rows_due(desk: Desk, cutoff: datetime) -> Conditions:
    """Return the conditions on the table of data that belong to no tip."""
    if desk is Desk.STAGED:
        return [Attachment.tip_id.is_(None), Attachment.message_id.is_(None), Attachment.at <= cutoff]
    if desk is Desk.DELIVERIES:
        return [Delivery.state.in_([DeliveryState.DONE, DeliveryState.FAILED]), Delivery.due_at <= cutoff]
    if desk is Desk.SESSIONS:
        return [func.coalesce(Session.ended_at, Session.seen_at) <= cutoff]
    if desk is Desk.RESETS:
        return [PasswordReset.expires_at <= cutoff]
    if desk is Desk.DEVICES:
        return [KnownDevice.seen_at <= cutoff]
    return [Throttle.last_at <= cutoff]


def _old_enough(fate: Fate, cutoff: datetime) -> Conditions:
    """A tip's days begin anew with every decision, also with one that reopened it or was taken back."""
    decided = exists().where(Verdict.tip_id == Tip.id, or_(Verdict.at > cutoff, Verdict.undone_at > cutoff))
    conditions: Conditions = [not_(decided), or_(Tip.replied_at.is_(None), Tip.replied_at <= cutoff)]
    if fate is Fate.PENDING:
        # One that sleeps was put off on purpose; its days begin when it wakes.
        asleep = and_(Tip.snoozed_until.is_not(None), Tip.snoozed_until > cutoff)
        conditions += [Tip.received_at <= cutoff, not_(asleep)]
    else:
        undecided = and_(Tip.decided_at.is_(None), Tip.received_at <= cutoff)
        conditions.append(or_(Tip.decided_at <= cutoff, undecided))
    in_draft = select(DraftTip.tip_id).join(Draft, Draft.id == DraftTip.draft_id)
    in_draft = in_draft.where(DraftTip.tip_id == Tip.id, Draft.state != DraftState.KILLED)
    used = or_(Tip.used_at.is_not(None), in_draft.exists())
    if fate is not Fate.USED:
        return [*conditions, not_(used)]
    # Few are, so they are looked up first; asking each tip of a million would read them all.
    few = union(select(DraftTip.tip_id), select(Tip.id).where(Tip.used_at.is_not(None)))
    conditions += [Tip.id.in_(few), used, or_(Tip.used_at.is_(None), Tip.used_at <= cutoff)]
    return [*conditions, not_(in_draft.where(Draft.updated_at > cutoff).exists())]


def _out_of_grace(now: datetime, grace_days: int) -> Conditions:
    """Nothing of a tip goes for a while after its tipster wrote or was written to."""
    if not grace_days:
        return []
    since = now - timedelta(days=grace_days)
    spoken = exists().where(Message.tip_id == Tip.id, or_(Message.at > since, Message.send_at > since))
    return [or_(Tip.replied_at.is_(None), Tip.replied_at <= since), not_(spoken)]


def _left(datum: Datum) -> Conditions:
    if datum is Datum.CONTACT:
        return [exists().where(Contact.tip_id == Tip.id, Contact.erased_at.is_(None))]
    if datum is Datum.MESSAGES:
        return [exists().where(Message.tip_id == Tip.id)]
    if datum is Datum.TEXT:
        return []
    return [exists().where(Attachment.tip_id == Tip.id, *files_of(datum))]


def files_of(datum: Datum) -> Conditions:
    """Return the conditions on `attachments` of one of the kinds of files."""
    if datum is Datum.SEALED:
        return [_SEALED]
    if datum is Datum.ORIGINALS:
        return [not_(_SEALED), Attachment.original_key != ""]
    return [Attachment.scrubbed_key.is_not(None)]
