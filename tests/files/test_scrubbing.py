"""The duty that makes clean copies: once for each file, and never for ever."""

import threading
from datetime import timedelta

import pytest
from files.conftest import CLEAN
from intake.readers import open_form
from intake.sending import JPEG, files_in, objects_in, send_part, shelf_of
from sqlalchemy import update

from tipline import clock
from tipline.files import scrubbing
from tipline.files.shelf import facts_of
from tipline.models import Attachment
from tipline.scrub import clamav, run
from tipline.scrub.found import CannotScrub, WhySealed
from tipline.storage import StorageAway
from tipline.storage.folder import FolderStorage


@pytest.fixture
def shelf(app):
    return shelf_of(app)


def test_a_file_gets_its_clean_copy(shelf, db, keyring, engine, sent):
    sent()
    assert scrubbing.scrub_next(shelf) == 1
    [file] = files_in(db)
    assert engine == [JPEG]
    assert (file.state, file.scrubbed_type, file.scrubbed_bytes) == ("scrubbed", "image/jpeg", len(CLEAN))
    assert file.removed == ["place", "serial"]
    assert shelf.copy(file).read() == CLEAN
    assert shelf.original(file).read() == JPEG
    assert facts_of(keyring, file)["latitude"] == 52.5
    assert b"52.5" not in file.sealed_facts
    assert scrubbing.scrub_next(shelf) == 0


def test_what_cannot_be_scrubbed_is_sealed_with_its_reason(shelf, db, sent, monkeypatch):
    def refuse(*_arguments):
        raise CannotScrub(WhySealed.LOCKED)

    monkeypatch.setattr(run, "scrub", refuse)
    sent()
    assert scrubbing.scrub_next(shelf) == 1
    [file] = files_in(db)
    assert (file.state, file.why_sealed, file.scrubbed_key) == ("sealed", "locked", None)
    assert shelf.original(file).read() == JPEG
    assert scrubbing.scrub_next(shelf) == 0


def test_what_nobody_has_sent_is_not_scrubbed(client, shelf, engine):
    send_part(client, open_form(client), JPEG)
    assert (scrubbing.scrub_next(shelf), engine) == (0, [])


@pytest.mark.thorough
def test_several_workers_do_each_file_once(shelf, db, engine, sent):
    for number in range(6):
        sent(JPEG + b"%d" % number)

    def work():
        # one that finds its file taken by another finds the next one in its next round
        for _ in range(20):
            scrubbing.scrub_next(shelf)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(engine) == sorted(JPEG + b"%d" % number for number in range(6))
    assert {file.state for file in files_in(db)} == {"scrubbed"}


def test_a_file_whose_worker_died_is_tried_again_but_not_for_ever(shelf, db, sent, monkeypatch):
    def die(*_arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(run, "scrub", die)
    sent()
    for attempt in range(1, scrubbing.MAX_ATTEMPTS + 1):
        with pytest.raises(KeyboardInterrupt):
            scrubbing.scrub_next(shelf)
        assert scrubbing.scrub_next(shelf) == 0  # it is leased to the dead one
        assert files_in(db)[0].attempts == attempt
        with db.write() as session:
            session.execute(update(Attachment).values(leased_until=clock.now() - timedelta(seconds=1)))
    assert scrubbing.scrub_next(shelf) == 1
    assert (files_in(db)[0].state, files_in(db)[0].why_sealed) == ("sealed", "damaged")


def test_a_storage_that_is_away_is_not_the_files_fault(shelf, db, engine, sent, monkeypatch):
    sent()

    def away(*_arguments):
        raise StorageAway("away")

    monkeypatch.setattr(FolderStorage, "put", away)
    with pytest.raises(StorageAway):
        scrubbing.scrub_next(shelf)
    assert (files_in(db)[0].state, files_in(db)[0].attempts) == ("arrived", 0)


def test_an_original_that_was_changed_is_sealed(app, shelf, db, engine, sent, home):
    file = sent()
    path = home / "files" / f"{file.original_key}0"
    path.write_bytes(path.read_bytes()[:-1] + b"!")
    assert scrubbing.scrub_next(shelf) == 1
    assert (files_in(db)[0].state, files_in(db)[0].why_sealed) == ("sealed", "damaged")


def test_a_copy_that_nobody_waits_for_any_more_is_erased(app, shelf, db, engine, sent, monkeypatch):
    sent()
    keep = scrubbing._keep

    def late(shelf, file, scrubbed):
        with db.write() as session:
            session.delete(session.get(Attachment, file.id))
        keep(shelf, file, scrubbed)

    monkeypatch.setattr(scrubbing, "_keep", late)
    scrubbing.scrub_next(shelf)
    assert files_in(db) == []
    assert len(objects_in(app)) == 1  # the original, which the sweeper takes


def test_the_virus_scanner_looks_first(shelf, db, engine, sent, monkeypatch):
    seen = []

    def scan(stream, address):
        seen.append((stream.read(), address))
        raise CannotScrub(WhySealed.INFECTED)

    monkeypatch.setattr(clamav, "scan", scan)
    monkeypatch.setitem(shelf.settings.__dict__, "clamav_url", "tcp://127.0.0.1:3310")
    sent()
    scrubbing.scrub_next(shelf)
    assert seen == [(JPEG, "tcp://127.0.0.1:3310")]
    assert (files_in(db)[0].why_sealed, engine) == ("infected", [])


def test_a_scanner_that_is_away_lets_the_file_wait(shelf, db, engine, sent, monkeypatch):
    def scan(*_arguments):
        raise clamav.ScannerAway("away")

    monkeypatch.setattr(clamav, "scan", scan)
    monkeypatch.setitem(shelf.settings.__dict__, "clamav_url", "tcp://127.0.0.1:3310")
    sent()
    with pytest.raises(clamav.ScannerAway):
        scrubbing.scrub_next(shelf)
    assert (files_in(db)[0].state, engine) == ("arrived", [])
