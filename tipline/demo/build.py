"""Build the demo newsroom: The Marquee, two months of stories and tips, invented from first to last.

Stories, files and drafts go the way of every other; tips are written in bulk, with the rows that a real
arrival and a real decision leave behind (group, contact, counters, verdict, events), so that the demo is no
special case.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from tipline import audit, clock
from tipline.accounts import desks, passwords
from tipline.config import Settings
from tipline.db import Database
from tipline.demo.content import Demo, DemoStory, load
from tipline.demo.drafts import write_draft
from tipline.demo.files import stage_files
from tipline.demo.tips import TipWriter
from tipline.files.shelf import Shelf
from tipline.keys import Keyring
from tipline.models import Alias, Person, PersonState, Role, State, Story, Tip, User, catalogue_changed
from tipline.search.index import index_tips
from tipline.storage import storage_of
from tipline.stories.actions import import_stories
from tipline.stories.sources import FoundStory, Related
from tipline.text.names import Candidate
from tipline.text.tokens import fold
from tipline.triage import watching
from tipline.triage.assign import DESK, assign

SITE_NAME = "The Marquee"


@dataclass(frozen=True)
class Login:
    """One of the demo's accounts."""

    role: str
    email: str


def build(db: Database, settings: Settings, *, password: str) -> None:
    """Fill an empty newsroom, whose accounts share `password`."""
    demo, now = load(), clock.now()
    users = _add_users(db, demo, now, password)
    _add_people(db, demo, now)
    import_stories(db, [_found(story, demo, settings, now) for story in demo.stories], now=now,
                   site_timezone=settings.site_timezone)  # fmt: skip
    keyring = Keyring.of(settings.encryption_keys)
    files = stage_files(Shelf(settings, db, keyring, storage_of(settings)), demo.tips, now)
    with db.write() as session:
        stories = {story.slug: story for story in session.scalars(select(Story))}
        refs = TipWriter(session, keyring, users, stories, files, now).write(demo.tips)
        for draft in demo.drafts:
            write_draft(session, draft, users=users, refs=refs, now=now)
        _set_up(session, demo, users, now)
    _index(db)


def logins() -> list[Login]:
    """Return the demo's accounts; their password is made at the first start."""
    return [Login(user.role, user.email) for user in load().users]


def _add_users(db: Database, demo: Demo, now: datetime, password: str) -> dict[str, User]:
    hashed = passwords.hash_password(password)
    users = {
        user.key: User(email=user.email, name=user.name, role=Role(user.role), password_hash=hashed,
                       created_at=now - timedelta(days=70), timezone=None)
        for user in demo.users
    }  # fmt: skip
    with db.write() as session:
        session.add_all(users.values())
        session.flush()
        for user in users.values():
            audit.record(session, "user.added", at=user.created_at, subject=user.email, role=user.role)
    return users


def _add_people(db: Database, demo: Demo, now: datetime) -> None:
    with db.write() as session:
        for person in demo.people:
            row = Person(slug=person.slug, name=person.name, folded=fold(person.name), about=person.line,
                         state=PersonState.CONFIRMED, created_at=now - timedelta(days=70))  # fmt: skip
            session.add(row)
            session.flush()
            session.add_all(Alias(person_id=row.id, name=name, folded=fold(name)) for name in person.aliases)
        catalogue_changed(session)


def _set_up(session: Session, demo: Demo, users: dict[str, User], now: datetime) -> None:
    """Open the desks, hand tips to them, and watch for words, as the administrator did."""
    admin = next(user for user in users.values() if user.role == Role.ADMIN)
    for desk in demo.desks:
        slug = desks.add_desk(session, desk.name, by=admin, now=now)
        members = [users[key].email for key in desk.members]
        desks.change_desk(session, slug, desk.name, members, by=admin, now=now)
        if desk.kind:
            waiting = select(Tip.ref).where(Tip.kind == desk.kind, Tip.state == State.PENDING)
            for ref in session.scalars(waiting.order_by(Tip.id)).all():
                assign(session, ref, f"{DESK}{slug}", by=admin, now=now)
    watching.keep(session, list(demo.watched), watching.list_now(session)[1], by=admin, now=now)


def _found(story: DemoStory, demo: Demo, settings: Settings, now: datetime) -> FoundStory:
    names = {person.slug: person for person in demo.people}
    headlines = {other.slug: other.headline for other in demo.stories}
    published = (now - timedelta(days=story.days_ago)).replace(second=0, microsecond=0)
    local = published.astimezone(ZoneInfo(story.zone or settings.site_timezone))
    return FoundStory(
        source="demo",
        remote_id=story.slug,
        slug=story.slug,
        headline=story.headline,
        dek=story.dek,
        body="\n\n".join(story.body),
        byline=story.byline,
        credits=tuple(story.credits),
        credit_raw=f"[Image via {'/'.join(story.credits)}]" if story.credits else None,
        related=tuple(Related(headlines[slug]) for slug in story.related),
        tags=tuple(story.tags),
        published_at=published,
        published_raw=local.strftime("%b %d, %Y %I:%M%p %Z").replace("AM", "am").replace("PM", "pm"),
        candidates=tuple(Candidate(names[slug].name, tuple(names[slug].aliases), 1) for slug in story.people),
    )


def _index(db: Database) -> None:
    while True:
        with db.write() as session:
            if not index_tips(session, limit=500):
                return
