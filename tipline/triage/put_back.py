"""Take back what somebody did with a tip besides deciding it: one table says how, for each act."""

from datetime import datetime
from typing import Protocol

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tipline import audit
from tipline.assist.groups import alone_at_groups
from tipline.errors import Conflict
from tipline.models import Event, Handle, Handling, Tip, User
from tipline.search.seen import seen_by
from tipline.triage.assign import assign_back
from tipline.triage.correct import uncorrect
from tipline.triage.decide import Outcome
from tipline.triage.handlings import stands
from tipline.triage.links import link_again
from tipline.triage.moves import Stale, let_earlier_stand, locked, require
from tipline.triage.restrict import see_as_before
from tipline.triage.tags import put_on_again, take_off_again
from tipline.triage.words import did


class PutBack(Protocol):
    """Bring back what stood on a locked tip before `done`; return facts for the event."""

    def __call__(
        self, session: Session, tip: Tip, done: Handling, *, by: User, now: datetime
    ) -> dict[str, object]: ...


PUT_BACK: dict[Handle, PutBack] = {
    Handle.TAG: take_off_again,
    Handle.UNTAG: put_on_again,
    Handle.ASSIGN: assign_back,
    Handle.UNLINK: link_again,
    Handle.CORRECT: uncorrect,
    Handle.RESTRICT: see_as_before,
    Handle.REVEAL: see_as_before,
}
_OF_TAGS = (
    "tip.tagged",
    "tip.untagged",
    "tip.suggested",
    "tip.tag_undone",
    "tip.untag_undone",
    "tip.promoted",
)
WENT_ON = {
    Handle.TAG: _OF_TAGS,
    Handle.UNTAG: _OF_TAGS,
    Handle.ASSIGN: ("tip.assigned", "tip.unassigned", "tip.assign_undone"),
}
LOOKED_AT = 100


def put_back(session: Session, batch: str, *, by: User, now: datetime) -> Outcome:
    """Take back the handling `batch`, which only who did it can; of a hidden tip nothing is said.

    Raises:
        Stale: when somebody went on with it since.
        Conflict: when it is a colleague's, or what stood before cannot stand again.
    """
    seen = select(Tip.ref, Handling.before).join(Handling, Handling.tip_id == Tip.id)
    row = session.execute(seen.where(Handling.batch == batch, seen_by(by.id))).first()
    if row is None:
        return Outcome(batch, 0)
    alone_at_groups(session)
    [tip, *_] = locked(session, [row.ref, *_beside(session, row.before)])
    done = session.scalars(
        select(Handling).where(Handling.batch == batch).execution_options(populate_existing=True)
    ).one()
    if done.undone_at is not None:
        return Outcome(batch, 0)
    if done.by_id != by.id:
        raise Conflict("A colleague did this, and only they can take it back.")
    _require_standing(session, tip, done, now)
    act = Handle(done.act)
    facts = PUT_BACK[act](session, tip, done, by=by, now=now)
    if done.version is not None:
        let_earlier_stand(session, done)
    session.execute(update(Handling).where(Handling.id == done.id).values(undone_at=now))
    audit.record(session, f"tip.{act}_undone", subject=tip.ref, by=by, at=now, batch=batch, **facts)
    return Outcome(batch, 1)


def _beside(session: Session, before: dict[str, str | None]) -> list[str]:
    """Return the tip whose group the act may lead back to, while it is there."""
    ref = before.get("beside")
    there = select(Tip.ref).where(Tip.ref == ref, Tip.erased_at.is_(None))
    return list(session.scalars(there)) if ref else []


def _require_standing(session: Session, tip: Tip, done: Handling, now: datetime) -> None:
    if done.version is not None:
        return require(session, [tip], {tip.ref: done.version}, now)
    standing = (
        select(Handling.id).join(Tip, Tip.id == Handling.tip_id).where(Handling.id == done.id, stands())
    )
    if session.scalar(standing) is None:
        raise _overtaken(session, tip, done, now)
    return None


def _overtaken(session: Session, tip: Tip, done: Handling, now: datetime) -> Stale:
    """Return the error that says who went on with what was done."""
    since = Event.subject == tip.ref, Event.kind.in_(WENT_ON[Handle(done.act)])
    events = session.scalars(select(Event).where(*since).order_by(Event.id.desc()).limit(LOOKED_AT))
    event = next((each for each in events if each.data.get("tag", done.about) == done.about), None)
    words = did(event, now) if event else "Somebody changed this since."
    return Stale(words, ref=tip.ref)
