"""Completion of the search field: what the last word may become, and nothing else of the query."""

import re

import pytest
from builders import NOON, a_person, a_story, a_tip
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tipline.models import Tag, TipReader
from tipline.search.index import index_story
from tipline.search.query import Field, Has, parse
from tipline.triage.completion import OPERATORS, complete


def completed(db, typed, viewer_id=None):
    with db.read() as session:
        return [each.value for each in complete(session, typed, viewer_id)]


def test_operators_are_offered_by_their_beginning(db):
    assert completed(db, "ring a") == ["assignee:", "after:"]
    assert completed(db, "-ki") == ["-kind:"]
    assert completed(db, "ring ") == []


def test_every_operator_is_offered_and_its_example_is_understood():
    assert {name for name, _, _ in OPERATORS} == {f"{field}:" for field in Field}
    for _, _, example in OPERATORS:
        assert not parse(example).unclear or example == "after:7d"  # which depends on the day


def test_values_are_offered_by_their_beginning(db):
    assert completed(db, "ring kind:r") == ["kind:release"]
    assert completed(db, "-state:s") == ["-state:spam", "-state:snoozed"]
    assert completed(db, "has:") == [f"has:{each}" for each in Has]
    assert completed(db, "banana:x") == []


def test_people_are_offered_by_any_of_their_names_and_put_in_by_their_slugs(db):
    a_person(db, "Ida Marlowe")
    a_person(db, "Ida Nobody", state="dismissed")
    assert completed(db, "person:mar") == ["person:ida-marlowe"]
    assert completed(db, 'person:"ida m') == ["person:ida-marlowe"]


def test_stories_tags_and_colleagues_are_offered(db, moderator):
    story, tip = a_story(db, "Ring seen at LAX", slug="ring-lax"), a_tip(db)
    with db.write() as session:
        index_story(session, story.id, story.headline, "")
        session.add_all([Tag(tip_id=tip.id, name="court"), Tag(tip_id=tip.id, name="cast list")])
    assert completed(db, "story:ring") == ["story:ring-lax"]
    assert completed(db, "story:") == ["story:ring-lax"]
    assert completed(db, "tag:c") == ['tag:"cast list"', "tag:court"]
    assert completed(db, "assignee:m") == ["assignee:me", 'assignee:"Mo Castellane"']


def test_a_tag_is_offered_to_those_alone_who_may_see_a_tip_with_it(db, signed_in_as, moderator, editor):
    hidden, escalated, open_one = a_tip(db, restricted=True), a_tip(db, escalated_at=NOON), a_tip(db)
    with db.write() as session:
        for tip, names in ((hidden, ("claret", "court")), (escalated, ("clue",)), (open_one, ("court",))):
            session.add_all(Tag(tip_id=tip.id, name=name) for name in names)
        session.add_all(
            TipReader(tip_id=tip.id, user_id=editor.id, by_id=editor.id, at=NOON)
            for tip in (hidden, escalated)
        )
    for user, offered in ((moderator, ["court"]), (editor, ["claret", "clue", "court"])):
        browser = signed_in_as(user)
        answer = browser.get("/newsroom/queue/completion?typed=tag:c").json["completions"]
        assert [each["value"] for each in answer] == [f"tag:{name}" for name in offered]
        page = browser.get(f"/newsroom/tips/{open_one.ref}").text
        known = page.split('<datalist id="known-tags">')[1].split("</datalist>")[0]
        assert re.findall('value="([^"]*)"', known) == offered
    assert completed(db, "tag:c") == ["tag:court"]


def test_the_script_is_answered_in_json_and_writes_nothing(db, signed_in_as, moderator):
    answer = signed_in_as(moderator).get("/newsroom/queue/completion?typed=from:an")
    assert answer.json == {"completions": [{"value": "from:anonymous", "label": ""}]}


@pytest.mark.thorough
@pytest.mark.parametrize("prefix", ["", *(f"{field}:" for field in Field)])
@given(text=st.text(max_size=40))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15)
def test_nothing_raises(db, prefix, text):
    completed(db, (prefix + text).replace("\0", ""))
