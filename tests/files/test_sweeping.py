"""What is erased: forms that nobody sent, and objects that no row knows; nothing else ever."""

import os
from datetime import timedelta

import pytest
from intake.readers import open_form, send
from intake.sending import JPEG, files_in, objects_in, send_part, shelf_of

from tipline import clock
from tipline.files import sweeping
from tipline.keeping.clearing import clear
from tipline.keeping.purge import purge


@pytest.fixture
def shelf(app):
    return shelf_of(app)


def in_hours(hours):
    return clock.now() + timedelta(hours=hours)


def keep_house(shelf, *, hours):
    """Do what the worker does once an hour."""
    now = in_hours(hours)
    purge(shelf.db, shelf.settings, now)
    clear(shelf.db, shelf.storage, now=now)


def test_a_file_that_nobody_sent_is_erased_after_a_day(app, client, db, shelf):
    send_part(client, open_form(client), JPEG)
    keep_house(shelf, hours=23.9)
    assert len(files_in(db)) == len(objects_in(app)) == 1
    keep_house(shelf, hours=24.1)
    assert (files_in(db), objects_in(app)) == ([], set())


def test_a_file_in_part_is_erased_too(app, client, db, shelf):
    send_part(client, open_form(client), JPEG * 1000, size=10_000_000)
    send_part(client, open_form(client), (JPEG * 1000)[: 512 * 1024], size=10_000_000)
    keep_house(shelf, hours=25)
    assert (files_in(db), objects_in(app)) == ([], set())


def test_a_sent_file_is_never_erased_here(app, client, db, shelf):
    stamp = open_form(client)
    send_part(client, stamp, JPEG)
    send(client, token=stamp)
    keep_house(shelf, hours=99)
    assert sweeping.sweep(shelf, now=in_hours(999)) == 0
    assert len(files_in(db)) == len(objects_in(app)) == 1


def test_objects_of_a_killed_process_are_swept(app, db, scrubbed, shelf, home):
    scrubbed()
    before = objects_in(app)
    for key in ("ab/abcdef-0", "ab/abcdef-1"):
        app.extensions["tipline"].storage.put(key, b"left")
    (home / "files" / "ab" / "abcdef-2.0a1b2c3d.part").write_bytes(b"half")
    assert sweeping.sweep(shelf, now=in_hours(5)) == 0  # its row may still come
    assert sweeping.sweep(shelf, now=in_hours(7)) == 3
    assert objects_in(app) == before
    assert not any(name.endswith(".part") for _, _, names in os.walk(home / "files") for name in names)


def test_a_file_that_does_not_come_from_us_is_no_crash(app, shelf, home):
    (home / "files").mkdir(exist_ok=True)
    (home / "files" / "README").write_text("hello")
    assert sweeping.sweep(shelf, now=in_hours(7)) == 1


def test_the_sweeper_asks_in_batches(app, shelf, monkeypatch):
    monkeypatch.setattr(sweeping, "AT_A_TIME", 3)
    for number in range(10):
        app.extensions["tipline"].storage.put(f"ab/f{number}-0", b"left")
    assert sweeping.sweep(shelf, now=in_hours(7)) == 10
