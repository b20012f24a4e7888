"""Build the demo newsroom: The Marquee, two months of stories and tips, invented from first to last.

The stories go the way of every import; tips are written in bulk, with the rows that a real arrival and a
real decision leave behind (group, contact, counters, verdict, events), so that the demo is no special case.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from tipline import audit, clock
from tipline.accounts import passwords
from tipline.config import Settings
from tipline.db import Database
from tipline.demo.content import Demo, DemoDraft, DemoStory, load
from tipline.demo.tips import TipWriter
from tipline.keys import Keyring
from tipline.models import (
    Alias,
    Check,
    CheckState,
    Draft,
    DraftTip,
    Person,
    PersonState,
    Revision,
    Role,
    Story,
    User,
    new_ref,
)
from tipline.search.index import index_tips
from tipline.stories.actions import import_stories
from tipline.stories.sources import FoundStory, Related
from tipline.text.names import Candidate
from tipline.text.tokens import fold

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
    with db.write() as session:
        stories = {story.slug: story for story in session.scalars(select(Story))}
        writer = TipWriter(session, Keyring.of(settings.encryption_keys), users, stories, now)
        tips = writer.write(demo.tips)
        for draft in demo.drafts:
            _add_draft(session, draft, users, tips, now)
    _index(db, now)


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


def _add_draft(
    session: Session, draft: DemoDraft, users: dict[str, User], tips: dict[str, int], now: datetime
) -> None:
    author = users[draft.by]
    began, number = now - timedelta(minutes=draft.minutes_ago), len(draft.revisions) + 1
    row = Draft(
        ref=new_ref(),
        headline=draft.headline,
        dek=draft.dek,
        slug=draft.slug,
        body=draft.body,
        byline=draft.byline,
        desk=draft.desk,
        state=draft.state,
        version=number,
        approved_version=number if draft.state == "approved" else None,
        created_by_id=author.id,
        created_at=began,
        updated_at=began + timedelta(minutes=min(draft.minutes_ago, 60) / 2),
    )
    session.add(row)
    session.flush()
    texts: list[tuple[str, User, float]] = [
        (revision.body, users[revision.by], revision.minutes_ago) for revision in draft.revisions
    ]
    texts.append((draft.body, author, draft.minutes_ago / 2))
    for place, (body, saved_by, minutes_ago) in enumerate(texts, 1):
        session.add(
            Revision(draft_id=row.id, number=place, headline=draft.headline, dek=draft.dek, slug=draft.slug,
                     body=body, byline=draft.byline, saved_by_id=saved_by.id,
                     saved_at=now - timedelta(minutes=minutes_ago))
        )  # fmt: skip
    for place, key in enumerate(draft.tips):
        session.execute(
            insert(DraftTip),
            {
                "draft_id": row.id,
                "tip_id": tips[key],
                "position": place,
                "added_by_id": author.id,
                "added_at": began,
            },
        )
    for check in draft.checks:
        state = CheckState.VERIFIED if check.done else CheckState.OPEN
        session.add(Check(draft_id=row.id, claim=check.fact, state=state))
    audit.record(session, "draft.created", at=began, subject=row.ref, by=author, tips=len(draft.tips))


def _index(db: Database, now: datetime) -> None:
    while True:
        with db.write() as session:
            if not index_tips(session, now, limit=500):
                return
