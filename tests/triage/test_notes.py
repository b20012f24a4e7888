"""Notes for colleagues: what `z` does with the last one."""

import pytest
from builders import a_tip, fresh
from sqlalchemy import select, update
from triage.desk import HTMX, field, tip_of

from tipline.models import Event, Mention, Note, State, Tip

WORDS = "Ask the pilot, <he> knows. @edie"


@pytest.fixture
def desk(signed_in_as, moderator):
    return signed_in_as(moderator)


@pytest.fixture
def tip(db):
    return a_tip(db)


def write(desk, tip, body=WORDS):
    assert desk.post(f"/newsroom/tips/{tip.ref}/notes", data={"body": body}).status_code == 303


def decline(desk, tip):
    sent = {"version": "1", "decision": "decline", "reason": "known"}
    assert desk.post(f"/newsroom/tips/{tip.ref}/decision", data=sent).status_code == 303


def stored(db) -> list[str]:
    with db.read() as session:
        return list(session.scalars(select(Note.body).order_by(Note.id)))


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "fragment"])
def test_z_takes_back_a_note_before_what_was_done_earlier(db, desk, tip, editor, headers):
    other = a_tip(db)
    decline(desk, other)
    write(desk, tip, "Older")
    write(desk, tip)
    answer = desk.post("/newsroom/undo", headers=headers).text
    assert "The note is taken back. It stands in its field again." in answer
    assert (tip_of(answer), field(answer, "note-body"), stored(db)) == (tip.ref, WORDS, ["Older"])
    assert "Mo Castellane took back a note on this" in answer
    with db.read() as session:
        assert session.scalars(select(Mention)).all() == []
        kinds = session.scalars(select(Event.kind).where(Event.subject == tip.ref).order_by(Event.id)).all()
    assert kinds == ["tip.noted", "tip.noted", "tip.note_taken_back"]
    desk.post("/newsroom/undo", headers=headers)
    assert (stored(db), fresh(db, other).state) == ([], State.DECLINED)
    desk.post("/newsroom/undo", headers=headers)
    assert fresh(db, other).state == State.PENDING
    assert desk.post("/newsroom/undo", headers=headers).status_code == 409


def test_z_takes_back_what_was_done_after_a_note_first(db, desk, tip):
    write(desk, tip)
    decline(desk, tip)
    desk.post("/newsroom/undo", headers=HTMX)
    assert (fresh(db, tip).state, stored(db)) == (State.PENDING, [WORDS])


def test_a_colleagues_note_and_one_that_is_hidden_by_now_are_passed_over(db, desk, tip, signed_in_as, editor):
    write(signed_in_as(editor), tip, "Mine")
    hidden = a_tip(db)
    write(desk, hidden)
    with db.write() as session:
        session.execute(update(Tip).where(Tip.id == hidden.id).values(restricted=True))
    assert desk.post("/newsroom/undo", headers=HTMX).status_code == 409
    assert stored(db) == ["Mine", WORDS]
