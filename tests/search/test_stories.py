"""Searching stories: ranking, half-typed words, and upkeep of the index."""

from datetime import timedelta

import pytest
from builders import NOON, a_story
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tipline.search.index import index_story, remove_story
from tipline.search.stories import find_stories


def indexed(db, headline, body="Nothing else.", **columns):
    story = a_story(db, headline, body=body, **columns)
    with db.write() as session:
        index_story(session, story.id, headline, body)
    return story


def slugs(db, text, limit=10):
    with db.read() as session:
        return [story.slug for story in find_stories(session, text, limit)]


def test_any_word_finds_and_more_words_rank_higher(db):
    one = indexed(db, "A ring at the airport")
    both = indexed(db, "Ida Marlowe shows a ring")
    indexed(db, "A boat sinks")
    assert slugs(db, "Marlowe ring") == [both.slug, one.slug]


def test_the_headline_counts_more_than_the_body(db):
    inside = indexed(db, "Something else altogether", "The lighthouse stood there, and so did she.")
    ahead = indexed(db, "The lighthouse that was sold", "It was cheap, and she was glad of that day.")
    assert slugs(db, "lighthouse") == [ahead.slug, inside.slug]


def test_of_two_that_say_the_same_the_newer_comes_first(db):
    old = indexed(db, "Ring found", published_at=NOON - timedelta(days=9))
    new = indexed(db, "Ring found", published_at=NOON)
    assert slugs(db, "ring") == [new.slug, old.slug]


def test_a_fresh_story_moves_up_among_good_matches(db):
    old = indexed(db, "Ida Marlowe and Ida Marlowe again", published_at=NOON - timedelta(days=60))
    new = indexed(db, "Marlowe lands with a large ring on her hand", published_at=NOON)
    far = indexed(db, "Quite another thing", "Then Marlowe came.", published_at=NOON)
    with db.read() as session:
        found = [story.slug for story in find_stories(session, "Marlowe", 3, now=NOON)]
    assert found.index(new.slug) == 0
    assert set(found) == {old.slug, new.slug, far.slug}


def test_the_last_word_may_be_half_typed(db):
    story = indexed(db, "Marisol Quintero sings")
    assert slugs(db, "sings Quint") == [story.slug]
    assert slugs(db, "Q") == []


def test_a_short_form_finds_the_long_one(db):
    whole = indexed(db, "Maksim Horbenko plans to go back")
    short = indexed(db, "Nobody", "Maks was here")
    assert slugs(db, "Maks Warsaw Chopin") == [short.slug, whole.slug]


def test_only_words_that_tell_something_are_asked_for(db):
    indexed(db, "The boat that was there and is not")
    story = indexed(db, "Walrus at the harbor")
    assert slugs(db, "the walrus and there") == [story.slug]


def test_stop_words_alone_are_searched_for_all_the_same(db):
    story = indexed(db, "The Who return")
    assert story.slug in slugs(db, "the who")


def test_a_whole_tip_is_searched_by_its_rarest_words(db):
    for n in range(15):
        indexed(
            db,
            f"Common words number{n}",
            "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda common",
        )
    story = indexed(db, "Heliport", "The heliport where the walrus landed")
    text = "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda common heliport walrus unheard"
    assert slugs(db, text, 1) == [story.slug]


def test_many_words_that_nobody_says_find_nothing(db):
    indexed(db, "A ring")
    assert slugs(db, " ".join(f"unheard{n}" for n in range(30))) == []


def test_a_story_that_changed_is_found_by_its_new_words_only(db):
    story = indexed(db, "Boat sinks")
    with db.write() as session:
        index_story(session, story.id, "Boat saved", "")
    assert slugs(db, "saved") == [story.slug]
    assert slugs(db, "sinks") == []


def test_a_removed_story_is_not_found(db):
    story = indexed(db, "Boat sinks")
    with db.write() as session:
        remove_story(session, story.id)
        remove_story(session, story.id)
    assert slugs(db, "boat") == []


def test_a_story_that_is_gone_is_not_offered(db):
    indexed(db, "Boat sinks", state="gone")
    assert slugs(db, "boat") == []


@pytest.mark.thorough
@given(st.one_of(st.text(max_size=80), st.text(alphabet="\"'*():^-+|&!<>\\ANDORNEAR ab:", max_size=80)))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_input_becomes_syntax(db, text):
    slugs(db, text)
