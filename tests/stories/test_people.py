import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from builders import a_person
from found import NOON, events
from sqlalchemy import select

from tipline.errors import Conflict, Invalid, NotFound
from tipline.models import Person
from tipline.stories import people
from tipline.stories.desk_queries import list_people


def listed(db):
    with db.read() as session:
        return [(person.name, list(person.aliases)) for person in list_people(session).people]


def test_names_come_in_with_their_aliases(db, editor):
    data = "﻿name,aliases\nIlka Brandvold,Ilka B; Il\nZoë Åkerlind,\n\n".encode()
    report = people.import_people(db, data, now=NOON, by=editor)
    assert report.counts() == {"new": 2, "changed": 0, "unchanged": 0, "failed": 0}
    assert listed(db) == [("Ilka Brandvold", ["Ilka B", "Il"]), ("Zoë Åkerlind", [])]
    assert [(event.data, event.actor) for event in events(db, "people.imported")] == [
        ({"new": 2, "changed": 0}, "Edie Okonjo")
    ]


def test_a_head_says_which_columns_they_are(db):
    data = b"id,Aliases,Name\n1,Il;Ilka B,Ilka Brandvold\n2\n3,,Teo Marsh,x\n"
    report = people.import_people(db, data, now=NOON)
    assert report.counts() == {"new": 2, "changed": 0, "unchanged": 0, "failed": 1}
    assert listed(db) == [("Ilka Brandvold", ["Il", "Ilka B"]), ("Teo Marsh", [])]


@pytest.mark.parametrize(
    "head", ["foo,bar", "celebrity", "first name,aliases", "Person,Aliases", "id,,full_name"]
)
def test_a_head_without_names_is_refused_and_the_columns_are_named(db, head):
    with pytest.raises(Invalid, match="columns are name and aliases"):
        people.import_people(db, f"{head}\nIlka Brandvold,Il\n".encode(), now=NOON)
    assert listed(db) == []


@pytest.mark.parametrize(
    "data",
    [
        "name;aliases\r\nIlka Brandvold;Il;Ilka B\r\nMarsh, Teo\r\n",
        "\ufeffname;aliases\nIlka Brandvold;Il;Ilka B\nMarsh, Teo;\n",
        'Name;id;Aliases\nIlka Brandvold;1;"Il;Ilka B"\nMarsh, Teo\n',
        "name\taliases\nIlka Brandvold\tIl;Ilka B\nMarsh, Teo\t\n",
    ],
)
def test_a_head_says_what_divides_the_columns(db, data):
    assert people.import_people(db, data.encode(), now=NOON).failures == []
    assert listed(db) == [("Ilka Brandvold", ["Il", "Ilka B"]), ("Marsh, Teo", [])]


@pytest.mark.parametrize("mark", [";", "\t"])
def test_without_a_head_nobody_is_made_of_a_whole_line(db, mark):
    report = people.import_people(db, f"Ilka Brandvold{mark}Il\nTeo Marsh\n".encode(), now=NOON)
    assert [failure.partition(" Its name holds")[0] for failure in report.failures] == ["line 1:"]
    assert listed(db) == [("Teo Marsh", [])]


@pytest.mark.parametrize("head", ["name,name", "name;aliases;Aliases"])
def test_a_column_twice_is_refused(db, head):
    with pytest.raises(Invalid, match="twice; leave one of them out"):
        people.import_people(db, f"{head}\nIlka Brandvold\n".encode(), now=NOON)


def test_a_field_that_is_too_long_is_said_to_be_so(db):
    with pytest.raises(Invalid, match="a field has more than"):
        people.import_people(db, b"x" * 300_000, now=NOON)


@pytest.mark.parametrize("name", ["k.d. marsh", "张伟", "علي", "Ilka"])
def test_the_first_line_may_be_a_person(db, name):
    assert people.import_people(db, f"{name}\n".encode(), now=NOON).new == 1


def test_a_head_above_makes_a_person_of_any_name(db):
    assert people.import_people(db, b"name\nilka\n", now=NOON).new == 1


def test_the_same_list_twice_changes_nothing(db):
    data = b"Ilka Brandvold,Il;Ilka Brandvold\nTeo Marsh\n"
    people.import_people(db, data, now=NOON)
    assert people.import_people(db, data, now=NOON).counts() == {
        "new": 0,
        "changed": 0,
        "unchanged": 2,
        "failed": 0,
    }
    assert len(events(db, "people.imported")) == 1


def test_a_list_adds_aliases_and_confirms_candidates(db):
    a_person(db, "Ilka Brandvold", state="confirmed")
    a_person(db, "Teo Marsh", state="candidate")
    report = people.import_people(db, b"Ilka Brandvold,Il\nTeo Marsh\n", now=NOON)
    assert report.changed == 2
    assert listed(db) == [("Ilka Brandvold", ["Il"]), ("Teo Marsh", [])]


def test_the_alias_of_one_may_be_the_name_of_another(db):
    a_person(db, "Ilka Brandvold", aliases=("Maybe",), state="confirmed")
    assert people.import_people(db, b"Maybe\nMaybe\n", now=NOON).counts() == {
        "new": 1,
        "changed": 0,
        "unchanged": 1,
        "failed": 0,
    }


def test_a_line_without_a_name_is_told_and_the_rest_comes_in(db):
    report = people.import_people(db, b"Teo Marsh\n,alias\n" + b"x" * 300 + b"\n", now=NOON)
    assert (report.new, len(report.failures)) == (1, 2)
    assert report.failures[0].startswith("line 2: ")


@pytest.mark.parametrize("data", [b"Caf\xe9\n", b'"never closed\n', b'a"b"c,"d" e\n'])
def test_what_is_no_csv_is_refused_with_a_sentence(db, data):
    with pytest.raises(Invalid):
        people.import_people(db, data, now=NOON)


@pytest.mark.parametrize(("verb", "state"), [("confirm", "confirmed"), ("dismiss", "dismissed")])
def test_a_candidate_is_settled_once_and_a_second_click_is_no_fault(db, moderator, verb, state):
    a_person(db, "Teo Marsh", state="candidate")
    for _ in range(2):
        with db.write() as session:
            assert getattr(people, verb)(session, "teo-marsh", by=moderator, now=NOON) == "Teo Marsh"
    with db.read() as session:
        assert session.scalars(select(Person.state)).one() == state
    assert [(event.subject, event.actor) for event in events(db, f"person.{state}")] == [
        ("teo-marsh", "Mo Castellane")
    ]


def test_the_other_answer_of_a_colleague_is_a_conflict(db, moderator):
    a_person(db, "Teo Marsh", state="dismissed")
    with pytest.raises(Conflict, match="dismissed already"), db.write() as session:
        people.confirm(session, "teo-marsh", by=moderator, now=NOON)


def test_nobody_of_that_name(db, moderator):
    with pytest.raises(NotFound), db.write() as session:
        people.confirm(session, "nobody", by=moderator, now=NOON)
