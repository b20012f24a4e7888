"""A tip with everything that can belong to one, and a look at every table and file for what is left of it."""

from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

from builders import NOON, a_person, a_story, a_tip, a_user, an_attachment
from sqlalchemy import insert, update

from tipline import audit
from tipline.db import Database
from tipline.keeping.contact import sealed_contact
from tipline.keys import Keyring
from tipline.models import (
    Apart,
    Attachment,
    AttachmentState,
    Band,
    Base,
    Contact,
    Direction,
    Draft,
    DraftTip,
    Handling,
    Link,
    Message,
    Note,
    Receipt,
    Regrouping,
    Revision,
    Story,
    Tag,
    Tip,
    TipPerson,
    TipReader,
    Verdict,
    new_ref,
)
from tipline.search.index import index_tips

CANARY = "zqxjvkwzqhhx"


def a_full_tip(db: Database, keyring: Keyring, *, canary: str = CANARY, **columns) -> Tip:
    """Store a tip with contact, receipt, conversation, files, notes, links and all that machines add."""
    story = a_story(db)
    tip = a_tip(db, f"The {canary} bought a lighthouse.", about=canary, place=canary, happened=canary,
                sent_kind="tip", sent_about=canary, sent_place=canary,
                link=f"https://{canary}.example", page_url=f"https://x.example/{canary}", reason_text=canary,
                story_id=story.id, language="en", files=3, **columns)  # fmt: skip
    user, other, person = a_user(db), a_tip(db), a_person(db, slug=new_ref())
    at = columns.get("received_at", NOON)
    with db.write() as session:
        given = {"name": canary, "email": f"{canary}@example.org", "phone": ""}
        contact = sealed_contact(keyring, tip.ref, given, may_contact=True)
        session.execute(insert(Contact), {**contact, "tip_id": tip.id})
        session.add(
            Receipt(lookup_hash=new_ref().encode() * 4, key_id="t1", answers_mac=b"m" * 32, tip_id=tip.id)
        )
        message = Message(ref=new_ref(), tip_id=tip.id, direction=Direction.FROM_TIPSTER, body=canary, at=at)
        link = Link(tip_id=tip.id, story_id=story.id, why=canary, at=at)
        session.add_all([message, link])
        session.flush()
        session.add_all(
            [
                Note(tip_id=tip.id, by_id=user.id, body=canary, at=at),
                Tag(tip_id=tip.id, name=canary),
                TipReader(tip_id=tip.id, user_id=user.id, by_id=user.id, at=at),
                TipPerson(tip_id=tip.id, person_id=person.id),
                Verdict(batch=new_ref(), tip_id=tip.id, decision="accept", before={"reason_text": canary},
                        version=1, link_id=link.id, by_id=user.id, at=at),
                Handling(batch=new_ref(), tip_id=tip.id, act="correct", about=canary,
                         before={"about": canary}, version=1, by_id=user.id, at=at),
                Band(value=tip.id, tip_id=tip.id),
                Apart(tip_id=tip.id, other_id=other.id, at=at),
                Regrouping(batch=new_ref(), tip_id=tip.id, other_id=other.id, act="apart", version=1,
                           by_id=user.id, at=at),
                a_file(tip, "shown", state=AttachmentState.SCRUBBED, scrubbed_key="shown-scrubbed-0123456789",
                       credit=canary),
                a_file(tip, "sealed", state=AttachmentState.SEALED),
                a_file(tip, "said", message_id=message.id),
            ]
        )  # fmt: skip
        session.execute(update(Story).where(Story.id == story.id).values(tip_count=1))
        audit.record(session, "tip.received", subject=tip.ref, by=audit.READER, at=at)
    with db.write() as session:
        index_tips(session)
    return tip


def a_file(tip: Tip | None, name: str, **columns) -> Attachment:
    return an_attachment(tip, original_key=f"{name}-original-{new_ref()}", **columns)


def a_draft_of(db: Database, tip: Tip, *, at=NOON, **columns) -> Draft:
    """Make a draft of a tip, without its promotion's rows."""
    user = a_user(db)
    values = {"headline": "h", "dek": "", "slug": "s", "body": "b", "byline": "B", "created_by_id": user.id,
              "created_at": at, "updated_at": at}  # fmt: skip
    draft = Draft(ref=new_ref(), **{**values, **columns})
    with db.write() as session:
        session.add(draft)
        session.flush()
        text = {"headline": "h", "dek": "", "slug": "s", "body": "b", "byline": "B"}
        session.add(Revision(draft_id=draft.id, number=1, saved_by_id=user.id, saved_at=at, **text))
        session.add(DraftTip(draft_id=draft.id, tip_id=tip.id, position=0, added_by_id=user.id, added_at=at))
    return draft


def rows_pointing_at(db: Database, tip_id: int) -> dict[str, int]:
    """Count the rows of every table that name a tip by its id."""
    left = {}
    with db.read() as session:
        for table in Base.metadata.sorted_tables:
            columns = [column for column in table.columns if column.name in {"tip_id", "other_id", "lead_id"}]
            for column in columns:
                found = len(session.execute(table.select().where(column == tip_id)).all())
                if found:
                    left[table.name] = found
    return left


def tables_with(db: Database, text: str) -> set[str]:
    """Name the tables in a row of which `text` stands."""
    with db.read() as session:
        return {
            table.name
            for table in Base.metadata.sorted_tables
            for row in session.execute(table.select())
            if any(text in str(value) for value in row)
        }


def files_with(home: Path, text: str) -> set[str]:
    """Name the files under `home` in whose bytes `text` stands."""
    return {path.name for path in home.rglob("*") if path.is_file() and text.encode() in path.read_bytes()}


class Shelf:
    """A storage of files in memory."""

    def __init__(self, *keys: str) -> None:
        self.objects = set(keys)

    def list(self, prefix: str):
        return [SimpleNamespace(key=key) for key in sorted(self.objects) if key.startswith(prefix)]

    def delete(self, key: str) -> None:
        self.objects.discard(key)


LONG_AGO = NOON - timedelta(days=4000)
