"""Let the demo's drafts go the way of every draft: promoted from tips, saved, taken from step to step."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from tipline.demo.content import DemoDraft, DemoRevision
from tipline.drafts import actions
from tipline.drafts.actions import DraftText
from tipline.models import Check, CheckState, Draft, User
from tipline.models.draft import DraftStep

OPENED_BEFORE = timedelta(minutes=5)  # its first text was saved so long after a draft was made


def write_draft(
    session: Session, told: DemoDraft, *, users: Mapping[str, User], refs: Mapping[str, str], now: datetime
) -> None:
    """Write a draft with all that led to it.

    Args:
        refs: of tips, by the demo's own keys.
    """
    began = now - timedelta(minutes=told.minutes_ago) - OPENED_BEFORE
    draft = actions.promote(session, [refs[key] for key in told.tips], by=users[told.by], now=began)
    last = DemoRevision(by=told.by, minutes_ago=told.minutes_ago // 2, summary="", body=told.body)
    for each in (*told.revisions, last):
        at = now - timedelta(minutes=each.minutes_ago)
        text = DraftText(headline=told.headline, dek=told.dek, slug=told.slug, body=each.body,
                         byline=told.byline, desk=told.desk)  # fmt: skip
        actions.save(session, draft.ref, text, version=draft.version, by=users[each.by], now=at)
    _take_steps(session, told, draft, users, now)
    for check in told.checks:
        state = CheckState.VERIFIED if check.done else CheckState.OPEN
        session.add(Check(draft_id=draft.id, claim=check.fact, state=state))


def _take_steps(
    session: Session, told: DemoDraft, draft: Draft, users: Mapping[str, User], now: datetime
) -> None:
    steps = {"draft": [], "in_review": [DraftStep.SUBMIT], "approved": [DraftStep.SUBMIT, DraftStep.APPROVE]}
    for place, step in enumerate(steps[told.state]):
        by = users[told.approved_by or told.by] if step is DraftStep.APPROVE else users[told.by]
        at = now - timedelta(minutes=told.minutes_ago / (2 + place))
        actions.take_step(session, draft.ref, step, version=draft.version, by=by, now=at)
