"""A tip is the same whether it is stored in one piece or a statement at a time."""

import pytest
from builders import NOON, a_story, counted
from intake.readers import tips_in
from sqlalchemy import inspect, select

from tipline.intake import actions, token
from tipline.models import Contact, Event, Group, How, Kind, Receipt, Sign

FULL = {
    "body": "The drummer bought a lighthouse.", "kind": Kind.CORRECTION, "about": "Ida Fenn",
    "happened": "on Sunday", "place": "Vardoe", "how": How.SAW, "link": "https://lantern.example/1",
    "name": "Vera", "email": "v@example.org", "phone": "555 0100", "ping": True, "contact_ok": True,
    "trapped": True, "language": "de",
}  # fmt: skip
IDS = {"id", "ref", "tip_id", "group_id", "lead_id", "subject"}
MADE_EACH_TIME = IDS | {"lookup_hash", "answers_mac", "sealed"}


def an_arrival(keyring, story="", held_back=(), **answers):
    stamp = token.read(keyring, token.issue(keyring, now=NOON, story=story))
    return actions.prepare(keyring, actions.Answers(**answers), token=stamp, now=NOON, held_back=held_back)


def in_one_piece(db, arrival):
    assert db.write_together(lambda driver: actions.submit(driver, arrival))


def a_statement_at_a_time(db, arrival):
    with db.write() as session:
        assert actions.submit(session, arrival)


def rows_of(db, model):
    with db.read() as session:
        rows = session.scalars(select(model).order_by(model.id)).all()
        names = [column.key for column in inspect(model).columns if column.key not in MADE_EACH_TIME]
        return [{name: getattr(row, name) for name in names} for row in rows]


@pytest.mark.parametrize("answers", [FULL, {"body": "x"}], ids=["all answered", "a word"])
@pytest.mark.parametrize("held_back", [(), (Sign.TRAP, Sign.HURRY)])
def test_every_column_is_the_same(db, keyring, answers, held_back):
    story = a_story(db, "Drummer buys lighthouse")
    for store in (a_statement_at_a_time, in_one_piece):
        store(db, an_arrival(keyring, story.slug, held_back, **answers))
    for model in (actions.Tip, Group, Receipt, Contact, Event):
        rows = [row for row in rows_of(db, model) if row.get("kind") != "story.added"]
        assert len(rows) == (0 if model is Contact and answers is not FULL else 2), model
        assert rows[:1] == rows[1:], model
    assert [tip.story_id for tip in tips_in(db)] == [story.id, story.id]
    assert counted(db) == {"pending": 2}


def test_tip_group_receipt_and_contact_point_at_each_other(db, keyring):
    for _ in range(2):
        in_one_piece(db, an_arrival(keyring, **FULL))
    with db.read() as session:
        tips = session.scalars(select(actions.Tip).order_by(actions.Tip.id)).all()
        groups = session.scalars(select(Group).order_by(Group.id)).all()
        assert [tip.group_id for tip in tips] == [group.id for group in groups]
        assert [group.lead_id for group in groups] == [tip.id for tip in tips]
        for model in (Receipt, Contact):
            assert session.scalars(select(model.tip_id).order_by(model.id)).all() == [tip.id for tip in tips]
        assert session.scalars(select(Event.subject).order_by(Event.id)).all() == [tip.ref for tip in tips]


def test_a_story_that_went_away_leaves_the_tip_without_one(db, keyring):
    in_one_piece(db, an_arrival(keyring, "gone", body="x"))
    assert [tip.story_id for tip in tips_in(db)] == [None]
