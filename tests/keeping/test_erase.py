"""Erasing reaches every row, count, index and file of a tip, and no more than that."""

from datetime import timedelta

import pytest
from builders import NOON, a_tip, a_user, counted, fresh, group_of
from keeping.full import (
    CANARY,
    Shelf,
    a_draft_of,
    a_full_tip,
    files_with,
    rows_pointing_at,
    tables_with,
)
from sqlalchemy import func, select, text
from triage.races import check_groups, recount

from tipline import audit
from tipline.keeping import clearing
from tipline.keeping.erase import Erasure, OnHold, erase_contact, erase_tip
from tipline.models import Attachment, Contact, Event, Group, Leftover, LeftoverKind, State, Story, Tip
from tipline.search.index import index_tips

DETAIL = timedelta(seconds=42)


def erase(db, tip, act=erase_tip, by=audit.READER):
    with db.write() as session:
        return act(session, tip, by=by, now=NOON + DETAIL)


def events_of(db, tip):
    with db.read() as session:
        return session.scalars(select(Event).where(Event.subject == tip.ref).order_by(Event.id)).all()


def test_nothing_of_an_erased_tip_is_left_in_any_table(db, keyring):
    kept, tip = a_full_tip(db, keyring, canary="qqkeptqq"), a_full_tip(db, keyring)
    assert len(tables_with(db, CANARY)) > 6
    was = rows_pointing_at(db, kept.id)
    assert erase(db, tip) is Erasure.DONE
    assert tables_with(db, CANARY) == set()
    assert rows_pointing_at(db, tip.id) == {}
    with db.read() as session:
        assert session.get(Tip, tip.id) is None
        assert session.get(Group, tip.group_id) is None
        assert session.get_one(Story, tip.story_id).tip_count == 0
        assert session.get_one(Story, kept.story_id).tip_count == 1
    assert rows_pointing_at(db, kept.id) == was
    assert counted(db) == recount(db)
    check_groups(db)


def test_what_is_left_in_the_trail_is_the_ref_and_the_minute(db, keyring):
    tip = a_full_tip(db, keyring)
    erase(db, tip)
    received, erased = events_of(db, tip)
    assert (received.kind, erased.kind, erased.actor, erased.data) == (
        "tip.received",
        "tip.erased",
        "reader",
        {},
    )
    assert erased.at == NOON


def test_staff_erase_by_name_and_second(db, keyring, editor):
    tip = a_full_tip(db, keyring)
    erase(db, tip, by=editor)
    assert (events_of(db, tip)[-1].actor, events_of(db, tip)[-1].at) == ("Edie Okonjo", NOON + DETAIL)


def test_a_member_leaves_its_group_to_the_others(db):
    first = a_tip(db)
    group = group_of(db, first)
    second = a_tip(db, group=group, state=State.ACCEPTED, received_at=NOON + timedelta(hours=1))
    erase(db, first)
    left = group_of(db, second)
    assert (left.size, left.pending, left.lead_id, left.state) == (1, 0, second.id, State.ACCEPTED)
    assert counted(db) == {"accepted": 1}


def test_a_tip_with_a_draft_stays_as_an_empty_row_in_no_list(db, keyring, signed_in_as, editor):
    tip = a_full_tip(db, keyring, state=State.ACCEPTED)
    draft = a_draft_of(db, tip)
    assert erase(db, tip) is Erasure.DONE
    left = fresh(db, tip)
    assert (left.ref, left.state, left.body, left.erased_at) == (tip.ref, State.ACCEPTED, "", NOON)
    assert set(rows_pointing_at(db, tip.id)) == {"draft_tips"}
    assert tables_with(db, CANARY) == set()
    assert counted(db) == {"pending": 1}
    home = group_of(db, left)
    assert (home.size, home.lead_id) == (0, None)
    browser = signed_in_as(editor)
    for query in ("state=accepted", "state=all", f"state=all&story={CANARY}", "state=all&q=-lamp"):
        assert tip.ref not in browser.get(f"/newsroom/queue?{query}").text
    assert browser.get(f"/newsroom/tips/{tip.ref}").status_code == 404
    assert "This tip was erased" in browser.get(f"/newsroom/drafts/{draft.ref}").text
    for act in ("decision", "notes"):
        fields = {"decision": "accept", "version": "2", "body": "A note"}
        assert browser.post(f"/newsroom/tips/{tip.ref}/{act}", data=fields).status_code == 404


def test_erasing_twice_is_once(db, keyring):
    tip, used = a_full_tip(db, keyring), a_full_tip(db, keyring)
    a_draft_of(db, used)
    for each in (tip, used):
        assert erase(db, each) is Erasure.DONE
        assert erase(db, each) is Erasure.NOTHING
        assert erase(db, each, erase_contact) is Erasure.NOTHING
        assert [event.kind for event in events_of(db, each)].count("tip.erased") == 1
    assert counted(db) == {"pending": 2}


def test_a_contact_goes_alone_with_its_fingerprint(db, keyring):
    tip = a_full_tip(db, keyring)
    assert erase(db, tip, erase_contact) is Erasure.DONE
    assert erase(db, tip, erase_contact) is Erasure.NOTHING
    with db.read() as session:
        contact = session.scalars(select(Contact).where(Contact.tip_id == tip.id)).one()
    assert (contact.sealed, contact.sender_hash, contact.given, contact.may_contact) == (
        None,
        None,
        "",
        False,
    )
    assert contact.erased_at == NOON
    assert CANARY in fresh(db, tip).body
    assert [event.kind for event in events_of(db, tip)] == ["tip.received", "tip.contact_erased"]


@pytest.mark.parametrize(("act", "what"), [(erase_contact, "contact"), (erase_tip, "tip")])
def test_on_hold_a_readers_wish_is_noted_and_staff_are_refused(db, keyring, editor, act, what):
    tip = a_full_tip(db, keyring, legal_hold=True)
    with pytest.raises(OnHold):
        erase(db, tip, act, by=editor)
    for _ in range(2):
        assert erase(db, tip, act) is Erasure.WHEN_LIFTED
    assert (fresh(db, tip).erasure_wanted, fresh(db, tip).body) == (what, tip.body)
    assert [event.data for event in events_of(db, tip)[1:]] == [{"what": what}]


def test_the_larger_wish_stands(db, keyring):
    tip = a_full_tip(db, keyring, legal_hold=True)
    for act in (erase_contact, erase_tip, erase_contact):
        erase(db, tip, act)
    assert fresh(db, tip).erasure_wanted == "tip"


def test_files_are_left_to_be_deleted_and_are(db, keyring):
    tip, kept = a_full_tip(db, keyring), a_full_tip(db, keyring)
    with db.read() as session:
        of_tip, of_kept = (
            [
                key
                for file in session.scalars(select(Attachment).where(Attachment.tip_id == each.id))
                for key in (f"{file.original_key}0", f"{file.original_key}1", file.scrubbed_key)
                if key
            ]
            for each in (tip, kept)
        )
    kept_only = set(of_kept) - set(of_tip)
    shelf = Shelf(*of_tip, *of_kept)
    erase(db, tip)
    assert clearing.clear_objects(db, shelf) == 4
    assert shelf.objects == kept_only
    assert clearing.clear_objects(db, shelf) == 0


def test_a_storage_that_is_away_loses_no_key(db, keyring):
    class Away(Shelf):
        def delete(self, key):
            raise OSError("no route")

    tip = a_full_tip(db, keyring)
    erase(db, tip)
    with pytest.raises(OSError, match="no route"):
        clearing.clear_objects(db, Away("shown-scrubbed-0123456789"))
    assert clearing.clear_objects(db, Shelf()) == 4


def leftovers(db):
    with db.read() as session:
        return dict(session.execute(select(Leftover.kind, func.count()).group_by(Leftover.kind)).all())


@pytest.mark.thorough
@pytest.mark.only("sqlite")  # PostgreSQL keeps the space of erased rows until its vacuum
@pytest.mark.parametrize("drafted", [False, True])
def test_the_words_are_in_no_byte_of_the_database(db, keyring, home, drafted):
    tip = a_full_tip(db, keyring)
    for _ in range(60):  # parts of an index that merging has to go through
        a_tip(db, "Someoneelse lit a lamp.")
        with db.write() as session:
            index_tips(session)
    if drafted:
        a_draft_of(db, tip)
    db.empty_log()
    assert files_with(home, CANARY[2:]) == {"tipline.sqlite3"}
    erase(db, tip)
    with db.read() as session:
        found = text("SELECT count(*) FROM tip_search WHERE tip_search MATCH :word")
        assert session.scalar(found, {"word": CANARY}) == 0
    assert clearing.clear(db, None, now=NOON + timedelta(days=1)) == 3  # words, and pages twice
    assert files_with(home, CANARY[2:]) == set()
    assert set(leftovers(db)) <= {LeftoverKind.OBJECTS}
    with db.read() as session:
        # first, for FTS5 sees what others changed when it is asked, and not when it is checked
        assert session.scalar(found, {"word": "someoneelse"}) == 60
        assert session.connection().exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
        session.execute(text("INSERT INTO tip_search(tip_search) VALUES ('integrity-check')"))


def test_the_index_is_merged_once_a_day_not_for_each_tip(db, keyring):
    erase(db, a_full_tip(db, keyring))
    clearing.clear(db, None, now=NOON + timedelta(hours=1))
    assert LeftoverKind.WORDS in leftovers(db)
    clearing.clear(db, None, now=NOON + timedelta(hours=25))
    assert LeftoverKind.WORDS not in leftovers(db)


@pytest.mark.only("sqlite")  # PostgreSQL recycles its log by itself
def test_a_reader_in_the_middle_keeps_the_log_until_next_time(db, keyring):
    with db.read() as reader:
        reader.scalar(select(func.count()).select_from(Tip))
        erase(db, a_full_tip(db, keyring))
        assert clearing.clear_pages(db) == 0
    assert clearing.clear_pages(db) == 1


def test_a_tip_that_was_never_indexed_can_be_erased(db):
    tip = a_tip(db)
    assert erase(db, tip) is Erasure.DONE
    assert LeftoverKind.WORDS not in leftovers(db)


def test_the_names_of_staff_outlive_what_they_wrote(db, keyring):
    tip, user = a_full_tip(db, keyring), a_user(db)
    with db.write() as session:
        audit.record(session, "tip.noted", subject=tip.ref, by=user, at=NOON)
    erase(db, tip)
    assert [event.actor_id for event in events_of(db, tip)] == [None, user.id, None]
