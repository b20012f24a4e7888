"""What the tests of drafts share: promoting, reading again, and what an editor types."""

from builders import a_tip
from sqlalchemy import select

from tipline.drafts.actions import promote
from tipline.models import Draft, DraftTip, Event, Revision, show_ref

TYPED = {
    "headline": "Drummer Buys a Lighthouse",
    "dek": "She always wanted one.",
    "byline": "Edie Okonjo",
    "slug": "drummer-lighthouse",
    "desk": "Music",
    "embargo": "",
    "body": "She **did** it.",
}


def a_draft(db, by, *tips, now) -> Draft:
    """A draft made of tips, or of one that is made for it."""
    tips = tips or (a_tip(db),)
    with db.write() as session:
        return promote(session, [tip.ref for tip in tips], by=by, now=now)


def href(draft, rest="") -> str:
    return f"/newsroom/drafts/{show_ref(draft.ref)}{rest}"


def again(db, draft) -> Draft:
    with db.read() as session:
        return session.get_one(Draft, draft.id)


def drafts(db) -> list[Draft]:
    with db.read() as session:
        return list(session.scalars(select(Draft).order_by(Draft.id)))


def revisions(db, draft) -> list[Revision]:
    with db.read() as session:
        rows = select(Revision).where(Revision.draft_id == draft.id).order_by(Revision.number)
        return list(session.scalars(rows))


def tips_of(db, draft) -> list[int]:
    with db.read() as session:
        rows = select(DraftTip.tip_id).where(DraftTip.draft_id == draft.id).order_by(DraftTip.position)
        return list(session.scalars(rows))


def done(db, prefix="draft.") -> list[tuple[str, str, str]]:
    """What the audit trail holds: kind, subject, actor."""
    with db.read() as session:
        rows = session.scalars(select(Event).where(Event.kind.startswith(prefix)).order_by(Event.id))
        return [(event.kind, event.subject, event.actor) for event in rows]
