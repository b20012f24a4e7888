"""Say what somebody did with a tip besides deciding it, and offer to take it back."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from tipline.models import Desk, Handle, Handling, Story, Tip, User, show_ref
from tipline.models.desk import SUGGESTED
from tipline.search.seen import seen_by
from tipline.triage.handlings import stands
from tipline.triage.shown import Notice

WORDS = {
    Handle.TAG: "{tip} has the tag “{about}” now.",
    Handle.UNTAG: "{tip} has the tag “{about}” no more.",
    Handle.ASSIGN: "{tip} is assigned to {holder} now.",
    Handle.UNLINK: "{tip} is linked to “{about}” no more.",
    Handle.CORRECT: "Corrected {tip} ({about}).",
    Handle.RESTRICT: "Only those who are named see {tip} now.",
    Handle.REVEAL: "Everybody sees {tip} again.",
}
TAKEN_BACK = {
    Handle.ASSIGN: "Taken back. {tip} is assigned to {holder}.",
    Handle.RESTRICT: "Taken back. {seen} {tip} as before.",
    Handle.REVEAL: "Taken back. {seen} {tip} as before.",
}
AS_BEFORE = "Taken back. {tip} is as before."
SUGGESTED_WORDS = "Suggested to the editors that they make a draft of {tip}."


def notice_of_handling(session: Session, batch: str, to: int) -> Notice | None:
    """Say what `batch` did to who did it; None for everybody else, and where they may not see the tip."""
    query = select(Handling, Tip, stands().label("stands")).join(Tip, Tip.id == Handling.tip_id)
    own = Handling.batch == batch, Handling.by_id == to, seen_by(to)
    row = session.execute(query.where(*own)).first()
    if row is None:
        return None
    done, tip, as_left = row
    act = Handle(done.act)
    undone = done.undone_at is not None
    words = TAKEN_BACK.get(act, AS_BEFORE) if undone else WORDS[act]
    if act is Handle.TAG and done.about == SUGGESTED and not undone:
        words = SUGGESTED_WORDS
    hidden = tip.restricted or tip.escalated_at is not None
    said = words.format(
        tip=show_ref(tip.ref),
        about=_headline(session, done.about) if act is Handle.UNLINK else done.about,
        holder=_holder(session, tip) if act is Handle.ASSIGN else "",
        seen="Only those who are named see" if hidden else "Everybody sees",
    )
    offer = f"/newsroom/tips/{tip.ref}/undo" if as_left and not undone else ""
    return Notice(said, offer, tip.version, done.batch)


def _holder(session: Session, tip: Tip) -> str:
    """Say who has a tip."""
    person, desk = User.id == tip.assignee_id, Desk.id == tip.desk_id
    name = session.scalar(select(User.name).where(person)) or session.scalar(select(Desk.name).where(desk))
    return name or "nobody"


def _headline(session: Session, slug: str) -> str:
    return session.scalar(select(Story.headline).where(Story.slug == slug)) or "a story"
