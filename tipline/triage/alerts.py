"""Tell colleagues of new tips as each wants to hear: how many, and how many of them say the same.

What somebody was told stands as a mark among the events (see `changes`). A duty of the worker looks for
whom something came since their mark; after a moment, in which tips that say the same are joined, one mail
tells of all of it, and then none for as long as the newsroom set. The mark moves by a conditional UPDATE in
the transaction that puts the mail into the outbox, so that two workers never tell twice. The browser of
somebody who is signed in asks for the same words by itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tipline.config import Settings
from tipline.db import Database
from tipline.delivery.colleagues import tell
from tipline.errors import NotFound
from tipline.models import AlertMark, Permission, State, Tip, User
from tipline.search.query import ME, MY_DESKS, Asker
from tipline.search.seen import seen_by
from tipline.search.tips import find_tips
from tipline.triage.changes import Mark, mark_now, subjects_since
from tipline.triage.listing import QUEUE, Listing
from tipline.triage.queries import conditions_of, query_of
from tipline.triage.saved_views import find_view
from tipline.web.alerts import Alerts, Scope

SETTLES = timedelta(seconds=20)  # from the first piece of news to the mail about all of them
MOST = 1_000
MINE = f"assignee:{ME} assignee:{MY_DESKS}"
FAR = 500  # events
KINDS = ("tip.received", "tip.logged", "tip.replied", "tip.woke")
NOUNS = {
    Scope.ALL: ("new tip", "new tips"),
    Scope.MINE: ("tip for you", "tips for you"),
    Scope.VIEW: ("new tip in your view", "new tips in your view"),
}
TEXT = "{words} at {site}. Sign in to read {them}.\n\nYour account says when we write to you."


@dataclass(frozen=True)
class News:
    """What came: how many tips, how many of them say the same at most, and whether that is all."""

    total: int = 0
    alike: int = 0
    more: bool = False

    def words(self, scope: Scope) -> str:
        """Say it: “37 new tips, 31 of them say the same”; "" for nothing."""
        if not self.total:
            return ""
        one, many = NOUNS[scope]
        number = f"Over {self.total:,}" if self.more else f"{self.total:,}"
        told = f"{number} {one if self.total == 1 else many}"
        return f"{told}, {self.alike:,} of them say the same" if self.alike > 1 else told


def news_for(session: Session, user: User, mark: Mark, asker: Asker) -> News:
    """Return what came for somebody since `mark`, of what they want to hear; their own acts are no news."""
    alerts = Alerts.of(user)
    listing = _listing(session, user, alerts)
    if listing is None:
        return News()
    kinds = (*KINDS, "tip.assigned") if alerts.scope is Scope.MINE else KINDS
    refs = subjects_since(session, mark, user.id, kinds, MOST)
    if not refs:
        return News()
    came = Tip.ref.in_(refs[:MOST]), Tip.erased_at.is_(None)
    condition = _found(session, listing, came, asker) if listing.is_of_tips else _waiting(listing, came, user)
    groups = session.scalars(select(func.count()).where(*condition).group_by(Tip.group_id)).all()
    return News(sum(groups), max(groups, default=0), more=len(refs) > MOST)


def send_due(db: Database, settings: Settings, now: datetime) -> int:
    """Put the mails that are due into the outbox, as a duty of the worker; return how many there were."""
    if not settings.smtp_url:
        return 0
    with db.read() as session:
        people = session.scalars(select(User).where(User.alerts.is_not(None), User.disabled_at.is_(None)))
        wanting = [each for each in people if Alerts.of(each).by_mail and each.may(Permission.TRIAGE)]
        told = {mark.user_id: mark for mark in session.scalars(select(AlertMark))} if wanting else {}
        here = mark_now(session) if wanting else Mark()
        news = {
            user.id: news_for(session, user, Mark.of(told[user.id].mark) or here, _asker(user, settings, now))
            for user in wanting
            if user.id in told and _may_write(told[user.id], settings, now)
        }
    done = 0
    for user in wanting:
        if user.id not in told:
            _begin(db, user, here)
        elif (found := news.get(user.id)) and found.total:
            done += _tell(db, settings, user, told[user.id], found, here, now)
        elif found and _is_far_behind(told[user.id], here):
            _move(db, told[user.id], here)
    return done


def _may_write(told: AlertMark, settings: Settings, now: datetime) -> bool:
    """Say whether somebody may have a mail now: some time after the last one."""
    return told.told_at is None or now - told.told_at >= timedelta(minutes=settings.alert_minutes)


def _begin(db: Database, user: User, here: Mark) -> None:
    """Note from where on somebody is told."""
    with db.write() as session:
        try:
            with session.begin_nested():
                session.add(AlertMark(user_id=user.id, mark=str(here)))
        except IntegrityError:
            return  # another worker did, or the account is gone


def _is_far_behind(seen: AlertMark, here: Mark) -> bool:
    """Say whether a mark without news is to move: where news came and went, or much else happened."""
    mark = Mark.of(seen.mark)
    return seen.news_since is not None or mark is None or here.last - mark.last > FAR


def _move(db: Database, seen: AlertMark, here: Mark) -> None:
    as_seen = update(AlertMark).where(AlertMark.user_id == seen.user_id, AlertMark.mark == seen.mark)
    with db.write() as session:
        session.execute(as_seen.values(mark=str(here), news_since=None))


def _tell(
    db: Database, settings: Settings, user: User, seen: AlertMark, news: News, here: Mark, now: datetime
) -> int:
    """Write to somebody, once the news has settled; until then note since when there is some."""
    row = update(AlertMark).where(AlertMark.user_id == user.id, AlertMark.mark == seen.mark)
    with db.write() as session:
        if seen.news_since is None:
            session.execute(row.where(AlertMark.news_since.is_(None)).values(news_since=now))
            return 0
        if now - seen.news_since < SETTLES:
            return 0
        moved = row.where(AlertMark.news_since == seen.news_since).returning(AlertMark.user_id)
        if session.scalar(moved.values(mark=str(here), told_at=now, news_since=None)) is None:
            return 0
        alerts = Alerts.of(user)
        words = news.words(alerts.scope)
        text = TEXT.format(words=words, site=settings.site_name, them="it" if news.total == 1 else "them")
        tell(session, settings, [user], f"alert-{here}", words, text, path=_path(alerts), now=now)
    return 1


def _listing(session: Session, user: User, alerts: Alerts) -> Listing | None:
    """Return the list of what somebody wants to hear of; None where their view is gone."""
    if alerts.scope is Scope.MINE:
        return Listing(state=None, q=MINE)
    if alerts.scope is Scope.ALL:
        return Listing()
    try:
        return find_view(session, alerts.view, user).listing
    except NotFound:
        return None


def _path(alerts: Alerts) -> str:
    query = {
        Scope.ALL: "",
        Scope.MINE: f"?{urlencode({'state': 'all', 'q': MINE})}",
        Scope.VIEW: f"?view={alerts.view}",
    }
    return QUEUE + query[alerts.scope]


def _waiting(listing: Listing, came: Sequence[ColumnElement[bool]], user: User) -> list[ColumnElement[bool]]:
    """Return the conditions of what came into a list of groups, and is still there."""
    kinds = [Tip.kind == listing.kind] if listing.kind else []
    return [*came, Tip.state == (listing.state or State.PENDING), *kinds, seen_by(user.id)]


def _found(
    session: Session, listing: Listing, came: Sequence[ColumnElement[bool]], asker: Asker
) -> list[ColumnElement[bool]]:
    """Return the condition of what came and is found by a search."""
    also = [*conditions_of(listing, asker), *came]
    ids = find_tips(session, query_of(listing, asker), None, MOST, also, asker=asker).ids
    return [Tip.id.in_(ids)]


def _asker(user: User, settings: Settings, now: datetime) -> Asker:
    return Asker(ZoneInfo(user.timezone or settings.site_timezone), now, user.id)
