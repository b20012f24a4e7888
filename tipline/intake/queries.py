"""What readers may read: the story their form is about, and what became of their tip."""

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import Table, bindparam, or_, select
from sqlalchemy.orm import Session

from tipline.intake import receipt
from tipline.intake.page_url import spellings
from tipline.keys import Keyring
from tipline.models import (
    Attachment,
    Contact,
    Direction,
    Draft,
    DraftState,
    DraftTip,
    Message,
    Person,
    PersonState,
    Receipt,
    Story,
    StoryState,
    Tip,
)
from tipline.prepared import Prepared

MESSAGES_SHOWN = 200
STORIES = cast(Table, Story.__table__)
# What was taken down is named to nobody.
PUBLISHED = Story.state == StoryState.PUBLISHED
# Asked for with every form that is opened from a story.
_HEADLINE = Prepared(
    select(STORIES.c.headline).where(
        STORIES.c.slug == bindparam("slug"), STORIES.c.state == StoryState.PUBLISHED
    )
)


@dataclass(frozen=True)
class StoryLine:
    """A story as a readers' page names it."""

    slug: str
    headline: str
    elsewhere: str = ""  # its address where it is not on our own pages

    @property
    def href(self) -> str:
        return self.elsewhere or f"/stories/{self.slug}"


def story_for(session: Session, slug: str) -> StoryLine | None:
    headline = _HEADLINE.run(session, {"slug": slug})
    return None if headline is None else StoryLine(slug, headline)


def story_at(session: Session, address: str) -> StoryLine | None:
    """Return the story whose page stands at an address, however the two write it."""
    here = select(Story.slug, Story.headline).where(Story.url.in_(spellings(address)), PUBLISHED)
    row = session.execute(here.order_by(Story.id.desc()).limit(1)).first()
    return StoryLine(row.slug, row.headline) if row else None


def person_name(session: Session, slug: str) -> str | None:
    """Return the name of a person whom readers may see."""
    known = Person.slug == slug, Person.state == PersonState.CONFIRMED
    return session.scalar(select(Person.name).where(*known))


def answers_mac_of(session: Session, lookup_hash: bytes) -> bytes | None:
    """Return what was answered under this receipt, as a MAC, or None if nothing has been."""
    return session.scalar(select(Receipt.answers_mac).where(Receipt.lookup_hash == lookup_hash))


def logged_as(session: Session, lookup_hash: bytes) -> tuple[str, bytes] | None:
    """Return the ref of a receipt's tip and the MAC of its answers, b"" once it was erased; None for none."""
    columns = select(Tip.ref, Receipt.answers_mac).select_from(Receipt)
    columns = columns.outerjoin(Tip, Tip.id == Receipt.tip_id)
    row = session.execute(columns.where(Receipt.lookup_hash == lookup_hash)).first()
    return None if row is None else (row.ref, row.answers_mac) if row.ref else ("", b"")


def was_erased(session: Session, lookup_hash: bytes) -> bool:
    """Say whether the tip of this receipt was erased lately."""
    erased = Receipt.lookup_hash == lookup_hash, Receipt.erased_at.is_not(None)
    return session.scalar(select(Receipt.id).where(*erased)) is not None


def sent_as(session: Session, lookup_hash: bytes) -> tuple[str, str | None] | None:
    """Return the kind of the tip that has this receipt, and the headline of its story."""
    found = select(Tip.kind, Story.headline).select_from(Receipt).join(Tip, Tip.id == Receipt.tip_id)
    found = found.outerjoin(Story, (Story.id == Tip.story_id) & PUBLISHED)
    found = found.where(Receipt.lookup_hash == lookup_hash)
    row = session.execute(found).one_or_none()
    return (row.kind, row.headline) if row else None


def tip_of_receipt(session: Session, keyring: Keyring, typed: str) -> Tip | None:
    """Find the tip whose receipt somebody typed, however they typed it."""
    hashes = receipt.possible_hashes(keyring, typed)
    found = select(Tip).join(Receipt, Receipt.tip_id == Tip.id).where(Receipt.lookup_hash.in_(hashes))
    return session.scalars(found).first()


def is_promoted(session: Session, tip_id: int) -> bool:
    """Say whether a living draft was made from the tip."""
    drafts = select(DraftTip.draft_id).join(Draft, Draft.id == DraftTip.draft_id)
    living = drafts.where(DraftTip.tip_id == tip_id, Draft.state != DraftState.KILLED)
    return session.scalar(living.limit(1)) is not None


def published_as(session: Session, tip_id: int) -> list[StoryLine]:
    """Return what was published of the tip, newest first: our own page of it where we have one."""
    rows = (
        select(Draft.published_url, Story.slug, Story.headline)
        .join(DraftTip, DraftTip.draft_id == Draft.id)
        .outerjoin(Story, (Story.url == Draft.published_url) & PUBLISHED)
        .where(DraftTip.tip_id == tip_id, Draft.state == DraftState.PUBLISHED)
        .order_by(Draft.updated_at.desc(), Draft.id.desc(), Story.id)
    )
    lines = [
        StoryLine(slug, headline) if slug else StoryLine("", url, elsewhere=url)
        for url, slug, headline in session.execute(rows)
        if url
    ]
    return list(dict.fromkeys(lines))


def has_contact(session: Session, tip_id: int) -> bool:
    contact = select(Contact.id).where(Contact.tip_id == tip_id, Contact.sealed.is_not(None))
    return session.scalar(contact) is not None


def was_written_to(session: Session, tip_id: int) -> bool:
    """Say whether a mail told the tipster of news since they last came back."""
    contact = select(Contact.id).where(Contact.tip_id == tip_id, Contact.pinged_at.is_not(None))
    return session.scalar(contact) is not None


def story_of(session: Session, tip: Tip) -> str | None:
    """Return the headline of the story page that the tip came from, while there is such a page."""
    if tip.story_id is None:
        return None
    return session.scalar(select(Story.headline).where(Story.id == tip.story_id, PUBLISHED))


def conversation(session: Session, tip_id: int, *, now: datetime) -> list[Message]:
    """Return the messages that the tipster may see at `now`, oldest first: the newest `MESSAGES_SHOWN`."""
    visible = or_(Message.direction == Direction.FROM_TIPSTER, Message.send_at <= now)
    messages = select(Message).where(Message.tip_id == tip_id, visible)
    newest = messages.order_by(Message.at.desc(), Message.id.desc()).limit(MESSAGES_SHOWN)
    return list(session.scalars(newest))[::-1]


def files_of(session: Session, tip: Tip) -> list[Attachment]:
    """Return the files that came with a tip and its answers, in the order in which they came."""
    if not tip.files:
        return []
    return list(
        session.scalars(select(Attachment).where(Attachment.tip_id == tip.id).order_by(Attachment.id))
    )


def has_message(session: Session, ref: str, *, tip_id: int) -> bool:
    message = select(Message.id).where(Message.ref == ref, Message.tip_id == tip_id)
    return session.scalar(message) is not None
