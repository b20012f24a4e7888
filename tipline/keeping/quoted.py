"""Erase the words of tips from the drafts that were made of them, as far as nobody has approved those.

A new draft starts with its tips as quotes, and perhaps the first words of one as its headline: these are
still the tipster's words, not the newsroom's. They go from the text and from each earlier version. What the
newsroom has approved, sent or published stays, as the tipster is told.
"""

from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tipline.models import Draft, DraftState, DraftTip, Revision, Tip, show_ref
from tipline.text.quotes import first_words, without_quote
from tipline.text.slugs import slugify

UNAPPROVED = (DraftState.DRAFT, DraftState.IN_REVIEW, DraftState.KILLED)


def erase_quotes(session: Session, tip_ids: Sequence[int]) -> None:
    """Take the words of some tips out of the drafts that are made of them."""
    made = select(DraftTip.draft_id, Tip.ref, Tip.body).join(Tip, Tip.id == DraftTip.tip_id)
    made = made.join(Draft, Draft.id == DraftTip.draft_id)
    made = made.where(DraftTip.tip_id.in_(tip_ids), Draft.state.in_(UNAPPROVED)).order_by(DraftTip.draft_id)
    for draft_id, ref, body in session.execute(made).all():
        for kind, belongs in ((Draft, Draft.id == draft_id), (Revision, Revision.draft_id == draft_id)):
            texts = select(kind.id, kind.headline, kind.slug, kind.body).where(belongs).with_for_update()
            for text in session.execute(texts).all():
                left = _left(text.headline, text.slug, text.body, ref=ref, said=body)
                session.execute(update(kind).where(kind.id == text.id).values(left))


def _left(headline: str, slug: str, body: str, *, ref: str, said: str) -> dict[str, str]:
    """Return what of a version stays."""
    named, taken = f"Tip {show_ref(ref)}", first_words(said)
    return {
        "headline": named if headline == taken else headline,
        "slug": slugify(named) if slug == slugify(taken) else slug,
        "body": without_quote(body, show_ref(ref)),
    }
