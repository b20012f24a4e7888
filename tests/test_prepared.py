from typing import cast

import pytest
from builders import NOON, counted
from sqlalchemy import Table, bindparam, create_engine, literal, literal_column, select, text, update
from sqlalchemy.exc import IntegrityError

from tipline.models import Counter, Group, Person
from tipline.models.person import PersonState
from tipline.prepared import Prepared, insert_into, insert_returning_id

GROUPS = cast(Table, Group.__table__)
PEOPLE = cast(Table, Person.__table__)
DRIVERS = {"sqlite": "pysqlite", "postgresql": "psycopg"}
COUNTERS = cast(Table, Counter.__table__)


def test_an_insert_fills_in_defaults_and_gives_the_id(db):
    with db.write() as session:
        first = insert_returning_id(GROUPS).run(session, {"rank": 1.5, "newest_at": NOON})
    with db.read() as session:
        group = session.get_one(Group, first)
    assert (group.state, group.size, group.score, group.lead_id) == ("pending", 1, 0.0, None)
    assert (group.rank, group.newest_at) == (1.5, NOON)


def test_an_insert_that_nobody_asks_an_id_of_is_stored(db):
    person = {"slug": "ida", "name": "Ida", "folded": "ida", "created_at": NOON}
    with db.write() as session:
        assert insert_into(PEOPLE).run(session, person) is None
    with db.read() as session:
        assert session.scalars(select(Person)).one().state == PersonState.CONFIRMED


def test_an_update_takes_its_values_by_name(db):
    counter = COUNTERS.c
    add = Prepared(update(COUNTERS).where(counter.name == "spam", counter.shard == bindparam("of"))
                   .values(value=counter.value + bindparam("by")))  # fmt: skip
    with db.write() as session:
        add.run(session, {"of": 3, "by": 2})
        add.run(session, {"of": 3, "by": 2})
    assert counted(db) == {"spam": 4}


def test_a_broken_constraint_is_told_as_sqlalchemy_tells_it(db):
    person = {"slug": "ida", "name": "Ida", "folded": "ida", "created_at": NOON}
    with db.write() as session:
        insert_into(PEOPLE).run(session, person)
    with pytest.raises(IntegrityError), db.write() as session:
        insert_into(PEOPLE).run(session, person)
    with db.read() as session:
        assert len(session.scalars(select(Person)).all()) == 1


def test_a_query_gives_its_first_value(db):
    names = Prepared(select(PEOPLE.c.name).where(PEOPLE.c.slug == bindparam("slug")))
    with db.write() as session:
        insert_into(PEOPLE).run(session, {"slug": "ida", "name": "Ida", "folded": "ida", "created_at": NOON})
    with db.read() as session:
        assert names.run(session, {"slug": "ida"}) == "Ida"
        assert names.run(session, {"slug": "nobody"}) is None


@pytest.mark.parametrize("name", ["sqlite", "postgresql"])
def test_a_limit_stands_in_the_statement_where_no_plan_waits_for_it(name):
    some = select(PEOPLE.c.name).where(PEOPLE.c.slug != bindparam("slug")).limit(7).offset(2)
    compiled = Prepared(some)._for(create_engine(f"{name}+{DRIVERS[name]}://").dialect)
    sql = compiled.sql if name == "sqlite" else compiled.sql.decode()
    assert sql.split()[-4:] == ["LIMIT", "7", "OFFSET", "2"]
    assert [each for each, *_ in compiled.bindings] == ["slug"]


def prepared_in(db) -> list[str]:
    """What the server has prepared, by the pool's only connection."""
    with db.read() as session:
        return list(session.scalars(text("SELECT statement FROM pg_prepared_statements")))


@pytest.mark.only("postgres")  # SQLite's driver keeps statements by their text
def test_what_is_prepared_outlives_a_read_unless_it_is_to_be_planned_anew(db):
    kept, anew = (
        Prepared(select(PEOPLE.c.name).where(PEOPLE.c.slug == bindparam(name)), plan_anew=name == "anew")
        for name in ("kept", "anew")
    )
    for _ in range(3):
        with db.read() as session:
            kept.run(session, {"kept": "ida"})
            anew.run(session, {"anew": "ida"})
            session.execute(select(Person).where(Person.slug == "ida")).all()
    assert len([each for each in prepared_in(db) if "people.slug" in each]) == 1


def test_a_percent_sign_stands_for_itself(db):
    with db.write() as session:
        insert_into(PEOPLE).run(session, {"slug": "a", "name": "5 % Ida", "folded": "a", "created_at": NOON})
    rest = Prepared(select(PEOPLE.c.id % literal_column("7")).where(PEOPLE.c.name.like(literal("5 %"))))
    with db.read() as session:
        assert rest.run(session, {}) == 1
