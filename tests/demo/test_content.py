"""The demo newsroom holds together, and is worth looking at."""

import json
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from tipline.demo.content import FOLDER, ContentError, Demo, DemoDraft, DemoTip, load, mistakes_in
from tipline.text.marking import Phrases

LANGUAGES = {"es", "fr", "de", "pt", "uk", "ar", "zh"}


@pytest.fixture(scope="module")
def demo() -> Demo:
    return load()


def first_words(tip: DemoTip) -> str:
    return " ".join(re.findall(r"[\w’']+", tip.text.lower())[:5])


def sources(demo: Demo, draft: DemoDraft) -> list[DemoTip]:
    return [tip for tip in demo.tips if tip.key in draft.tips]


def everything_written() -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in FOLDER.glob("*.json"))


def test_the_house_is_as_full_as_promised(demo: Demo) -> None:
    assert len(demo.people) >= 35
    assert len(demo.stories) >= 46
    assert len(demo.tips) >= 330
    assert [user.role for user in demo.users] == ["moderator", "editor", "admin"]


def test_desks_and_watched_words_have_something_to_show(demo: Demo) -> None:
    pending = [tip for tip in demo.tips if tip.state == "pending"]
    watched = Phrases(demo.watched)
    assert sum(bool(watched.said_in(tip.text)) for tip in pending) >= 15
    for desk in demo.desks:
        assert desk.members
        assert desk.kind is None or any(tip.kind == desk.kind for tip in pending)
    broken = replace(demo, desks=(replace(demo.desks[0], members=("nobody",)),))
    assert list(mistakes_in(broken)) == ["Desk Corrections names a user that is not there: nobody"]


def test_every_state_has_its_share(demo: Demo) -> None:
    states = Counter(tip.state for tip in demo.tips)
    assert states["pending"] >= 140
    assert states["accepted"] >= 100
    assert states["declined"] >= 45
    assert states["spam"] >= 20
    assert states["snoozed"] >= 5


def test_every_kind_way_and_channel_occurs(demo: Demo) -> None:
    assert {tip.kind for tip in demo.tips} == {"tip", "correction", "release", "question"}
    assert {tip.channel for tip in demo.tips} == {"form", "embed", "phone", "email", "import"}
    ways = {tip.how for tip in demo.tips}
    assert ways == {"saw", "involved", "told", "documents", "online", None}


def test_seven_other_languages_have_at_least_six_tips_each(demo: Demo) -> None:
    spoken = Counter(tip.language for tip in demo.tips)
    assert {language for language in LANGUAGES if spoken[language] < 6} == set()
    assert set(spoken) == LANGUAGES | {"en"}


def test_three_stories_are_flooded_with_tips_that_say_the_same(demo: Demo) -> None:
    groups = Counter(tip.group for tip in demo.tips if tip.group)
    assert [size for _, size in groups.most_common(3)] == [14, 11, 9]
    assert min(groups.values()) >= 2
    assert len(groups) >= 8


def test_no_two_tips_open_with_the_same_five_words(demo: Demo) -> None:
    opened: dict[str, str | None] = {}
    for tip in demo.tips:
        words = first_words(tip)
        assert words not in opened or (tip.group and opened[words] == tip.group), words
        opened[words] = tip.group


def test_tips_are_short_and_long(demo: Demo) -> None:
    lengths = [len(tip.text.split()) for tip in demo.tips if tip.language != "zh"]
    assert min(lengths) >= 5
    assert max(lengths) >= 200


def test_the_first_screen_is_varied(demo: Demo) -> None:
    newest = [tip for tip in demo.tips if tip.state == "pending"][:15]
    assert len({tip.group or tip.text for tip in newest}) >= 12
    assert len({tip.kind for tip in newest}) >= 3
    assert len({tip.language for tip in newest}) >= 2
    assert newest[0].minutes_ago <= 3


def test_a_third_left_a_way_to_reach_them_and_half_came_from_a_story(demo: Demo) -> None:
    assert 0.3 < sum(bool(tip.name or tip.email or tip.phone) for tip in demo.tips) / len(demo.tips) < 0.45
    assert 0.45 < sum(tip.story is not None for tip in demo.tips) / len(demo.tips) < 0.6
    assert sum(bool(tip.linked) for tip in demo.tips) >= 70
    assert sum(any(message.sender == "tipster" for message in tip.messages) for tip in demo.tips) >= 10


def test_addresses_and_numbers_reach_nobody(demo: Demo) -> None:
    written = everything_written()
    hosts = set(re.findall(r"(?:https?://|@)([\w.-]+\w)", written))
    assert hosts
    assert {
        host for host in hosts if not re.search(r"(^|\.)(example\.(com|org|net)|marquee\.example)$", host)
    } == set()
    assert {tip.phone for tip in demo.tips if tip.phone and not re.search(r"555-01\d\d$", tip.phone)} == set()


def test_stories_are_whole(demo: Demo) -> None:
    for story in demo.stories:
        assert 4 <= len(story.body) <= 7, story.slug
        assert len(story.related) == 2, story.slug
        assert story.people, story.slug
        assert any("“" in paragraph for paragraph in story.body), story.slug
        assert story.credits, story.slug


def test_everybody_in_the_star_seeker_has_a_story(demo: Demo) -> None:
    told_of = {slug for story in demo.stories for slug in story.people}
    assert {person.slug for person in demo.people} - told_of == set()


def test_two_share_a_last_name_and_one_is_an_everyday_word(demo: Demo) -> None:
    last_names = Counter(person.name.split()[-1] for person in demo.people)
    assert last_names["Halloway"] == 2
    assert "Maybe" in {person.name for person in demo.people}


def test_drafts_stand_in_three_states_and_name_their_sources(demo: Demo) -> None:
    assert {draft.state for draft in demo.drafts} == {"draft", "in_review", "approved"}
    for draft in demo.drafts:
        assert 250 <= len(draft.body.split()) <= 400, draft.key
        assert "a tipster" in draft.body, draft.key
        assert len(draft.revisions) in {2, 3}, draft.key
        assert (draft.approved_by is not None) == (draft.state == "approved")
        assert draft.approved_by != draft.by
        assert all(tip.state == "accepted" for tip in sources(demo, draft))


def test_what_a_draft_quotes_was_said_by_its_sources(demo: Demo) -> None:
    for draft in demo.drafts:
        said = " ".join(
            tip.text + " ".join(message.text for message in tip.messages) for tip in sources(demo, draft)
        )
        first_quote = re.search(r"^> (.+)$", draft.body, re.MULTILINE)
        assert first_quote is not None, draft.key
        assert first_quote[1].rstrip(".") in said, draft.key


def test_files_stay_small_enough_to_read() -> None:
    assert max(path.stat().st_size for path in FOLDER.glob("*.json")) < 150_000


def broken(demo: Demo, **changes: object) -> str:
    """Say what is found when the newest accepted tip is changed so."""
    index = next(i for i, tip in enumerate(demo.tips) if tip.state == "accepted")
    tips = list(demo.tips)
    tips[index] = replace(tips[index], **changes)  # type: ignore[arg-type]
    return "\n".join(mistakes_in(replace(demo, tips=tuple(tips))))


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"story": "no-such-story"}, "names a story that is not there: no-such-story"),
        ({"linked": ("gone",)}, "names a story that is not there: gone"),
        ({"by": "nobody"}, "names a user that is not there: nobody"),
        ({"by": None}, "decided by nobody"),
        ({"decided_minutes_ago": 10**6}, "before it came"),
        ({"reason": "known"}, "a reason without being declined"),
        ({"snoozed_for_minutes": 5}, "sleep it never began"),
        ({"state": "pending"}, "awaits a decision and has one"),
        ({"story": "marisol-ring-lax", "minutes_ago": 9000}, "a page that was not there yet"),
        ({"key": "dermot"}, "Two of a kind: tip dermot"),
    ],
)
def test_a_contradiction_is_found(demo: Demo, changes: dict[str, object], complaint: str) -> None:
    assert complaint in broken(demo, **changes)


def test_a_draft_without_its_source_is_found(demo: Demo) -> None:
    draft = replace(demo.drafts[0], tips=("lost",))
    assert "names a tip that is not there: lost" in "\n".join(mistakes_in(replace(demo, drafts=(draft,))))


def test_a_story_about_nobody_known_is_found(demo: Demo) -> None:
    story = replace(demo.stories[0], people=("stranger",), related=(demo.stories[0].slug,))
    found = "\n".join(mistakes_in(replace(demo, stories=(story, *demo.stories[1:]))))
    assert "names a person that is not there: stranger" in found
    assert "names a related story that is not there" in found


def test_loading_refuses_content_that_contradicts_itself(tmp_path: Path) -> None:
    for path in FOLDER.glob("*.json"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    rows = json.loads((tmp_path / "people.json").read_text(encoding="utf-8"))
    (tmp_path / "people.json").write_text(json.dumps(rows[1:]), encoding="utf-8")
    with pytest.raises(ContentError, match="names a person that is not there: marisol-quintero-vance"):
        load(tmp_path)
