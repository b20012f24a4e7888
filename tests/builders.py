"""Builders of test data that read as English: a_tip(db, body="…")."""

import hashlib
import itertools
from datetime import UTC, datetime
from functools import cache
from typing import TypeVar

from sqlalchemy import Connection, bindparam, case, select, update
from sqlalchemy.orm import make_transient_to_detached

from tipline.db import Database
from tipline.models import (
    Alias,
    Attachment,
    Counter,
    Group,
    Person,
    Role,
    State,
    Story,
    Tip,
    Ungrouped,
    Unindexed,
    User,
    catalogue_changed,
    new_ref,
)
from tipline.models.base import Base
from tipline.models.counter import SHARDS
from tipline.models.group import rank
from tipline.prepared import Prepared, insert_into, insert_returning_id
from tipline.text.tokens import fold

T = TypeVar("T", bound=Base)
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
_numbers = itertools.count(1)

# Prepared: tests store thousands of tips.
_GROUPS, _COUNTERS = Group.__table__, Counter.__table__
_GROWN = Prepared(
    update(_GROUPS)
    .where(_GROUPS.c.id == bindparam("group"))
    .values(
        size=_GROUPS.c.size + 1,
        pending=_GROUPS.c.pending + bindparam("more"),
        newest_at=case(
            (_GROUPS.c.newest_at < bindparam("at"), bindparam("at", type_=_GROUPS.c.newest_at.type)),
            else_=_GROUPS.c.newest_at,
        ),
    )
)
_LED = Prepared(
    update(_GROUPS)
    .where(_GROUPS.c.id == bindparam("group"), _GROUPS.c.lead_id.is_(None))
    .values(lead_id=bindparam("tip"))
)
_COUNTED = Prepared(
    update(_COUNTERS)
    .where(_COUNTERS.c.name == bindparam("state"), _COUNTERS.c.shard == bindparam("of"))
    .values(value=_COUNTERS.c.value + 1)
)
_WAIT = [insert_into(model.__table__) for model in (Unindexed, Ungrouped)]


def a_tip(
    db: Database, body: str = "The drummer bought a lighthouse.", *, group: Group | None = None, **columns
) -> Tip:
    """Store a tip as if a reader had sent it, with its group and counters."""
    columns.setdefault("received_at", NOON)
    columns.setdefault("state", State.PENDING)
    state, received_at = columns["state"], columns["received_at"]
    pending = int(state == State.PENDING)
    with db.write_core() as connection:
        if group is None:
            made = _stored(connection, Group, state=state, rank=rank(0.0, received_at), pending=pending,
                           newest_at=received_at, kind=columns.get("kind", "tip"))  # fmt: skip
            group_id = made.id
        else:
            group_id = group.id
            _GROWN.run(connection, {"group": group_id, "more": pending, "at": received_at})
        tip = _stored(connection, Tip, ref=new_ref(), body=body, group_id=group_id, **columns)
        _LED.run(connection, {"group": group_id, "tip": tip.id})
        for wait in _WAIT:
            wait.run(connection, {"tip_id": tip.id})
        _COUNTED.run(connection, {"state": state, "of": tip.id % SHARDS})
    return tip


def waiting(db: Database, model: type[Unindexed | Ungrouped]) -> list[int]:
    """List the ids of the tips that wait for the worker."""
    with db.read() as session:
        return list(session.scalars(select(model.tip_id).order_by(model.tip_id)))


@cache
def _making(model: type[Base]) -> tuple[Prepared, dict[str, object]]:
    """Return how a row of a table is stored, and what its columns hold where nothing is said."""
    table = model.__table__
    values = {
        column.name: column.default.arg if column.default is not None and column.default.is_scalar else None
        for column in table.columns
    }
    return insert_returning_id(table), values


def _stored(connection: Connection, model: type[T], **columns) -> T:
    """Store a row, and return it as a session that let it go does, without what a session costs."""
    insertion, values = _making(model)
    values = {**values, **columns}
    values["id"] = insertion.run(connection, values)
    row = model(**values)
    make_transient_to_detached(row)
    return row


def group_of(db: Database, tip: Tip) -> Group:
    with db.read() as session:
        return session.get_one(Group, tip.group_id)


def a_story(db: Database, headline: str = "Drummer buys lighthouse", **columns) -> Story:
    number = next(_numbers)
    values = {
        "slug": f"story-{number}", "source": "text", "remote_id": f"r{number}",
        "headline": headline, "dek": "A light read.",
        "body": "She always wanted one.\n\nNow she has it.", "byline": "Bea Lindqvist", "credits": [],
        "tags": [], "published_at": NOON, "digest": hashlib.sha256(headline.encode()).digest(),
        "imported_at": NOON,
    }  # fmt: skip
    with db.write_core() as connection:
        story = _stored(connection, Story, **{**values, **columns})
        catalogue_changed(connection)
    return story


def a_person(
    db: Database, name: str = "Ilka Brandvold", *, aliases: tuple[str, ...] = (), **columns
) -> Person:
    slug = columns.pop("slug", name.lower().replace(" ", "-"))
    columns.setdefault("folded", fold(name))
    person = Person(slug=slug, name=name, created_at=NOON, **columns)
    with db.write() as session:
        session.add(person)
        session.flush()
        session.add_all(Alias(person_id=person.id, name=alias, folded=fold(alias)) for alias in aliases)
        catalogue_changed(session)
    return person


def a_user(
    db: Database, role: Role = Role.MODERATOR, *, email: str = "", name: str = "Sam Oyelaran", **columns
) -> User:
    email = email or f"user{next(_numbers)}@lantern.example"
    with db.write_core() as connection:
        return _stored(connection, User, email=email, name=name, role=role, **{"created_at": NOON, **columns})


def an_attachment(tip: Tip | None = None, **columns) -> Attachment:
    """Make the row of a file (its bytes are not in any storage)."""
    values = {
        "ref": new_ref(), "tip_id": tip.id if tip else None, "media_type": "image/jpeg", "size_bytes": 1,
        "original_key": "k", "sealed_file_key": b"", "key_id": "t1", "at": NOON,
    }  # fmt: skip
    return Attachment(**{**values, **columns})


def fresh(db: Database, tip: Tip) -> Tip:
    """Read a tip again."""
    with db.read() as session:
        return session.scalars(select(Tip).where(Tip.id == tip.id)).one()


def counted(db: Database) -> dict[str, int]:
    """The counters by state, without the zeros."""
    with db.read() as session:
        totals: dict[str, int] = {}
        for counter in session.scalars(select(Counter)):
            totals[counter.name] = totals.get(counter.name, 0) + counter.value
    return {name: value for name, value in totals.items() if value}
