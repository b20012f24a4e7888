"""Tips that wait for the worker's indexes, while others correct them, erase them, or index them too."""

import threading

import pytest
from builders import NOON, a_tip, counted, waiting
from sqlalchemy import delete, select, text, update
from triage.races import recount

from tipline import audit, schema
from tipline.assist.groups import group_tips
from tipline.keeping.erase import erase_tip
from tipline.models import Tip, Ungrouped, Unindexed
from tipline.search import index
from tipline.search.index import index_anew, index_tips, index_waiting
from tipline.search.query import parse
from tipline.search.tips import find_tips


def found(db, typed):
    with db.read() as session:
        return find_tips(session, parse(typed)).ids


def erase(db, tip):
    with db.write() as session:
        erase_tip(session, tip, by=audit.READER, now=NOON)


def correct(db, tip, words):
    with db.write() as session:
        session.scalar(select(Tip.id).where(Tip.id == tip.id).with_for_update())
        index_anew(session, tip.id)
        session.execute(update(Tip).where(Tip.id == tip.id).values(about=words))


def meanwhile(act, *args):
    """Begin an act that waits for a transaction which is under way."""
    thread = threading.Thread(target=act, args=args)
    thread.start()
    thread.join(0.3)
    assert thread.is_alive()
    return thread


def test_an_erased_tip_waits_no_longer_and_the_next_one_does(db):
    erase(db, a_tip(db))
    assert waiting(db, Unindexed) == waiting(db, Ungrouped) == []
    tip = a_tip(db, "a lantern")  # on SQLite with the id of the one that went
    assert waiting(db, Unindexed) == waiting(db, Ungrouped) == [tip.id]
    assert index_waiting(db, 50) == group_tips(db) == 1
    assert waiting(db, Unindexed) == waiting(db, Ungrouped) == []
    assert found(db, "lantern") == [tip.id]
    assert counted(db) == recount(db)


@pytest.mark.parametrize("act", [erase, correct])
def test_who_changes_a_tip_that_is_being_indexed_takes_out_what_the_index_got(db, act):
    tip = a_tip(db, "a lantern", about="a walrus")
    args = (db, tip, "a heron") if act is correct else (db, tip)
    with db.write() as session:
        assert index_tips(session) == 1
        thread = meanwhile(act, *args)
    thread.join(10)
    assert found(db, "lantern") == []
    index_waiting(db, 50)
    assert found(db, "walrus") == []
    assert found(db, "heron") == ([tip.id] if act is correct else [])


@pytest.mark.only("postgres")  # on SQLite every writer is alone
def test_what_somebody_has_in_hand_is_left_to_them(db):
    taken, free = a_tip(db, "a lantern"), a_tip(db, "a walrus")
    with db.read() as session:
        entries = index._waiting(session, 50)
    with db.write() as session:
        session.scalar(select(Unindexed.tip_id).where(Unindexed.tip_id == taken.id).with_for_update())
        with db.write() as worker:
            worker.execute(text("SET LOCAL lock_timeout = '5s'"))
            assert index._keep(worker, entries) == 1
    assert waiting(db, Unindexed) == [taken.id]
    assert found(db, "walrus") == [free.id]


@pytest.mark.thorough
def test_what_waited_before_the_tables_came_waits_after(db):
    indexed, new = a_tip(db, "a lantern"), a_tip(db, "a walrus")
    index_waiting(db, 1)
    assert waiting(db, Unindexed) == [new.id]
    schema.downgrade(db, "0020")
    with db.read() as session:
        marked = text("SELECT id FROM tips WHERE indexed_at IS NOT NULL AND grouped_at IS NULL")
        assert list(session.scalars(marked)) == [indexed.id]
    schema.upgrade(db)
    assert waiting(db, Unindexed) == [new.id]
    assert waiting(db, Ungrouped) == [indexed.id, new.id]
    assert index_waiting(db, 50) == 1
    assert (found(db, "lantern"), found(db, "walrus")) == ([indexed.id], [new.id])


@pytest.mark.only("sqlite")  # which breaks an index by taking out what is not in it
def test_what_no_index_ever_got_is_taken_out_of_none(db):
    tip, other = a_tip(db, "a lantern"), a_tip(db, "a walrus")
    with db.write() as session:
        session.execute(delete(Unindexed).where(Unindexed.tip_id == tip.id))
    index_waiting(db, 50)
    erase(db, tip)
    with db.write() as session:
        session.execute(text("INSERT INTO tip_search(tip_search) VALUES ('integrity-check')"))
    assert found(db, "walrus") == [other.id]
