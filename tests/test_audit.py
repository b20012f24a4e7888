import threading

import pytest
from builders import NOON, a_user
from sqlalchemy import delete, insert, select, update

from tipline import audit, worker
from tipline.errors import Invalid
from tipline.models import Event, Seal


@pytest.fixture
def chain(db, keyring):
    user = a_user(db)
    with db.write() as session:
        for number in range(6):
            audit.record(session, "tip.accepted", at=NOON, subject=f"REF{number}", by=user, version=number)
    with db.write() as session:
        assert audit.seal(session, keyring, now=NOON) == 6
    return db


def faults(db, keyring, head=None):
    with db.read() as session:
        return audit.verify(session, keyring, head=head)


def test_an_untouched_chain_is_whole_and_goes_on(chain, keyring):
    before = faults(chain, keyring)
    assert (before.sealed, before.unsealed, before.faults) == (6, 0, [])
    with chain.write() as session:
        audit.record(session, "tip.received", at=NOON, by=audit.READER)
    assert faults(chain, keyring).unsealed == 1
    with chain.write() as session:
        assert audit.seal(session, keyring, now=NOON) == 1
        assert audit.seal(session, keyring, now=NOON) == 0
    assert faults(chain, keyring, head=before.head).faults == []


def test_a_chain_is_walked_however_long_it_is(chain, keyring):
    with chain.write() as session:
        for _ in range(audit.AT_ONCE + 1):
            audit.record(session, "tip.received", at=NOON, by=audit.READER)
        while audit.seal(session, keyring, now=NOON):
            pass
        session.execute(update(Event).where(Event.id == audit.AT_ONCE + 3).values(actor="somebody else"))
    found = faults(chain, keyring)
    assert (found.sealed, found.unsealed, len(found.faults)) == (6 + audit.AT_ONCE + 1, 0, 1)


def test_links_that_were_forged_while_somebody_else_sealed_are_thrown_away(chain, keyring, monkeypatch):
    monkeypatch.setattr(audit, "BATCH", 2)
    with chain.write() as session:
        for _ in range(5):
            audit.record(session, "tip.received", at=NOON, by=audit.READER)
    forge = audit._links

    def sealed_meanwhile(session, *args):
        links = forge(session, *args)
        with chain.write() as other:
            monkeypatch.setattr(audit, "_links", forge)
            assert audit.seal(other, keyring, now=NOON) == 2
        return links

    monkeypatch.setattr(audit, "_links", sealed_meanwhile)
    assert audit.seal_new(chain, keyring, now=NOON, limit=50) == 0
    assert audit.seal_new(chain, keyring, now=NOON, limit=50) == 3
    found = faults(chain, keyring)
    assert (found.sealed, found.unsealed, found.faults) == (11, 0, [])


def test_workers_that_seal_at_once_make_one_chain(chain, keyring):
    with chain.write() as session:
        for _ in range(300):
            audit.record(session, "tip.received", at=NOON, by=audit.READER)
    done: list[int] = []

    def work():
        while sealed := audit.seal_new(chain, keyring, now=NOON, limit=60):
            done.append(sealed)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with chain.write() as session:
        while audit.seal(session, keyring, now=NOON):  # what each left to the others
            pass
    found = faults(chain, keyring)
    assert (found.sealed, found.unsealed, found.faults) == (306, 0, [])


def test_what_came_to_light_long_after_its_turn_is_sealed_too(chain, keyring, settings, monkeypatch):
    monkeypatch.setattr(audit, "RECENT", 3)
    bench = worker.Bench(settings, chain, keyring)
    for late in (0, -1):  # the second one, too, though the first stands among the newest seals
        with chain.write() as session:
            event = {"id": late, "at": NOON, "kind": "tip.received", "actor": audit.READER, "data": {}}
            session.execute(insert(Event).values(event))
            assert audit.seal(session, keyring, now=NOON) == 0
            assert audit.overlooked(session) == [late]
        assert worker.run_once(bench, {"late": worker._seal_late}) == 1
    found = faults(chain, keyring)
    assert (found.sealed, found.unsealed, found.faults) == (8, 0, [])
    assert worker.run_once(bench, {"late": worker._seal_late}) == 0


def test_an_edit_is_found(chain, keyring):
    with chain.write() as session:
        session.execute(update(Event).where(Event.subject == "REF2").values(actor="somebody else"))
    assert len(faults(chain, keyring).faults) == 1


def test_a_deletion_is_found(chain, keyring):
    with chain.write() as session:
        session.execute(delete(Event).where(Event.subject == "REF3"))
    assert "deleted" in faults(chain, keyring).faults[0]


def test_a_removed_seal_is_found(chain, keyring):
    with chain.write() as session:
        session.execute(delete(Seal).where(Seal.seq == 2))
    assert "missing" in faults(chain, keyring).faults[0]


def test_a_cut_tail_is_found_by_a_head_kept_elsewhere(chain, keyring):
    head = faults(chain, keyring).head
    with chain.write() as session:
        last = session.scalars(select(Seal).order_by(Seal.seq.desc())).first()
        session.execute(delete(Event).where(Event.id == last.event_id))
        session.execute(delete(Seal).where(Seal.seq == last.seq))
    assert faults(chain, keyring).faults == []
    assert "cut off" in faults(chain, keyring, head=head).faults[0]


@pytest.mark.parametrize("head", ["bogus", "", "12", "5:", "x:" + "0" * 32, "1:" + "0" * 31, "1:" + "0" * 33])
def test_what_is_not_written_like_a_head_is_refused(chain, keyring, head):
    with pytest.raises(Invalid, match="is no head; one is written as this prints it"):
        faults(chain, keyring, head=head)


def test_the_head_of_an_empty_chain_is_in_every_chain(chain, keyring):
    assert faults(chain, keyring, head="0:").faults == []
