"""`tipline evaluate spam`, on given messages and on the newsroom's own decisions."""

import csv
import json
import random
from datetime import timedelta

import pytest
from builders import NOON, a_tip
from click.testing import CliRunner

from tipline.assist.evaluate import spam
from tipline.assist.evaluate.measures import Unmeasurable
from tipline.cli import tipline

MEASURES = {"precision", "recall", "f1", "auc", "ms"}


def prize(number):
    return f"Claim your prize number {number} at https://prize.example before it is gone"


def ring(number):
    return f"A carpenter saw her ring at pier {number} of the harbor"


@pytest.fixture
def messages(tmp_path):
    """A folder of messages, each kind with words of its own, in no order."""
    rows = [(make(number), label) for number in range(40) for make, label in ((ring, "ham"), (prize, "spam"))]
    random.Random(1).shuffle(rows)
    with (tmp_path / "messages.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("text", "label", "source"), *((*row, "made") for row in rows)])
    return tmp_path


def test_given_messages_are_measured(messages):
    done = CliRunner().invoke(tipline, ["evaluate", "spam", "--data", str(messages), "--json"])
    assert done.exit_code == 0, done.output
    report = json.loads(done.output)
    assert set(report) == MEASURES
    assert report["f1"] == report["auc"] == 1
    assert 0 < report["ms"] < 20


def test_a_person_reads_one_measure_a_line(messages):
    done = CliRunner().invoke(tipline, ["evaluate", "spam", "--data", str(messages)])
    assert [line.split()[0] for line in done.output.splitlines()] == [
        "precision",
        "recall",
        "f1",
        "auc",
        "ms",
    ]


def test_what_cannot_be_learned_from_is_refused(tmp_path):
    (tmp_path / "messages.csv").write_text("text,label\nhello,ham\nhello,spam\n")
    with pytest.raises(Unmeasurable, match="it has 0 and 1"):
        spam.of_data(tmp_path)


@pytest.mark.thorough
def test_own_decisions_are_split_by_time(db):
    for number in range(40):
        at = NOON + timedelta(minutes=number)
        a_tip(db, ring(number), state="accepted", decided_at=at)
        a_tip(db, prize(number), state="spam", decided_at=at)
    # what was decided last is judged by what was decided before
    a_tip(db, prize(99), state="accepted", decided_at=NOON + timedelta(days=1))
    a_tip(db, prize(99), state="pending")
    with db.read() as session:
        report = spam.of_decisions(session)
    assert report["recall"] == 1
    assert report["precision"] == pytest.approx(20 / 21, abs=0.001)


def test_a_newsroom_without_decisions_is_told_so(db, settings, monkeypatch):
    monkeypatch.setenv("TIPLINE_HOME", str(settings.home))
    monkeypatch.setenv("TIPLINE_DATABASE_URL", settings.database_url)
    done = CliRunner().invoke(tipline, ["evaluate", "spam"])
    assert isinstance(done.exception, Unmeasurable)
    assert "needs 10 that are spam" in done.exception.message
