"""Likely stories: where candidates come from, how they are weighed, and what is said of each."""

from datetime import timedelta

import pytest
from builders import NOON, a_person, a_story, a_tip

from tipline.assist.names import people_in
from tipline.assist.stories import (
    Evidence,
    Said,
    is_enough,
    likelihood,
    likely_stories,
    reasons,
    settled_of,
)  # fmt: skip
from tipline.models import Link, StoryPerson
from tipline.search import rarest
from tipline.search.index import index_story
from tipline.search.rarest import stories_sharing, telling_words

HOUR = timedelta(hours=1)
NOTHING = Evidence(own_page=False, named=(), words=(), share=0.0, away=timedelta())


def indexed(db, headline, body="Nothing else.", *people, **columns):
    story = a_story(db, headline, body=body, **columns)
    with db.write() as session:
        index_story(session, story.id, headline, body)
        session.add_all(StoryPerson(story_id=story.id, person_id=person.id) for person in people)
    return story


def likely(db, text, limit=3, *, without=(), at=NOON, page=None):
    with db.read() as session:
        said = Said(text, at, people_in(session, text), page.id if page else None)
        return likely_stories(session, said, limit, without=without)


def slugs(found):
    return [story.slug for story in found]


def test_the_page_it_was_sent_from_comes_first(db):
    own = indexed(db, "Quite another thing", published_at=NOON - timedelta(days=300))
    other = indexed(db, "A walrus in the harbor")
    found = likely(db, "The walrus is in the harbor", page=own)
    assert slugs(found) == [own.slug, other.slug]
    assert found[0].reasons == ("sent from its page",)


def test_stories_of_the_people_named_are_found_whatever_they_say(db):
    ida = a_person(db, "Ida Marlowe")
    named = indexed(db, "She sings again", "In the harbor.", ida)
    indexed(db, "Nobody we know")
    [found] = likely(db, "I met Ida Marlowe at the bakery")
    assert (found.slug, found.reasons) == (named.slug, ("names Ida Marlowe",))


def test_rare_words_are_named_as_the_tip_spells_them_and_names_only_once(db):
    ida = a_person(db, "Ida Marlowe")
    indexed(db, "Ida Marlowe keeps a walrus in Tromsø", "Nothing else.", ida)
    indexed(db, "A walrus of its own kind")
    found = likely(db, "Ida Marlowe and the WALRUS are in Tromsø")
    assert found[0].reasons == ("names Ida Marlowe", "says “Tromsø”, “WALRUS”")


def test_of_two_that_say_the_same_the_fresher_is_likelier(db):
    old = indexed(db, "Walrus in the harbor", published_at=NOON - timedelta(days=30))
    new = indexed(db, "Walrus in the harbor", published_at=NOON - HOUR)
    assert slugs(likely(db, "a walrus, right in the harbor")) == [new.slug, old.slug]
    late = likely(db, "a walrus, right in the harbor", at=NOON - timedelta(days=30))
    assert slugs(late) == [old.slug, new.slug]


def test_a_word_of_many_by_chance_is_not_enough(db):
    for word in ("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "mu"):
        indexed(db, f"{word} one")
        indexed(db, f"{word} two")
    text = "alpha beta gamma delta epsilon zeta eta theta iota kappa mu"
    assert likely(db, text) == []
    assert len(likely(db, "alpha beta")) == 3


@pytest.mark.parametrize("text", ["", "the and of", "!!!", "unheard of words", "\" OR headline : ' & | :A"])
def test_a_text_that_tells_nothing_finds_nothing(db, text):
    indexed(db, "A walrus")
    assert likely(db, text) == []


def test_what_is_gone_or_left_out_is_not_offered(db):
    gone = indexed(db, "Walrus one", state="gone")
    refused, left = indexed(db, "Walrus two"), indexed(db, "Walrus three")
    assert slugs(likely(db, "walrus", without={refused.id}, page=gone)) == [left.slug]


def test_people_settle_what_the_machine_suggests(db, moderator):
    tip, stories = a_tip(db), [a_story(db) for _ in range(3)]
    with db.write() as session:
        session.add_all(
            Link(tip_id=tip.id, story_id=story.id, state=state, by_id=moderator.id, at=NOON)
            for story, state in zip(stories, ("suggested", "confirmed", "rejected"), strict=True)
        )
    with db.read() as session:
        assert set(session.scalars(settled_of(tip.id))) == {stories[1].id, stories[2].id}


def test_the_number_of_queries_does_not_grow_with_the_stories(db, statements):
    ida = a_person(db, "Ida Marlowe")

    def queries():
        with statements.counting() as asked:
            likely(db, "Ida Marlowe and a walrus")
        return len(asked)

    indexed(db, "A walrus")
    few = queries()
    for number in range(60):
        indexed(db, f"A walrus {number}", "Nothing else.", ida)
    assert 0 < queries() == few <= 8


def test_of_a_common_word_only_the_newest_stories_are_looked_at(db, monkeypatch):
    monkeypatch.setattr(rarest, "COMMON", 3)
    monkeypatch.setattr(rarest, "_added", rarest._added.__wrapped__)
    stories = [indexed(db, f"Walrus {number}") for number in range(5)]
    with db.read() as session:
        telling = telling_words(session, "walrus")
        found = stories_sharing(session, telling, 10)
    assert telling.common == {"walrus"}
    assert {each.story_id for each in found} == {story.id for story in stories[2:]}


def test_a_word_of_the_headline_is_worth_more(db):
    inside = indexed(db, "Something else", "A walrus stood there.")
    ahead = indexed(db, "The walrus returns", "It was cold.")
    with db.read() as session:
        found = stories_sharing(session, telling_words(session, "a walrus"), 10)
    assert [each.story_id for each in found] == [ahead.id, inside.id]
    assert found[0].worth == pytest.approx(1.5 * found[1].worth)


def test_each_thing_that_speaks_for_a_story_raises_it():
    base = likelihood(NOTHING)
    more = [
        Evidence(own_page=True, named=(), words=(), share=0.0, away=timedelta()),
        Evidence(own_page=False, named=("Ida",), words=(), share=0.0, away=timedelta()),
        Evidence(own_page=False, named=(), words=("walrus",), share=0.5, away=timedelta()),
    ]
    assert all(likelihood(each) > base and is_enough(each) for each in more)
    assert likelihood(Evidence(False, ("Ida", "Bo"), (), 0.0, HOUR)) > likelihood(
        Evidence(False, ("Ida",), (), 0.0, HOUR)
    )
    assert likelihood(Evidence(False, (), (), 0.0, 24 * HOUR)) < base
    assert not is_enough(NOTHING)


def test_no_more_words_are_named_than_help():
    evidence = Evidence(False, ("Ida", "Bo", "Cy"), ("a1", "b2", "c3", "d4"), 0.5, HOUR)
    assert reasons(evidence, "A1 B2 C3 D4") == ("names Ida, Bo", "says “A1”, “B2”, “C3”")
