"""Say what an act did, and offer to take it back."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from tipline.models import Decision, Link, Reason, Story, Tip, Verdict, show_ref
from tipline.triage.shown import Notice
from tipline.triage.words import DONE, REASONS

STANDS = Notice("It stands as you wanted it already.", "", 0)


def notice_of(session: Session, batch: str | None) -> Notice | None:
    """Say what the decisions of `batch` did; None when there is no such batch."""
    query = (
        select(Verdict, Tip, Story.headline)
        .join(Tip, Tip.id == Verdict.tip_id)
        .outerjoin(Link, Link.id == Verdict.link_id)
        .outerjoin(Story, Story.id == Link.story_id)
    )
    rows = session.execute(query.where(Verdict.batch == batch).order_by(Verdict.id)).all() if batch else []
    if not rows:
        return None
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


def _because(tip: Tip) -> str:
    return f": {REASONS[Reason(tip.reason)].lower()}" if tip.reason else ""
