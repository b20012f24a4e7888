"""Names in a tip: people we know, and whoever else it seems to name."""

from builders import a_person, a_story

from tipline.assist.names import names_in, people_in
from tipline.search.index import index_story
from tipline.search.stories import find_stories

AIRPORT = "I saw Maks at Warsaw Chopin airport this morning, heading to the border"


def names(db, text):
    with db.read() as session:
        return names_in(session, text)


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
