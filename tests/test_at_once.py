"""Several SELECTs in one statement answer what each would answer by itself, on both databases."""

from builders import NOON, a_person, a_tip, a_user
from sqlalchemy import bindparam, select

from tipline import audit
from tipline.at_once import AtOnce, each_of, ids_of, listed
from tipline.models import Contact, Event, Person, Tip, User

REF = bindparam("ref", type_=Tip.ref.type)
HARD = 'A “quoted” word, a \\ and a "\n\ttab, 💍 and an end.'


def test_rows_have_the_values_that_the_columns_have(db):
    tip = a_tip(db, HARD, quarantined=True)
    with db.write() as session:
        audit.record(session, "tip.received", at=NOON, subject=tip.ref, what=["a", {"b": None}])
    asked = AtOnce(tips=select(Tip).where(Tip.ref == REF), events=select(Event).where(Event.subject == REF))
    with db.read() as session:
        answers = asked.ask(session, ref=tip.ref)
        [found], [event] = answers["tips"], answers["events"]
        kept = session.scalars(select(Tip).where(Tip.ref == tip.ref)).one()
    for column in Tip.__table__.columns:
        assert getattr(found, column.name) == getattr(kept, column.name), column.name
        assert type(getattr(found, column.name)) is type(getattr(kept, column.name)), column.name
    assert event.data == {"what": ["a", {"b": None}]}


def test_one_without_rows_answers_none_and_the_order_is_kept(db):
    tips = [a_tip(db, f"number {number}") for number in range(5)]
    asked = AtOnce(bodies=select(Tip.body).order_by(Tip.id.desc()).limit(3), contacts=select(Contact.given))
    with db.read() as session:
        answers = asked.ask(session)
    assert [row.body for row in answers["bodies"]] == [tip.body for tip in reversed(tips[2:])]
    assert answers["contacts"] == []


def test_a_list_is_one_value_whatever_is_in_it(db):
    a_user(db, name='It\'s "her"'), a_user(db, name="Bo")
    asked = AtOnce(users=select(User.name).where(User.name.in_(each_of("names"))))
    with db.read() as session:
        assert [
            row.name for row in asked.ask(session, names=listed(['It\'s "her"', "?", "%s"]))["users"]
        ] == ['It\'s "her"']
        assert asked.ask(session, names=listed([]))["users"] == []


def test_a_list_of_ids_is_as_long_as_the_planner_takes_it_for(db):
    """Of three, PostgreSQL must not think a hundred: for so many it walks over a table of thousands."""
    tips = [a_tip(db, f"number {number}") for number in range(3)]
    asked = AtOnce(tips=select(Tip.id).where(Tip.id.in_(ids_of("ids"))).order_by(Tip.id))
    ids = listed(tip.id for tip in tips)
    with db.read() as session:
        assert [row.id for row in asked.ask(session, ids=ids)["tips"]] == [tip.id for tip in tips]
        assert asked.ask(session, ids=listed([]))["tips"] == []
        if db.dialect == "postgresql":
            compiled = ids_of("ids").compile(db.engine)
            plan = session.connection().exec_driver_sql(f"EXPLAIN {compiled}", {"ids": ids})
            assert "rows=3 " in (plan.scalar() or "")


def test_it_is_one_statement_in_which_limits_stand(db, statements):
    asked = AtOnce(tips=select(Tip.id).limit(3), users=select(User.id).limit(4))
    with statements.counting() as seen, db.read() as session:
        asked.ask(session)
    [one] = seen
    assert db.dialect == "sqlite" or ("LIMIT 3" in one.sql and "LIMIT 4" in one.sql)


def test_what_is_done_with_an_answer_is_not_in_the_next(db):
    a_person(db, "Ida Marlowe")
    people = AtOnce(people=select(Person.name))
    seen = []
    for _ in range(3):
        with db.read() as session:
            rows = people.ask(session)["people"]
        seen.append([row.name for row in rows])
        rows.clear()
    a_person(db, "Ilka Brandvold")
    with db.read() as session:
        assert {row.name for row in people.ask(session)["people"]} == {"Ida Marlowe", "Ilka Brandvold"}
    assert seen == [["Ida Marlowe"]] * 3
