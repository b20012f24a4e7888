"""Promote tips, save text, take a draft from step to step: one verb a function, each with its event.

What may race is an UPDATE on the version that somebody saw; when it meets no row, somebody was faster.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from tipline import audit
from tipline.drafts.opening import opening_body, opening_headline
from tipline.errors import Invalid, InvalidTransition, NotFound, Overtaken
from tipline.models import (
    Draft,
    DraftTip,
    Link,
    LinkState,
    Revision,
    State,
    Story,
    Tag,
    Tip,
    User,
    new_ref,
    show_ref,
)
from tipline.models.desk import SUGGESTED
from tipline.models.draft import STEPS, DraftState, DraftStep
from tipline.search.seen import draft_seen_by, seen_by
from tipline.text.slugs import slugify

MAX_TIPS = 50
_DOUBLE_CLICK = timedelta(minutes=1)
_DONE = {
    DraftStep.SUBMIT: "draft.submitted",
    DraftStep.RETURN: "draft.returned",
    DraftStep.APPROVE: "draft.approved",
    DraftStep.WITHDRAW: "draft.withdrawn",
    DraftStep.KILL: "draft.killed",
    DraftStep.REVIVE: "draft.revived",
}


class StaleDraft(Overtaken):
    """Somebody saved the draft, or took a step with it, since this version was shown."""


@dataclass(frozen=True, kw_only=True)
class DraftText:
    """What an editor writes; the fields are columns of `drafts`."""

    headline: str
    dek: str
    slug: str
    body: str  # Markdown
    byline: str
    desk: str | None = None
    embargo_until: datetime | None = None

    @classmethod
    def of(cls, draft: Draft) -> "DraftText":
        return cls(
            headline=draft.headline,
            dek=draft.dek,
            slug=draft.slug,
            body=draft.body,
            byline=draft.byline,
            desk=draft.desk,
            embargo_until=draft.embargo_until,
        )


def promote(session: Session, refs: Sequence[str], *, by: User, now: datetime) -> Draft:
    """Make a draft of tips, in their order; the state of the tips stays as it is.

    The same tips promoted twice within a minute by one editor, as by a double click, are one draft.

    Args:
        refs: stored refs, 1 to `MAX_TIPS`.

    Raises:
        Invalid: there are none, too many, or one that only `by` and other named colleagues may see.
        InvalidTransition: one of them was declined or is spam.
        NotFound: there is no such tip, or `by` may not see it.
    """
    tips = _tips(session, list(dict.fromkeys(refs)), by=by)
    if (made := _just_made(session, tips, by=by, now=now)) is not None:
        return made
    headline = opening_headline(tips, _headline_about(session, tips))
    text = DraftText(
        headline=headline, dek="", slug=slugify(headline), body=opening_body(tips), byline=by.name
    )
    draft = Draft(ref=new_ref(), version=1, state=DraftState.DRAFT, created_by_id=by.id, created_at=now,
                  updated_at=now, **asdict(text))  # fmt: skip
    session.add(draft)
    session.flush()
    rows = [
        {"draft_id": draft.id, "tip_id": tip.id, "position": position, "added_by_id": by.id, "added_at": now}
        for position, tip in enumerate(tips)
    ]
    session.execute(insert(DraftTip), rows)
    _heed(session, [tip.id for tip in tips])
    _keep_revision(session, draft.id, 1, text, by=by, now=now)
    audit.record(session, "draft.created", subject=draft.ref, by=by, at=now, tips=[tip.ref for tip in tips])
    for tip in tips:
        audit.record(session, "tip.promoted", subject=tip.ref, by=by, at=now, draft=draft.ref)
    return draft


def _heed(session: Session, tip_ids: Sequence[int]) -> None:
    """Take off what moderators suggested of the tips: now it is done."""
    session.execute(delete(Tag).where(Tag.tip_id.in_(tip_ids), Tag.name == SUGGESTED))


def save(session: Session, ref: str, text: DraftText, *, version: int, by: User, now: datetime) -> Draft:
    """Save a new version of the text over `version`, the one it was written on.

    Text that stands there already, as after a second click, makes no new version.

    Raises:
        NotFound: as for `find`.
        StaleDraft: somebody saved another text meanwhile.
        InvalidTransition: the draft was killed or has left the house.
    """
    draft = find(session, ref, by=by)
    if DraftText.of(draft) == text:
        return draft
    return _save(session, draft, text, version=version, kind="draft.saved", by=by, now=now)


def restore(session: Session, ref: str, number: int, *, version: int, by: User, now: datetime) -> Draft:
    """Bring an earlier version of the text back, as a new version.

    Raises:
        NotFound: there is no such version, or as for `find`.
        StaleDraft, InvalidTransition: as for `save`.
    """
    draft = find(session, ref, by=by)
    old = select(Revision).where(Revision.draft_id == draft.id, Revision.number == number)
    revision = session.scalars(old).one_or_none()
    if revision is None:
        raise NotFound("This draft has no such version.")
    text = DraftText(
        headline=revision.headline,
        dek=revision.dek,
        slug=revision.slug,
        body=revision.body,
        byline=revision.byline,
        desk=draft.desk,
        embargo_until=draft.embargo_until,
    )
    if DraftText.of(draft) == text:
        return draft
    return _save(
        session, draft, text, version=version, kind="draft.restored", by=by, now=now, restored=number
    )


def take_step(session: Session, ref: str, step: DraftStep, *, version: int, by: User, now: datetime) -> Draft:
    """Take a step inside the house with the version of a draft that somebody saw; an approval binds to it.

    A step that this version has taken already, as by a second click, changes nothing.

    Raises:
        NotFound: as for `find`.
        StaleDraft: somebody saved another version or took another step meanwhile.
        InvalidTransition: the step is not open from the draft's state.
        NoHeadline: the step leads towards readers, and the draft has no headline.
    """
    draft = find(session, ref, by=by)
    if draft.version == version and draft.state == STEPS[step][1]:
        return draft
    state = draft.take(step)
    approved = version if state == DraftState.APPROVED else None
    change(session, draft, version=version, state=state, approved_version=approved, updated_at=now)
    audit.record(session, _DONE[step], subject=draft.ref, by=by, at=now, version=version)
    return draft


def find(session: Session, ref: str, *, by: User) -> Draft:
    """Return the draft of a stored ref.

    Raises:
        NotFound: there is none, or it was made of a tip that `by` may not see.
    """
    draft = session.scalars(select(Draft).where(Draft.ref == ref, draft_seen_by(by.id))).one_or_none()
    if draft is None:
        raise NotFound(f"There is no draft {show_ref(ref)}.")
    return draft


def change(
    session: Session, draft: Draft, *, version: int, new_version: int | None = None, **values: object
) -> None:
    """Change columns of a draft, if it still is as somebody saw it.

    Raises:
        StaleDraft: it is not.
    """
    seen = update(Draft).where(Draft.id == draft.id, Draft.version == version, Draft.state == draft.state)
    changed = seen.values(version=new_version or version, **values).execution_options(
        synchronize_session=False
    )
    if not session.execute(changed).rowcount:  # type: ignore[attr-defined]
        raise StaleDraft("Somebody else changed this draft since you opened it.")
    session.refresh(draft)


def _tips(session: Session, refs: list[str], *, by: User) -> list[Tip]:
    if not 1 <= len(refs) <= MAX_TIPS:
        raise Invalid(f"Choose 1 to {MAX_TIPS} tips to make a draft of.")
    # locked, so that two clicks at once make their drafts one after the other
    found = select(Tip).where(Tip.ref.in_(refs), Tip.erased_at.is_(None), seen_by(by.id))
    by_ref = {tip.ref: tip for tip in session.scalars(found.order_by(Tip.id).with_for_update())}
    for ref in refs:
        tip = by_ref.get(ref)
        if tip is None:
            raise NotFound(f"There is no tip {show_ref(ref)}.")
        if tip.restricted or tip.escalated_at is not None:
            raise Invalid(f"Only named colleagues may see {show_ref(ref)}, so it cannot go into a draft.")
        if tip.state in {State.DECLINED, State.SPAM}:
            closed = "was declined" if tip.state == State.DECLINED else "is marked as spam"
            raise InvalidTransition(f"{show_ref(ref)} {closed}; reopen it first.")
    return [by_ref[ref] for ref in refs]


def _just_made(session: Session, tips: Sequence[Tip], *, by: User, now: datetime) -> Draft | None:
    """Return the untouched draft that `by` made of the same tips a moment ago."""
    recent = select(Draft).where(
        Draft.created_by_id == by.id, Draft.created_at >= now - _DOUBLE_CLICK, Draft.version == 1
    )
    wanted = [tip.id for tip in tips]
    for draft in session.scalars(recent.order_by(Draft.id.desc())):
        rows = select(DraftTip.tip_id).where(DraftTip.draft_id == draft.id).order_by(DraftTip.position)
        if list(session.scalars(rows)) == wanted:
            return draft
    return None


def _headline_about(session: Session, tips: Sequence[Tip]) -> str | None:
    """Return the headline of the story that the first of the tips with one is about."""
    ids = [tip.id for tip in tips]
    links = select(Link.tip_id, Link.story_id).where(Link.tip_id.in_(ids), Link.state == LinkState.CONFIRMED)
    linked = dict(session.execute(links.order_by(Link.id.desc())).all())
    for tip in tips:
        if story_id := linked.get(tip.id, tip.story_id):
            return session.scalar(select(Story.headline).where(Story.id == story_id))
    return None


def _save(
    session: Session, draft: Draft, text: DraftText, *, version: int, kind: str, by: User, now: datetime,
    **facts: object,
) -> Draft:  # fmt: skip
    state = draft.after_save()
    number = version + 1
    change(session, draft, version=version, **asdict(text), state=state, approved_version=None,
            updated_at=now, new_version=number)  # fmt: skip
    _keep_revision(session, draft.id, number, text, by=by, now=now)
    audit.record(session, kind, subject=draft.ref, by=by, at=now, version=number, **facts)
    return draft


def _keep_revision(
    session: Session, draft_id: int, number: int, text: DraftText, *, by: User, now: datetime
) -> None:
    kept = asdict(text)
    for column in ("desk", "embargo_until"):  # when and where it goes is no part of the text
        del kept[column]
    row = {"draft_id": draft_id, "number": number, "saved_by_id": by.id, "saved_at": now, **kept}
    session.execute(insert(Revision), row)
