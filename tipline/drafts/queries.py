"""What editors read: the board, a draft with its sources and history, what changed meanwhile."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tipline.models import Draft, DraftState, DraftTip, Revision, Tip, User
from tipline.search.seen import draft_seen_by

CARDS_A_COLUMN = 50
REVISIONS_SHOWN = 30
_COMPARED = ("headline", "dek", "slug", "body", "byline")


@dataclass(frozen=True, slots=True)
class Card:
    """A draft on the board."""

    ref: str
    headline: str
    dek: str
    updated_at: datetime
    by: str
    tips: int


@dataclass(frozen=True, slots=True)
class Saved:
    """One version of a draft in its history."""

    number: int
    by: str
    at: datetime
    characters: int


@dataclass(frozen=True, slots=True)
class Meanwhile:
    """What happened to a draft since somebody opened it."""

    by: str
    at: datetime
    number: int
    changed: Sequence[str]  # columns


def count_by_state(session: Session, viewer_id: int) -> dict[str, int]:
    """Return how many drafts somebody may see in each state."""
    seen = select(Draft.state, func.count()).where(draft_seen_by(viewer_id))
    return dict(session.execute(seen.group_by(Draft.state)).all())


def cards(session: Session, state: DraftState, viewer_id: int) -> list[Card]:
    """Return the drafts of a state that somebody may see, the one changed last first."""
    tips = (
        select(func.count())
        .select_from(DraftTip)
        .where(DraftTip.draft_id == Draft.id)
        .correlate(Draft)
        .scalar_subquery()
    )
    rows = (
        select(Draft.ref, Draft.headline, Draft.dek, Draft.updated_at, User.name, tips)
        .join(Revision, (Revision.draft_id == Draft.id) & (Revision.number == Draft.version))
        .join(User, User.id == Revision.saved_by_id)
        .where(Draft.state == state, draft_seen_by(viewer_id))
        .order_by(Draft.updated_at.desc(), Draft.id.desc())
        .limit(CARDS_A_COLUMN)
    )
    return [Card(*row) for row in session.execute(rows)]


def sources(session: Session, draft_id: int) -> Sequence[Tip]:
    """Return the tips a draft was made from, in their order; who may see the draft may see them all."""
    tips = select(Tip).join(DraftTip, DraftTip.tip_id == Tip.id).where(DraftTip.draft_id == draft_id)
    return session.scalars(tips.order_by(DraftTip.position, Tip.id)).all()


def history(session: Session, draft_id: int) -> list[Saved]:
    """Return the newest versions of a draft, newest first, without their text."""
    rows = (
        select(Revision.number, User.name, Revision.saved_at, func.length(Revision.body))
        .join(User, User.id == Revision.saved_by_id)
        .where(Revision.draft_id == draft_id)
        .order_by(Revision.number.desc())
        .limit(REVISIONS_SHOWN)
    )
    return [Saved(*row) for row in session.execute(rows)]


def revision_of(session: Session, draft_id: int, number: int) -> tuple[Revision, str] | None:
    """Return a version of a draft and the name of who saved it."""
    row = session.execute(
        select(Revision, User.name)
        .join(User, User.id == Revision.saved_by_id)
        .where(Revision.draft_id == draft_id, Revision.number == number)
    ).one_or_none()
    return (row[0], row[1]) if row else None


def since(session: Session, draft: Draft, version: int) -> Meanwhile | None:
    """Return who saved the draft after `version`, and what differs; None if nobody did."""
    newest = revision_of(session, draft.id, draft.version)
    if newest is None or version >= draft.version:
        return None
    seen = revision_of(session, draft.id, version)
    changed = [
        column
        for column in _COMPARED
        if seen is not None and getattr(seen[0], column) != getattr(newest[0], column)
    ]
    revision, name = newest
    return Meanwhile(name, revision.saved_at, revision.number, changed)
