import re
import sys
from datetime import timedelta
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from builders import a_person, a_story, a_tip
from found import NOON, a_found, brought_in, events

from tipline.models import StoryPerson, TipPerson

PAGES = ["/newsroom/stories", "/newsroom/people"]
POSTS = ["/newsroom/people/teo-marsh/confirm", "/newsroom/people/teo-marsh/dismiss"]


@pytest.mark.parametrize("path", PAGES)
def test_staff_may_look_and_strangers_go_to_the_door(client, signed_in_as, moderator, path):
    assert signed_in_as(moderator).get(path).status_code == 200
    response = client.get(path)
    assert response.status_code == 302
    assert response.location.startswith("/newsroom/login")


@pytest.mark.parametrize("path", POSTS)
def test_strangers_settle_no_name(db, client, path):
    a_person(db, "Teo Marsh", state="candidate")
    assert client.post(path, headers={"Sec-Fetch-Site": "same-origin"}).status_code in {302, 400}
    assert not events(db, "person.confirmed") + events(db, "person.dismissed")


def test_settling_a_name_needs_the_forms_token(db, signed_in_as, moderator):
    a_person(db, "Teo Marsh", state="candidate")
    assert signed_in_as(moderator).plain_post(POSTS[0]).status_code == 400


def test_stories_are_listed_with_tips_people_and_doubts(db, signed_in_as, moderator):
    story = a_story(
        db,
        "Drummer Buys Lighthouse",
        slug="lighthouse",
        source="wordpress",
        tip_count=7,
        published_raw="07:29am PDT",
        published_flag="It was PST then.",
    )
    people = [a_person(db, f"Person {letter}") for letter in "ABCDE"]
    with db.write() as session:
        session.add_all(
            StoryPerson(story_id=story.id, person_id=person.id, position=place)
            for place, person in enumerate(people)
        )
    text = signed_in_as(moderator).get("/newsroom/stories").text
    for part in (
        "Drummer Buys Lighthouse",
        "7 tips",
        "story=lighthouse",
        "from WordPress",
        "“07:29am PDT”: It was PST then.",
        "Person A, Person B, Person C, Person D and 1 more",
        "1 story",
    ):
        assert part in text


def test_a_doubt_without_a_printed_time_is_shown_alone(db, signed_in_as, moderator):
    a_story(db, published_flag="No time is printed on the page.", source="feed")
    text = signed_in_as(moderator).get("/newsroom/stories").text
    assert "No time is printed on the page." in text
    assert "from feed" in text


def test_the_list_of_stories_goes_on(db, signed_in_as, moderator):
    for number in range(60):
        a_story(db, f"Story {number}", slug=f"s{number}", published_at=NOON + timedelta(minutes=number))
    browser = signed_in_as(moderator)
    first = browser.get("/newsroom/stories").text
    (older,) = re.findall(r'href="(/newsroom/stories\?after=[^"]+)"', first)
    second = browser.get(older).text
    assert "60 stories" in first
    assert 'href="/stories/s59"' in first
    assert 'href="/stories/s0"' in second
    assert "after=" not in second


def test_a_search_finds_stories_by_their_words(db, signed_in_as, moderator):
    brought_in(db, a_found(), a_found("Keeper Speaks", body="At last."))
    browser = signed_in_as(moderator)
    text = browser.get("/newsroom/stories?q=lighthouse").text
    assert "Drummer Buys Lighthouse" in text
    assert "Keeper Speaks" not in text
    assert "No story has these words" in browser.get("/newsroom/stories?q=zzzz").text


def test_a_found_name_is_confirmed_and_then_public(db, signed_in_as, moderator, client):
    brought_in(db, a_found(people=["Teo Marsh"]))
    browser = signed_in_as(moderator)
    page = browser.get("/newsroom/people").text
    assert "Drummer Buys Lighthouse" in page
    assert 'action="/newsroom/people/teo-marsh/confirm"' in page
    response = browser.post("/newsroom/people/teo-marsh/confirm")
    assert (response.status_code, response.location) == (303, "/newsroom/people")
    assert client.get("/stars/teo-marsh").status_code == 200
    assert "teo-marsh/confirm" not in browser.get("/newsroom/people").text


def test_of_two_answers_about_a_name_the_later_hears_that_somebody_was_faster(db, signed_in_as, moderator):
    a_person(db, "Teo Marsh", state="dismissed")
    answer = signed_in_as(moderator).post("/newsroom/people/teo-marsh/confirm")
    assert answer.status_code == 409
    for words in (
        "Somebody was faster",
        "Teo Marsh is dismissed already.",
        "Reload to see how it stands now.",
    ):
        assert words in answer.text


def test_a_dismissed_name_is_not_offered_again(db, signed_in_as, moderator, client):
    brought_in(db, a_found(people=["Teo Marsh"]))
    browser = signed_in_as(moderator)
    assert browser.post("/newsroom/people/teo-marsh/dismiss").status_code == 303
    brought_in(db, a_found("Another", people=["Teo Marsh"]))
    assert "Teo Marsh" not in browser.get("/newsroom/people").text
    assert client.get("/stars/teo-marsh").status_code == 404


def test_nobody_of_that_name_is_not_found(signed_in_as, moderator):
    browser = signed_in_as(moderator)
    assert browser.post("/newsroom/people/nobody/confirm").status_code == 404
    assert browser.post("/newsroom/people/a%00b/dismiss").status_code == 404


def test_people_are_listed_with_their_tips_and_the_list_goes_on(db, signed_in_as, moderator, monkeypatch):
    monkeypatch.setattr("tipline.stories.desk_queries.list_people.__kwdefaults__", {"limit": 2})
    people = [a_person(db, name, aliases=("Boo",)) for name in ("Ana A", "Bo B", "Cy C")]
    tip = a_tip(db)
    with db.write() as session:
        session.add(TipPerson(tip_id=tip.id, person_id=people[0].id))
    browser = signed_in_as(moderator)
    first = browser.get("/newsroom/people").text
    for part in ("3 people", "Ana A", "also Boo", "1 tip", "person=ana-a"):
        assert part in first
    assert "Cy C" not in first
    (further,) = re.findall(r'href="(/newsroom/people\?[^"]+)"', first)
    assert "Cy C" in browser.get(further).text
    assert "after=bo-b" in browser.get("/newsroom/people?q=b").text


def test_a_search_for_people_that_finds_nobody_says_so(db, signed_in_as, moderator):
    a_person(db, "Ana A")
    assert "Nobody of that name" in signed_in_as(moderator).get("/newsroom/people?q=zzz").text
