"""Say that a draft was published, and where; or that it was not, after all.

Its tipsters learn of it from their receipts, so the tips are marked in the same transaction. Nobody can
tell from `used_at` when a tipster did anything, but it is kept to the minute all the same.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from tipline import audit, clock
from tipline.delivery import ping
from tipline.drafts.actions import change, find
from tipline.models import Draft, DraftState, DraftTip, Tip, User
from tipline.models.draft import STEPS, DraftStep


def publish(session: Session, ref: str, address: str, *, version: int, by: User, now: datetime) -> Draft:
    """Mark a draft as published at `address`, and the tips it was made from as used.

    Said twice, as by a second click, it changes nothing.

    Raises:
        NotFound: as for `find`.
        StaleDraft: somebody saved another version or took another step meanwhile.
        InvalidTransition: it is neither approved nor sent.
        NoHeadline: it has none.
    """
    draft = find(session, ref, by=by)
    if (draft.version, draft.state, draft.published_url) == (version, DraftState.PUBLISHED, address):
        return draft
    state = draft.take(DraftStep.PUBLISH)
    change(session, draft, version=version, state=state, published_url=address, updated_at=now)
    audit.record(session, "draft.published", subject=draft.ref, by=by, at=now, version=version, url=address)
    for tip in _tips(session, draft):
        if tip.used_at is None:
            tip.used_at = clock.to_minute(now)
            audit.record(session, "tip.used", subject=tip.ref, by=by, at=now, draft=draft.ref)
            ping.announce(session, tip.id, f"used-{draft.ref}-{tip.ref}", due=now)
    return draft


def unpublish(session: Session, ref: str, *, version: int, by: User, now: datetime) -> Draft:
    """Take back that a draft was published; its tips are used no more, unless another one used them.

    Raises:
        NotFound, StaleDraft, InvalidTransition: as for `publish`.
    """
    draft = find(session, ref, by=by)
    if draft.version == version and draft.state == STEPS[DraftStep.UNPUBLISH][1]:
        return draft
    state = draft.take(DraftStep.UNPUBLISH)
    change(session, draft, version=version, state=state, published_url=None, approved_version=version,
           updated_at=now)  # fmt: skip
    audit.record(session, "draft.unpublished", subject=draft.ref, by=by, at=now, version=version)
    tips = _tips(session, draft)
    elsewhere = _used_elsewhere(session, draft, tips)
    for tip in tips:
        if tip.used_at is not None and tip.id not in elsewhere:
            tip.used_at = None
            audit.record(session, "tip.unused", subject=tip.ref, by=by, at=now, draft=draft.ref)
    return draft


def _tips(session: Session, draft: Draft) -> Sequence[Tip]:
    # locked in the order in which every act locks tips
    of_draft = exists().where(DraftTip.draft_id == draft.id, DraftTip.tip_id == Tip.id)
    return session.scalars(select(Tip).where(of_draft).order_by(Tip.id).with_for_update()).all()


def _used_elsewhere(session: Session, draft: Draft, tips: Sequence[Tip]) -> set[int]:
    published = (
        select(DraftTip.tip_id)
        .join(Draft, Draft.id == DraftTip.draft_id)
        .where(DraftTip.tip_id.in_([tip.id for tip in tips]), Draft.state == DraftState.PUBLISHED)
    )
    return set(session.scalars(published.where(Draft.id != draft.id)))
