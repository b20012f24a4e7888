"""Names in a tip: people we know, and whoever else it seems to name."""

import pytest
from builders import a_person, a_story
from sqlalchemy import select, text

from tipline.assist.names import names_in, people_in
from tipline.models import Person
from tipline.models.person import FIRST_WORD, LAST_WORD
from tipline.search.index import index_story
from tipline.search.stories import find_stories
from tipline.text.tokens import fold

AIRPORT = "I saw Maks at Warsaw Chopin airport this morning, heading to the border"


def names(db, said):
    with db.read() as session:
        return names_in(session, said)


def test_known_people_come_first_under_their_own_name(db):
    a_person(db, "Maksim Horbenko", aliases=("Maks",))
    assert names(db, AIRPORT) == ["Maksim Horbenko", "Warsaw Chopin"]


def test_without_known_people_the_text_alone_speaks(db):
    assert names(db, AIRPORT)[0] == "Maks"


def test_a_name_of_one_word_needs_its_letter_case(db):
    a_person(db, "Rose")
    assert names(db, "she held a rose all evening") == []
    assert names(db, "then Rose laughed") == ["Rose"]


def test_a_dismissed_person_is_not_known(db):
    a_person(db, "Salt Harbor", state="dismissed")
    with db.read() as session:
        assert people_in(session, "we were at salt harbor") == []


def test_a_candidate_is_known_already(db):
    a_person(db, "ida marlowe", state="candidate")
    with db.read() as session:
        assert [person.slug for person in people_in(session, "IDA MARLOWE!!")] == ["ida-marlowe"]


def test_a_text_without_words_names_nobody(db):
    assert names(db, "!!!") == []


def test_somebody_is_listed_once_whatever_they_are_called(db):
    a_person(db, "Maksim Horbenko", aliases=("Maks",))
    assert names(db, "Then Maks left. Later Maksim Horbenko came back, and Horbenko sang.") == [
        "Maksim Horbenko"
    ]


def test_the_names_of_a_tip_find_the_story_of_a_longer_name(db):
    story = a_story(db, "Maksim Horbenko plans to go back")
    with db.write() as session:
        index_story(session, story.id, story.headline, story.body)
    with db.read() as session:
        [found] = find_stories(session, " ".join(names_in(session, AIRPORT)))
    assert found.slug == story.slug


RINGS = "Marisol was trying rings in Pasadena"


def test_a_first_name_alone_is_enough_where_the_sentence_begins(db):
    a_person(db, "Marisol Quintero-Vance")
    assert names(db, RINGS) == ["Marisol Quintero-Vance", "Pasadena"]


def test_a_last_name_alone_is_enough_too(db):
    a_person(db, "Teo Okonkwo-Marsh", slug="teo")
    assert names(db, "Marsh sang. We left early.") == ["Teo Okonkwo-Marsh"]


def test_an_unknown_word_that_begins_a_sentence_is_no_name(db):
    a_person(db, "Ilka Brandvold")
    assert names(db, RINGS) == ["Pasadena"]


def test_a_name_alone_that_two_have_means_neither(db):
    a_person(db, "Marisol Quintero")
    a_person(db, "Marisol Vance")
    assert names(db, RINGS) == ["Pasadena"]


def test_a_first_name_with_another_last_name_is_somebody_else(db):
    a_person(db, "Marisol Quintero")
    assert names(db, "We met Marisol Tran there") == ["Marisol Tran"]


def test_a_name_alone_needs_its_capital_and_a_full_name_none(db):
    a_person(db, "Marisol Quintero")
    assert names(db, "so marisol was there") == []
    assert names(db, "so marisol quintero was there") == ["Marisol Quintero"]


def test_a_common_word_that_is_also_a_name_is_a_common_word_where_the_sentence_begins(db):
    a_person(db, "Will Brandvold")
    assert names(db, "Will you come and see?") == []


def test_a_candidate_is_not_known_by_half_a_name(db):
    a_person(db, "Pasadena Fire Department", state="candidate")
    assert names(db, "Pasadena burned. Nobody was hurt.") == []


@pytest.mark.parametrize("part", [FIRST_WORD, LAST_WORD])
def test_half_a_name_is_looked_up_in_an_index(db, part):
    query = select(Person.id).where(part == "marisol")
    with db.read() as session:
        if db.engine.dialect.name == "postgresql":
            session.execute(text("SET LOCAL enable_seqscan = off"))
        compiled = query.compile(db.engine, compile_kwargs={"literal_binds": True})
        explain = "EXPLAIN QUERY PLAN" if db.engine.dialect.name == "sqlite" else "EXPLAIN"
        plan = str(session.execute(text(f"{explain} {compiled}")).all())
    assert "ix_people_first_word" in plan or "ix_people_last_word" in plan


@pytest.mark.parametrize("name", ["Rose", "Ana Ruiz", "Ana de la Ruiz Peña", "Ana Ana", "王菲"])
def test_both_ends_of_a_name_are_cut_off_alike(db, name):
    a_person(db, name)
    with db.read() as session:
        ends = session.execute(select(FIRST_WORD, LAST_WORD).select_from(Person)).one()
    assert tuple(ends) == (fold(name).split()[0], fold(name).split()[-1])
