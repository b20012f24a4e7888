"""`tipline purge` as an operator types it, and the worker that does it by itself."""

import json
from datetime import timedelta

import pytest
from builders import a_tip, counted
from click.testing import CliRunner
from keeping.full import CANARY, LONG_AGO, a_full_tip, files_with
from sqlalchemy import update

from tipline import clock, worker
from tipline.cli import tipline
from tipline.keys import Keyring
from tipline.models import Message, State, Verdict


@pytest.fixture
def run(settings, monkeypatch):
    monkeypatch.setenv("TIPLINE_HOME", str(settings.home))
    monkeypatch.setenv("TIPLINE_DATABASE_URL", settings.database_url)
    return lambda *words: CliRunner().invoke(tipline, ["purge", *words])


@pytest.fixture
def spam(db, keyring):
    return a_full_tip(db, keyring, state=State.SPAM, received_at=LONG_AGO, decided_at=LONG_AGO)


def test_a_dry_run_says_what_is_due_and_erases_nothing(db, run, spam):
    done = run("--dry-run")
    assert done.exit_code == 0, done.output
    assert [line.split() for line in done.output.splitlines() if line.startswith("spam contact")] == [
        ["spam", "contact", "after", "7", "days", "1"]
    ]
    assert done.output.splitlines()[-2].split() == ["audit", "trail", "kept", "0"]
    assert done.output.splitlines()[-1] == "6 due; nothing was erased."
    assert counted(db) == {"spam": 1, "pending": 1}


@pytest.mark.thorough
def test_counts_come_as_json(run, spam):
    planned, done = (json.loads(run(*words, "--json").stdout) for words in (["--dry-run"], []))
    assert {name: count for name, count in planned.items() if count} == {
        "spam contact": 1, "spam sealed": 1, "spam originals": 1, "spam copies": 1, "spam messages": 1,
        "spam text": 1,
    }  # fmt: skip
    assert planned == done


@pytest.mark.thorough
def test_by_hand_it_is_gone_from_every_file_at_once(db, home, run, spam):
    a_tip(db, received_at=clock.now())
    assert run().exit_code == 0
    if db.dialect == "sqlite":
        assert files_with(home, CANARY[2:]) == set()


@pytest.mark.thorough
def test_the_worker_purges_by_itself(settings, db, spam):
    with db.write() as session:
        session.execute(update(Message).values(at=LONG_AGO + timedelta(days=1)))
        session.execute(update(Verdict).values(at=LONG_AGO))
    worker._purge(worker.Bench(settings, db, Keyring.of(settings.encryption_keys)))
    assert "spam" not in counted(db)


def test_a_wrong_order_is_said_and_nothing_starts(run, monkeypatch):
    monkeypatch.setenv("TIPLINE_RETENTION_SPAM", "contact 31")
    done = CliRunner().invoke(tipline, ["purge"])
    assert done.exit_code == 1
    assert "TIPLINE_RETENTION_SPAM" in done.exception.message
