"""Saved views: a list of the queue under a name, one's own or everybody's, with an address of its own.

A view is its owner's; a shared one is everybody's to use, and its owner's or an administrator's to change.
Its address stays what it was when it is renamed, so that links to it go on working.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, delete, func, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tipline import audit, clock
from tipline.errors import Forbidden, Invalid, NotFound, Overtaken
from tipline.models import Permission, User, View
from tipline.text.clean import clean_line
from tipline.text.slugs import numbered, slugify
from tipline.triage.asked import VIEWER
from tipline.triage.listing import Listing

MAX_NAME_CHARACTERS = 60
MAX_QUERY_CHARACTERS = 1_000
MAX_OWN = 40
SHOWN = 30  # in the pane, of one's own and those shared
MAX_SLUG = 100
NAMELESS = "view"
MISSING = "There is no such view, or it is not shared with you."


@dataclass(frozen=True)
class SavedView:
    """A view as a page needs it."""

    slug: str
    name: str
    shared: bool
    mine: bool
    may_change: bool
    listing: Listing


# The views that somebody may use, in the order of their names.
VIEWS_OF = (
    select(View.slug, View.name, View.query, View.shared, View.owner_id)
    .where(or_(View.owner_id == VIEWER, View.shared.is_(True)))
    .order_by(func.lower(View.name), View.id)
    .limit(SHOWN)
)


def views_in(rows: Iterable[Any], user: User) -> list[SavedView]:
    """List the views that rows of `VIEWS_OF` hold."""
    return [_shown(view, user) for view in rows]


def find_view(session: Session, slug: str, user: User) -> SavedView:
    """Return a view by its slug.

    Raises:
        NotFound: when there is none that `user` may use.
    """
    view = session.scalars(select(View).where(View.slug == slug, _usable_by(user))).one_or_none()
    if view is None:
        raise NotFound(MISSING)
    return _shown(view, user)


def save_view(session: Session, name: str, listing: Listing, *, shared: bool, by: User) -> str:
    """Save a list under a name; return the slug.

    Raises:
        Invalid: without a name, or when the list is too long to keep, or there are too many.
    """
    name, query = _name(name), _query(listing)
    own = session.scalar(select(func.count()).where(View.owner_id == by.id)) or 0
    if own >= MAX_OWN:
        raise Invalid(f"You have {own} views; delete one that you no longer use.")
    slug = _free_slug(session, name)
    view = View(owner_id=by.id, slug=slug, name=name, query=query, shared=shared)
    try:
        with session.begin_nested():
            session.add(view)
    except IntegrityError:
        raise Overtaken("Somebody saved a view of that name this moment; save yours again.") from None
    audit.record(session, "view.saved", subject=slug, by=by, at=clock.now(), name=name, shared=shared)
    return slug


def change_view(
    session: Session, slug: str, *, name: str, shared: bool, listing: Listing | None, by: User
) -> None:
    """Rename a view, share it or keep it to oneself, and with `listing` let it hold that instead.

    Raises:
        NotFound, Forbidden: when it is not there, or not theirs to change.
    """
    _require(session, slug, by)
    columns: dict[str, object] = {"name": _name(name), "shared": shared}
    if listing is not None:
        columns["query"] = _query(listing)
    session.execute(update(View).where(View.slug == slug).values(**columns))
    facts = {"name": columns["name"], "shared": shared, "filters_changed": listing is not None}
    audit.record(session, "view.changed", subject=slug, by=by, at=clock.now(), **facts)


def delete_view(session: Session, slug: str, *, by: User) -> str:
    """Delete a view; return the name it had."""
    name = _require(session, slug, by).name
    session.execute(delete(View).where(View.slug == slug))
    audit.record(session, "view.deleted", subject=slug, by=by, at=clock.now(), name=name)
    return name


def _usable_by(user: User) -> ColumnElement[bool]:
    return or_(View.owner_id == user.id, View.shared.is_(True))


def _shown(view: Any, user: User) -> SavedView:
    return SavedView(
        view.slug, view.name, view.shared, view.owner_id == user.id, _may_change(view, user),
        _held(view.slug, view.query),
    )  # fmt: skip


@lru_cache(maxsize=200)
def _held(slug: str, query: str) -> Listing:
    """Return the list that a view holds; each page shows the same few."""
    listing = Listing.of_query_string(query)
    return replace(listing, view=slug, base=listing)


def _may_change(view: Any, user: User) -> bool:
    return view.owner_id == user.id or (view.shared and user.may(Permission.SETTINGS))


def _require(session: Session, slug: str, user: User) -> View:
    usable = select(View).where(View.slug == slug, _usable_by(user)).with_for_update()
    view = session.scalars(usable).one_or_none()
    if view is None:
        raise NotFound(MISSING)
    if not _may_change(view, user):
        raise Forbidden("This view is a colleague's; only they or an administrator can change it.")
    return view


def _name(text: str) -> str:
    name = clean_line(text)
    if not name:
        raise Invalid("Give the view a name.")
    if len(name) > MAX_NAME_CHARACTERS:
        raise Invalid(f"A name holds {MAX_NAME_CHARACTERS} characters at most; this one has {len(name):,}.")
    return name


def _query(listing: Listing) -> str:
    query = replace(listing, view="", base=None, after="").query_string()
    if len(query) > MAX_QUERY_CHARACTERS:
        raise Invalid("This search is too long to be saved; shorten it.")
    return query


def _free_slug(session: Session, name: str) -> str:
    wanted = slugify(name)[:MAX_SLUG] or NAMELESS
    taken = set(session.scalars(select(View.slug).where(View.slug.startswith(wanted, autoescape=True))))
    return next(slug for number in range(1, 10_000) if (slug := numbered(wanted, number)) not in taken)
