"""Say what an act did, and offer to take it back."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from tipline.models import Decision, Link, Reason, Regroup, Regrouping, Story, Tip, Verdict, show_ref
from tipline.triage.handled_shown import notice_of_handling
from tipline.triage.shown import Notice
from tipline.triage.words import DONE, REASONS

REGROUPED = {
    Regroup.JOIN: "{tip} and {other} are one row now.",
    Regroup.SPLIT: "{tip} is out of the group of {other}, for good.",
    Regroup.APART: "{tip} and {other} are not the same, for good.",
}
UNWRITTEN = {"message": "unsent", "note": "note-gone"}  # by the forms that they were written in
SAID = {
    "escalated": "Escalated. Only those who were told can read the tip now.",
    UNWRITTEN["message"]: "Taken back. The tipster never saw your message; it stands in its field again.",
    UNWRITTEN["note"]: "The note is taken back. It stands in its field again.",
}
KEPT_NAMED = 20
STANDS = Notice("It stands as you wanted it already.", "", 0)


def notice_of(session: Session, batch: str | None, *, to: int) -> Notice | None:
    """Say to the user `to` what the act `batch` did; None when there is no such batch."""
    if not batch:
        return None
    query = (
        select(Verdict, Tip, Story.headline)
        .join(Tip, Tip.id == Verdict.tip_id)
        .outerjoin(Link, Link.id == Verdict.link_id)
        .outerjoin(Story, Story.id == Link.story_id)
    )
    rows = session.execute(query.where(Verdict.batch == batch).order_by(Verdict.id)).all()
    if not rows:
        return _of_regrouping(session, batch) or notice_of_handling(session, batch, to)
    verdict, tip, headline = rows[0]
    what = show_ref(tip.ref) if len(rows) == 1 else f"{len(rows)} tips"
    if verdict.undone_at is not None:
        return Notice(f"Taken back. {what} {'is' if len(rows) == 1 else 'are'} as before.", "", 0)
    if headline:
        words = f"Linked {what} to “{headline}”."
    else:
        words = f"{what} {DONE[Decision(verdict.decision)]}{_because(tip)}."
    undoable = all(each.version == member.version for each, member, _ in rows)
    return Notice(words, f"/newsroom/tips/{tip.ref}/undo" if undoable else "", tip.version)


def notices_of(
    session: Session, batch: str | None, kept: Sequence[str], said: str | None, *, to: int
) -> list[Notice]:
    """List what a page of the queue says once: what was done, what was not, and that something left it."""
    done = notice_of(session, batch, to=to)
    found = [_with_kept(done, kept, _done_in(session, batch)) if kept else done]
    if said in SAID:
        found.append(Notice(SAID[said], "", 0))
    return [notice for notice in found if notice]


def _with_kept(done: Notice | None, kept: Sequence[str], number: int) -> Notice:
    """Say what was left because it had changed, and of how many."""
    refs = ", ".join(show_ref(ref) for ref in kept[:KEPT_NAMED])
    refs += f" and {len(kept) - KEPT_NAMED:,} more" if len(kept) > KEPT_NAMED else ""
    left = f"{len(kept):,} changed meanwhile, and you did nothing to them: {refs}."
    if done is None:
        return Notice(left, "", 0)
    counted = f"{number:,} done, " if number else ""
    return Notice(f"{done.words} {counted}{left}", done.undo_href, done.version)


def _done_in(session: Session, batch: str | None) -> int:
    """Count the tips that a batch decided and nobody took back."""
    standing = Verdict.batch == batch, Verdict.undone_at.is_(None)
    return session.scalar(select(func.count()).select_from(Verdict).where(*standing)) or 0


def _of_regrouping(session: Session, batch: str) -> Notice | None:
    other = aliased(Tip)
    query = (
        select(Regrouping, Tip, other.ref)
        .join(Tip, Tip.id == Regrouping.tip_id)
        .outerjoin(other, other.id == Regrouping.other_id)
    )
    rows = session.execute(query.where(Regrouping.batch == batch).order_by(Regrouping.id)).all()
    if not rows:
        return None
    said, tip, ref = rows[0]
    if said.undone_at is not None:
        return Notice("Taken back. Who says the same is as before.", "", 0)
    # where the others came to the tip, the first of them is named
    ref = ref or next((member.ref for _, member, _ in rows if member.id != tip.id), tip.ref)
    words = REGROUPED[Regroup(said.act)].format(tip=show_ref(tip.ref), other=show_ref(ref))
    undoable = all(each.version == member.version for each, member, _ in rows)
    return Notice(words, f"/newsroom/tips/{tip.ref}/undo" if undoable else "", tip.version)


def _because(tip: Tip) -> str:
    return f": {REASONS[Reason(tip.reason)].lower()}" if tip.reason else ""
