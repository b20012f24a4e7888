"""The rows of a tip, in as few statements as each database allows.

A tip that brings no files is stored whole: by one statement on PostgreSQL, where each costs a round trip, and
by nine prepared ones on SQLite, where none does. Whatever is written besides goes the long way (`store`).
"""

from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import (
    CTE,
    Connection,
    Integer,
    String,
    Table,
    bindparam,
    exists,
    false,
    func,
    insert,
    literal_column,
    select,
    update,
)
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

from tipline import audit
from tipline.intake.staging import FILES, SOME
from tipline.models import Contact, Counter, Group, Receipt, State, Story, Tip, Ungrouped, Unindexed
from tipline.models.counter import SHARDS
from tipline.prepared import Driver, Prepared, insert_into, insert_returning_id

# Tables, not classes: an insert through the ORM would cost more than all the rest of a request.
TIPS = cast(Table, Tip.__table__)
GROUPS = cast(Table, Group.__table__)
RECEIPTS = cast(Table, Receipt.__table__)
CONTACTS = cast(Table, Contact.__table__)
COUNTERS = cast(Table, Counter.__table__)
STORIES = cast(Table, Story.__table__)
WAITING = tuple(cast(Table, each.__table__) for each in (Unindexed, Ungrouped))

_NEW_GROUP = insert_returning_id(GROUPS)
_NEW_TIP = insert_returning_id(TIPS)
_NEW_RECEIPT = insert_into(RECEIPTS)
_NEW_CONTACT = insert_into(CONTACTS)
_WAIT = tuple(insert_into(table) for table in WAITING)
_LEAD = Prepared(update(GROUPS).where(GROUPS.c.id == bindparam("group")).values(lead_id=bindparam("tip")))
_STORY = Prepared(select(STORIES.c.id).where(STORIES.c.slug == bindparam("story")))
_COUNTED = Prepared(
    update(COUNTERS)
    .where(COUNTERS.c.name == bindparam("state"), COUNTERS.c.shard == bindparam("of"))
    .values(value=COUNTERS.c.value + bindparam("by"))
)

Row = dict[str, ColumnElement[Any]]
_GIVEN = (
    "ref", "body", "kind", "about", "happened", "place", "how", "link", "channel", "page_url", "language",
    "state", "version", "spam_score", "received_at", "quarantined", "held_back",
)  # fmt: skip


_FILES_WAIT = exists().where(FILES.c.stage_hash == bindparam("stage"), SOME)


@dataclass(frozen=True)
class Arrival:
    """A tip ready to be stored: the receipt's words, and the columns of each row."""

    words: list[str]
    story: str
    tip: dict[str, object]
    group: dict[str, object]
    receipt: dict[str, object]
    contact: dict[str, object] | None
    lookup_hash: bytes
    answers_mac: bytes


def store_whole(driver: Driver, arrival: Arrival, stage_hash: bytes) -> bool:
    """Store all that belongs to a tip which a reader sent; store nothing when files wait for its form.

    Returns:
        Whether it was stored.

    Raises:
        IntegrityError: when this receipt exists (the same form, sent twice), or the ref is taken.
    """
    values = _values(arrival, stage_hash)
    if driver.dialect.name == "postgresql":
        return _WHOLE.run(driver, values) is not None
    files_wait, tip_id, group_id = _NUMBERS.row(driver, values)
    if files_wait:
        return False
    values |= {"tip_id": tip_id, "group_id": group_id}
    for row in (_ROWS if arrival.contact else _ROWS_WITHOUT_CONTACT).values():
        row.run(driver, values)
    count(driver, tip_id, State.PENDING, by=1)
    return True


def store(
    session: Session | Connection,
    tip: dict[str, object],
    group: dict[str, object],
    contact: dict[str, object] | None,
    *,
    story: str,
) -> int:
    """Store the rows of a tip, its group of one and its contact, and count it; return its id."""
    group_id = _NEW_GROUP.run(session, group)
    # A story that went away since the form was opened leaves the tip without one.
    story_id = _STORY.run(session, {"story": story}) if story else None
    tip_id: int = _NEW_TIP.run(session, {**tip, "group_id": group_id, "story_id": story_id})
    _LEAD.run(session, {"group": group_id, "tip": tip_id})
    for wait in _WAIT:
        wait.run(session, {"tip_id": tip_id})
    if contact is not None:
        _NEW_CONTACT.run(session, {**contact, "tip_id": tip_id})
    count(session, tip_id, State.PENDING, by=1)
    return tip_id


def store_receipt(
    session: Session | Connection, arrival: Arrival, tip_id: int, mac: bytes | None = None
) -> None:
    """Store the receipt of a tip; `mac` is that of its answers with their files, where there are some."""
    mac = mac or arrival.answers_mac
    _NEW_RECEIPT.run(session, {**arrival.receipt, "answers_mac": mac, "tip_id": tip_id})


def count(session: Session | Connection | Driver, tip_id: int, state: State, *, by: int) -> None:
    """Add to how many tips are in a state."""
    _COUNTED.run(session, {"state": state, "of": tip_id % SHARDS, "by": by})


def _values(arrival: Arrival, stage_hash: bytes) -> dict[str, object]:
    return {
        **arrival.tip,
        "score": arrival.group["score"],
        "rank": arrival.group["rank"],
        "story": arrival.story or None,
        "stage": stage_hash,
        "lookup_hash": arrival.lookup_hash,
        "answers_mac": arrival.answers_mac,
        "receipt_key_id": arrival.receipt["key_id"],
        **(arrival.contact or {}),
    }


def _given(table: Table, *names: str, **renamed: str) -> Row:
    """Return columns whose values a statement is given, by their own names unless `renamed`."""
    names_by_column = {**dict(zip(names, names, strict=True)), **renamed}
    return {
        column: bindparam(name, type_=table.c[column].type, required=False)
        for column, name in names_by_column.items()
    }


def _rows(tip_id: ColumnElement[int], group_id: ColumnElement[int]) -> list[tuple[Table, Row]]:
    """Return what a tip is made of: each table with its row, what is pointed at before what points."""
    none, one, no = literal_column("0", Integer), literal_column("1", Integer), false()
    story = select(STORIES.c.id).where(STORIES.c.slug == bindparam("story", type_=STORIES.c.slug.type))
    tip = _given(TIPS, *_GIVEN)
    group = _given(GROUPS, "state", "kind", "score", "rank", newest_at="received_at")
    contact = _given(CONTACTS, "sealed", "key_id", "given", "may_contact", "sender_hash", "ping")
    receipt = _given(RECEIPTS, "lookup_hash", "answers_mac", key_id="receipt_key_id")
    return [
        (GROUPS, {"id": group_id, **group, "size": one, "pending": one, "lead_id": tip_id}),
        (TIPS, {"id": tip_id, **tip, "group_id": group_id, "story_id": story.scalar_subquery(),
                "priority": none, "files": none, "restricted": no, "legal_hold": no}),
        (CONTACTS, {"tip_id": tip_id, **contact}),
        (RECEIPTS, {"tip_id": tip_id, **receipt}),
        (audit.EVENTS, audit.row("tip.received", by=audit.READER, at=tip["received_at"], subject=tip["ref"])),
        *((table, {"tip_id": tip_id}) for table in WAITING),
    ]  # fmt: skip


def _whole() -> Prepared:
    """Return the one statement for PostgreSQL; it gives no row when files wait for the form."""
    next_ids = (
        literal_column(f"nextval(pg_get_serial_sequence('{table.name}', 'id'))", table.c.id.type).label(name)
        for table, name in ((TIPS, "tip_id"), (GROUPS, "group_id"))
    )
    numbers = select(*next_ids).where(~_FILES_WAIT).cte("numbers")
    tip_id, group_id = numbers.c.tip_id, numbers.c.group_id
    parts = [_part(table, row, numbers) for table, row in _rows(tip_id, group_id)]
    pending, shard = (
        literal_column(f"'{State.PENDING}'", String),
        tip_id % literal_column(str(SHARDS), Integer),
    )
    counted = update(COUNTERS).where(COUNTERS.c.name == pending, COUNTERS.c.shard == shard)
    counted = counted.values(value=COUNTERS.c.value + literal_column("1", Integer))
    return Prepared(select(tip_id).add_cte(*parts, counted.cte("counted")))


def _part(table: Table, row: Row, numbers: CTE) -> CTE:
    values = select(*row.values()).select_from(numbers)
    if table is CONTACTS:
        values = values.where(row["given"].is_not(None))
    return insert(table).from_select(list(row), values, include_defaults=False).cte(f"new_{table.name}")


def _next_id(table: Table) -> ColumnElement[int]:
    return func.coalesce(select(func.max(table.c.id)).scalar_subquery(), 0) + 1


_WHOLE = _whole()
# On SQLite who writes is alone: the next ids are known beforehand.
_NUMBERS = Prepared(select(_FILES_WAIT, _next_id(TIPS), _next_id(GROUPS)))
_ROWS = {
    table: Prepared(insert(table).values(row))
    for table, row in _rows(
        bindparam("tip_id", type_=TIPS.c.id.type), bindparam("group_id", type_=GROUPS.c.id.type)
    )
}
_ROWS_WITHOUT_CONTACT = {table: row for table, row in _ROWS.items() if table is not CONTACTS}
