"""What operators ask: is the process alive, and is all there that it needs?"""

import shutil
from datetime import timedelta

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import text

from tipline import clock, heartbeats, schema
from tipline.storage import StorageAway
from tipline.web import health


def beat(db, ago: timedelta) -> None:
    with db.write() as session:
        heartbeats.beat(session, heartbeats.WORKER, now=clock.now() - ago)


def up_for(app, since: timedelta) -> None:
    app.extensions[health.EXTENSION].began_at = clock.now() - since


def test_a_desk_without_a_worker_yet_is_ready(client):
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.text == "ready\ndatabase: reachable\nworker: never seen\nstorage: writable\n"


def test_a_worker_that_falls_silent_is_missed_after_minutes(app, db):
    up_for(app, timedelta(hours=1))
    beat(db, timedelta(seconds=290))
    assert "worker: alive\n" in app.test_client().get("/readyz").text
    beat(db, timedelta(seconds=301))
    answer = app.test_client().get("/readyz")
    assert answer.status_code == 503
    assert answer.text.startswith("not ready: the worker has been silent")
    assert "worker: silent\n" in answer.text


def test_after_a_start_the_worker_has_minutes_to_come_up(app, db):
    beat(db, timedelta(days=3))
    up_for(app, timedelta(seconds=290))
    assert app.test_client().get("/readyz").status_code == 200
    up_for(app, timedelta(seconds=301))
    assert app.test_client().get("/readyz").status_code == 503


def test_a_storage_that_cannot_be_written_is_said(app, settings):
    (settings.home / "files").write_text("in the way")
    answer = app.test_client().get("/readyz")
    assert answer.status_code == 503
    assert answer.text.startswith("not ready: the storage of files cannot be written\n")


def test_the_storage_is_not_asked_by_every_question(app, monkeypatch):
    asked = []

    class Gone:
        def require_writable(self):
            asked.append(1)
            raise StorageAway("away")

    watch = health.Watch()
    for _ in range(3):
        assert not watch.can_write(Gone())
    assert len(asked) == 1
    monkeypatch.setattr(health, "REMEMBERED_SECONDS", 0.0)
    watch.can_write(Gone())
    assert len(asked) == 2


def test_the_migrations_are_read_once_in_a_process(client, monkeypatch):
    read = []
    monkeypatch.setattr(
        ScriptDirectory,
        "from_config",
        lambda config, read_scripts=ScriptDirectory.from_config: read.append(1) or read_scripts(config),
    )
    schema.head.cache_clear()
    for _ in range(3):
        assert client.get("/readyz").status_code == 200
    assert len(read) == 1


def test_another_schema_is_not_ready(app, db):
    with db.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    answer = app.test_client().get("/readyz")
    assert answer.status_code == 503
    assert answer.text.startswith("not ready: the database is away or its schema is not this version's\n")
    assert "database: not at this version's schema\nworker: not known\n" in answer.text


@pytest.mark.only("sqlite")
def test_a_full_disk_of_the_database_is_said(app, db, monkeypatch):
    free = shutil.disk_usage(db.path.parent)._replace(free=health.LEAST_FREE_BYTES - 1)
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: free)
    answer = app.test_client().get("/readyz")
    assert answer.status_code == 503
    assert answer.text.startswith("not ready: the disk of the database is full\n")
    assert "database: reachable, its disk full\n" in answer.text
