import json
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from builders import a_person, a_story
from found import NOON, ZONE, a_found, brought_in, events, people_of, stories, the_story

from tipline.models import StoryState
from tipline.search.stories import find_stories
from tipline.stories.actions import BATCH, import_stories
from tipline.stories.sources import Unreadable, parse
from tipline.text.names import Candidate

PAGES = Path(__file__).parent / "sources" / "pages"


def test_the_second_import_of_the_same_says_unchanged(db):
    several = [a_found(f"Story {number}") for number in range(BATCH * 2 + 5)]
    assert brought_in(db, *several).counts() == {
        "new": 45,
        "changed": 0,
        "unchanged": 0,
        "gone": 0,
        "failed": 0,
    }
    again = brought_in(db, *several)
    assert (again.new, again.changed, again.unchanged) == (0, 0, 45)
    assert len(stories(db)) == 45


def test_each_batch_leaves_an_event_and_an_idle_run_none(db, editor):
    several = [a_found(f"Story {number}") for number in range(BATCH + 1)]
    brought_in(db, *several, by=editor)
    brought_in(db, *several, by=editor)
    assert [(event.data, event.actor) for event in events(db, "story.imported")] == [
        ({"new": BATCH, "changed": 0}, "Edie Okonjo"),
        ({"new": 1, "changed": 0}, "Edie Okonjo"),
    ]


def test_the_machine_signs_what_nobody_asked_for(db):
    brought_in(db, a_found())
    assert [event.actor for event in events(db, "story.imported")] == ["tipline"]


def test_a_changed_story_is_brought_up_to_date_and_keeps_its_address(db):
    brought_in(db, a_found(source="wordpress", remote_id="x:1", slug="lighthouse"))
    changed = a_found("Drummer Sells Lighthouse", source="wordpress", remote_id="x:1", slug="sold")
    assert brought_in(db, changed).changed == 1
    story = the_story(db)
    assert (story.headline, story.slug) == ("Drummer Sells Lighthouse", "lighthouse")


def test_a_story_that_was_gone_comes_back(db):
    brought_in(db, a_found())
    with db.write() as session:
        session.get_one(type(the_story(db)), the_story(db).id).state = StoryState.GONE
    assert brought_in(db, a_found()).changed == 1
    assert the_story(db).state == StoryState.PUBLISHED


def test_a_better_reading_of_names_is_no_change_of_the_story(db):
    brought_in(db, a_found(people=["Ilka Brandvold"]))
    assert brought_in(db, a_found(people=["Ilka Brandvold", "Teo Marsh"])).unchanged == 1


def test_a_story_given_twice_in_one_go_is_one_story(db):
    report = brought_in(db, a_found(), a_found())
    assert (report.new, report.unchanged) == (1, 1)


def test_a_story_that_came_in_meanwhile_is_not_written_twice(db, monkeypatch):
    brought_in(db, a_found())
    monkeypatch.setattr(
        "tipline.stories.actions._without_unchanged", lambda _session, arrivals, _report: arrivals
    )
    report = brought_in(db, a_found())
    assert (report.new, report.changed, report.unchanged) == (0, 0, 1)


def test_two_stories_of_one_headline_have_two_addresses(db):
    for number in (1, 2, 3):
        brought_in(db, a_found(source="wordpress", remote_id=f"x:{number}"))
    assert [story.slug for story in stories(db)] == [
        "drummer-buys-lighthouse",
        "drummer-buys-lighthouse-2",
        "drummer-buys-lighthouse-3",
    ]


def test_a_headline_without_words_still_has_an_address(db):
    brought_in(db, a_found("?!"))
    assert the_story(db).slug == "story"


def test_a_story_without_a_time_stands_at_the_time_it_came_in(db):
    brought_in(db, a_found(published_at=None))
    story = the_story(db)
    assert story.published_at == NOON
    assert story.published_flag == (
        "Its source gives no time. It stands at the time it came in, 2 March 2026, 4:00 am PST."
    )
    later = NOON + timedelta(days=1)
    brought_in(db, a_found(published_at=None, body="A new ending."), now=later)
    assert the_story(db).published_at == NOON
    assert the_story(db).body == "A new ending."


def test_people_who_are_known_are_recognized_by_name_and_alias(db):
    a_person(db, "Maksim Chmerko", aliases=("Maks",), state="confirmed")
    brought_in(db, a_found("Maks Goes Home", body="The dancer is back."))
    assert people_of(db, the_story(db)) == [("Maksim Chmerko", "confirmed")]


def test_unknown_names_become_candidates_whom_the_text_is_about_most_first(db):
    a_person(db, "Teo Marsh", state="confirmed")
    brought_in(db, a_found(body="Ilka met Teo Marsh.", people=["Ilka Brandvold", "Teo Marsh", "Bo Lund"]))
    assert people_of(db, the_story(db)) == [
        ("Ilka Brandvold", "candidate"),
        ("Teo Marsh", "confirmed"),
        ("Bo Lund", "candidate"),
    ]


def test_a_candidate_is_one_person_in_every_story_and_brings_short_names(db):
    name = Candidate("Ilka Brandvold", ("Il",), 3)
    brought_in(db, a_found("One", candidates=(name,)), a_found("Two", candidates=(name,)))
    one, two = stories(db)
    assert people_of(db, one) == people_of(db, two) == [("Ilka Brandvold", "candidate")]
    brought_in(db, a_found("Three", candidates=(Candidate("Il", (), 1),)))
    assert people_of(db, stories(db)[2]) == [("Ilka Brandvold", "candidate")]


def test_an_alias_that_two_share_means_neither(db):
    for name in ("Chris Obi", "Chris Vale"):
        a_person(db, name, aliases=("Chris",), state="confirmed")
    brought_in(db, a_found("Chris Wins", body="Chris won.", people=["Chris"]))
    assert people_of(db, the_story(db)) == [("Chris", "candidate")]


def test_two_new_names_that_fold_alike_get_two_slugs(db):
    a_person(db, "Somebody Else", slug="ilka-brandvold")
    brought_in(db, a_found(people=["Ilka Brandvold", "x" * 300]))
    assert people_of(db, the_story(db)) == [("Ilka Brandvold", "candidate")]


def test_an_imported_story_can_be_searched_for(db):
    brought_in(db, a_found())
    with db.read() as session:
        assert [found.headline for found in find_stories(session, "lighthouse")] == [
            "Drummer Buys Lighthouse"
        ]


def test_what_cannot_be_read_is_told_and_the_rest_comes_in(db):
    report = brought_in(
        db, Unreadable("posts.json, post 2", "It has no title."), a_found("x" * 1001), a_found()
    )
    assert (report.new, report.failed) == (1, 2)
    assert report.failures[0] == "posts.json, post 2: It has no title."
    assert "over 1,000 characters" in report.failures[1]


@pytest.mark.parametrize(
    "post",
    [
        {"title": {"rendered": "Lone \ud800 surrogate"}, "content": {"rendered": "<p>x\udfffy</p>"}},
        {"title": {"rendered": "NUL \x00 here"}, "content": {"rendered": "<p>a\x00b</p>"}},
        {"title": {"rendered": "Long"}, "content": {"rendered": "<p>x</p>"}, "slug": "y" * 5000},
        {
            "title": {"rendered": "Far"},
            "content": {"rendered": "<p>x</p>"},
            "link": "https://a/" + "z" * 9000,
        },
        {"title": {"rendered": "Host"}, "content": {"rendered": "x"}, "link": f"https://{'h' * 900}/"},
    ],
)
def test_hostile_posts_are_stored_or_refused_but_never_break_the_import(db, post):
    data = json.dumps([{"id": 7, "status": "publish", "date_gmt": "2026-03-01T10:00:00", **post}]).encode()
    report = import_stories(db, parse(data, "posts.json", site_timezone=ZONE), now=NOON, site_timezone=ZONE)
    assert report.new + report.failed == 1


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"[" * 5000, "nested more than"),
        (b'[{"id": 18446744073709551617, "title": "x", "content": ""}]', "no id"),
        (b'[{"id": NaN}]', "not JSON|nothing can be"),
        (b'{"message": "Sorry, you are not allowed"}', "WordPress answered"),
    ],
)
def test_bad_json_is_refused_with_a_sentence(db, data, reason):
    found = parse(data, "posts.json", site_timezone=ZONE)
    report = import_stories(db, found, now=NOON, site_timezone=ZONE)
    assert report.new == 0
    assert report.failed == 1
    assert any(part in report.failures[0] for part in reason.split("|"))


def test_a_pasted_page_comes_in_whole(db):
    data = (PAGES / "dancer.txt").read_bytes()
    for expected in ("new", "unchanged"):
        report = import_stories(
            db, parse(data, "dancer.txt", site_timezone=ZONE), now=NOON, site_timezone=ZONE
        )
        assert getattr(report, expected) == 1
    assert people_of(db, the_story(db))


def test_a_line_that_is_too_long_is_cut_and_not_refused(db):
    brought_in(db, replace(a_found(), byline="b" * 3000, credit_raw="c" * 3000, published_raw="d" * 400))
    story = the_story(db)
    assert (len(story.byline), len(story.credit_raw), len(story.published_raw)) == (1000, 1000, 200)


def test_a_slug_of_another_story_is_not_taken_away(db):
    a_story(db, slug="lighthouse")
    brought_in(db, a_found(slug="lighthouse"))
    assert [story.slug for story in stories(db)] == ["lighthouse", "lighthouse-2"]
