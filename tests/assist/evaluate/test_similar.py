"""How similar tips are measured: on pairs from a file, and on what people said."""

import csv
import json

import pytest
from builders import NOON, a_tip
from click.testing import CliRunner
from triage.regrouping import act

from tipline.assist.evaluate import similar
from tipline.assist.evaluate.measures import Unmeasurable
from tipline.cli import tipline
from tipline.triage.undo import undo

RING = "Marisol Vance wore a ring at the Halyard hotel"
PAIRS = [
    ("text_a", "text_b", "is_duplicate"),
    (RING, f"{RING} yesterday", "1"),
    (RING, "Vance and a ring", "1"),
    (RING, "The harbor scene flooded the set", "0"),
]


@pytest.fixture
def folder(tmp_path):
    with (tmp_path / "pairs.csv").open("w", newline="") as file:
        csv.writer(file).writerows(PAIRS)
    return tmp_path


def test_pairs_are_measured_at_both_thresholds(folder):
    ways = similar.of_data(folder)["sets"]["pairs"]
    assert (ways["precision"], ways["recall"]) == (1, 0.5)
    assert (ways["suggested"]["precision"], ways["suggested"]["recall"]) == (1, 1)
    assert ways["suggested"]["auc"] == 1


def test_the_verb_prints_json(folder):
    ran = CliRunner().invoke(tipline, ["evaluate", "similar", "--data", str(folder), "--json"])
    assert ran.exit_code == 0, ran.output
    measured = json.loads(ran.output)["sets"]["pairs"]
    assert set(measured.pop("suggested")) == set(measured) == {"precision", "recall", "f1", "auc", "ms"}


def test_pairs_of_one_kind_have_no_area(folder):
    with (folder / "pairs.csv").open("w", newline="") as file:
        csv.writer(file).writerows(PAIRS[:2])
    ran = CliRunner().invoke(tipline, ["evaluate", "similar", "--data", str(folder), "--json"])
    assert json.loads(ran.output)["sets"]["pairs"]["auc"] is None
    said = CliRunner().invoke(tipline, ["evaluate", "similar", "--data", str(folder)])
    assert said.exit_code == 0
    assert "none" in next(line for line in said.output.splitlines() if line.startswith("sets pairs auc"))


def test_a_folder_without_pairs_is_told(tmp_path):
    with pytest.raises(Unmeasurable, match=r"pairs\.csv cannot be read"):
        similar.of_data(tmp_path)


def test_what_people_said_is_measured_and_what_they_took_back_is_not(db, moderator):
    one, same, refused, other = (a_tip(db, text) for text in (RING, f"{RING} yesterday", "a boat", "a ring"))
    with db.read() as session, pytest.raises(Unmeasurable):
        similar.of_decisions(session)
    act(db, "join", one, same, by=moderator)
    act(db, "set_apart", refused, one, by=moderator)
    batch = act(db, "join", other, one, by=moderator).batch
    with db.write() as session:
        undo(session, other.ref, by=moderator, now=NOON, batch=batch)
    with db.read() as session:
        ways = similar.of_decisions(session)["sets"]["decisions"]
    assert (ways["precision"], ways["recall"]) == (1, 1)
