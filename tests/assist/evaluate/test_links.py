"""`tipline evaluate links`, on given files and on links that people made."""

import csv
import json

import pytest
from builders import NOON, a_story, a_tip
from click.testing import CliRunner

from tipline.assist.evaluate import links
from tipline.assist.evaluate.measures import Unmeasurable, found_at
from tipline.cli import tipline
from tipline.models import Link
from tipline.search.index import index_story

STORIES = [
    ("id", "headline", "published_at"),
    ("a", "Walrus seen in the harbor", "2026-03-01T08:00:00Z"),
    ("b", "Ida Marlowe buys a lighthouse", "2026-03-02T08:00:00Z"),
]
MORE = [("id", "headline", "published_at"), ("c", "Walrus seen in the harbor", "2026-01-01")]
TIPS = [
    ("text", "story_id", "submitted_at"),
    ("The walrus of the harbor is back", "a", "2026-03-01T21:00:00Z"),
    ("Ida Marlowe moved", "b", "2026-03-03T09:00:00Z"),
    ("Nothing that anybody wrote about", "b", "2026-03-03T09:00:00Z"),
    ("of a story that is not there", "z", "2026-03-03T09:00:00Z"),
]


@pytest.fixture
def folder(tmp_path):
    for name, rows in (("stories", STORIES), ("stories_more", MORE), ("tips", TIPS), ("tips_hard", TIPS[:2])):
        with (tmp_path / f"{name}.csv").open("w", newline="") as file:
            csv.writer(file).writerows(rows)
    return tmp_path


@pytest.mark.thorough
def test_every_set_is_measured_against_all_stories_beside_bm25(folder):
    ran = CliRunner().invoke(tipline, ["evaluate", "links", "--data", str(folder), "--json"])
    assert ran.exit_code == 0, ran.output
    sets = json.loads(ran.stdout)["sets"]
    assert set(sets) == {"tips", "tips_hard"}
    for systems in sets.values():
        assert set(systems) == {"tipline", "bm25"}
        for measures in systems.values():
            assert set(measures) == {"recall@1", "recall@5", "recall@10", "mrr", "ms"}
    assert sets["tips"]["tipline"]["recall@1"] == pytest.approx(2 / 3, abs=0.001)
    assert sets["tips_hard"]["tipline"]["mrr"] == 1


def test_a_folder_that_lacks_files_is_told(tmp_path):
    with pytest.raises(Unmeasurable, match=r"has no stories\*\.csv"):
        links.of_data(tmp_path)
    with pytest.raises(Unmeasurable, match=r"There is no folder .*/nope\."):
        links.of_data(tmp_path / "nope")


@pytest.mark.thorough
def test_a_time_that_is_none_is_told(folder):
    (folder / "stories.csv").write_text("id,headline,published_at\na,Walrus,yesterday\n")
    with pytest.raises(Unmeasurable, match="“yesterday” is no time"):
        links.of_data(folder)


def test_links_that_people_made_are_measured_and_others_are_not(db, moderator):
    story, other = a_story(db, "Walrus in the harbor"), a_story(db, "A lighthouse")
    with db.read() as session, pytest.raises(Unmeasurable, match="Nobody has linked"):
        links.of_decisions(session)
    found, missed, guessed = a_tip(db, "the walrus"), a_tip(db, "unheard"), a_tip(db, "a walrus")
    with db.write() as session:
        for each in (story, other):
            index_story(session, each.id, each.headline, each.body)
        session.add_all(
            Link(tip_id=tip.id, story_id=story.id, by_id=by, at=NOON)
            for tip, by in ((found, moderator.id), (missed, moderator.id), (guessed, None))
        )
    with db.read() as session:
        systems = links.of_decisions(session)["sets"]["decisions"]
    assert systems["tipline"]["recall@1"] == 0.5
    assert ("bm25" in systems) == (db.dialect == "sqlite")


def test_a_list_is_measured_by_the_place_of_the_right_one():
    measured = found_at([1, 2, 7, None], ms=0.5)
    assert measured == {
        "recall@1": 0.25, "recall@5": 0.5, "recall@10": 0.75, "mrr": 0.4107, "ms": 0.5,
    }  # fmt: skip
