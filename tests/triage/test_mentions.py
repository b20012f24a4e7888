"""A note that names a colleague with an @ reaches them."""

from dataclasses import replace

import pytest
from builders import NOON, a_tip, a_user
from sqlalchemy import select

from tipline.models import Delivery, Mention
from tipline.triage.mentions import mention, named_in
from tipline.triage.notes import add_note


@pytest.fixture
def mo(signed_in_as, moderator):
    return signed_in_as(moderator)


def noted(db, settings, tip, body, by):
    with db.write() as session:
        note = add_note(session, tip.ref, body, by=by, now=NOON)
        return mention(session, settings, note, tip.ref, by=by, now=NOON)


@pytest.mark.parametrize(("text", "count"), [
    ("@Edie Okonjo, look", 1), ("ask @edie", 1), ("ask @EDIE!", 1), ("@edies", 0), ("x@edie", 0),
    ("@edie@lantern.example", 0), ("edie", 0), ("", 0),
])  # fmt: skip
def test_who_is_named(editor, text, count):
    assert len(named_in(text, [editor])) == count


def test_the_mentioned_find_the_note(db, mo, signed_in_as, editor, moderator):
    tip = a_tip(db)
    answer = mo.post(f"/newsroom/tips/{tip.ref}/notes", data={"body": "Can @edie call <b>her</b>? @mo"})
    assert answer.status_code == 303
    html = signed_in_as(editor).get("/newsroom/mentions").text
    assert "call &lt;b&gt;her" in html
    assert "Mo Castellane on" in html
    assert f"/newsroom/tips/{tip.ref}" in html
    assert "Nobody has mentioned you yet" in mo.get("/newsroom/mentions").text


def test_they_are_told_by_mail_without_the_notes_words(db, settings, moderator, editor):
    tip = a_tip(db)
    told = noted(db, replace(settings, smtp_url="smtp://localhost"), tip, "@edie the heliport", moderator)
    assert [person.id for person in told] == [editor.id]
    with db.read() as session:
        [letter] = session.scalars(select(Delivery)).all()
    assert letter.payload["to"] == editor.email
    assert "Mo Castellane mentions you" in letter.payload["text"]
    assert "heliport" not in str(letter.payload)


def test_without_a_mail_server_nothing_waits_in_the_outbox(db, settings, moderator, editor):
    noted(db, settings, a_tip(db), "@edie", moderator)
    with db.read() as session:
        assert session.scalars(select(Delivery)).all() == []


def test_who_may_not_see_the_tip_or_has_left_is_not_told(db, settings, moderator, editor):
    a_user(db, email="lena@lantern.example", name="Lena Holt", disabled_at=NOON)
    assert noted(db, settings, a_tip(db, restricted=True), "@edie @lena", moderator) == []
    with db.read() as session:
        assert session.scalars(select(Mention)).all() == []
