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


def test_who_is_named_for_a_hidden_tip_finds_it_without_any_mail(
    db, mo, signed_in_as, moderator, editor, admin
):
    edie, danger, limits = signed_in_as(editor), a_tip(db, "heliport"), a_tip(db, "heliport")
    mo.post(f"/newsroom/tips/{danger.ref}/escalate", data={"danger": "child", "version": "1"})
    data = {"named": [admin.email], "reason": "For the <court> desk", "version": "1"}
    edie.post(f"/newsroom/tips/{limits.ref}/restrict", data=data)
    mo.post(f"/newsroom/tips/{a_tip(db).ref}/notes", data={"body": "older than it, @ada"})
    found = {
        user.id: signed_in_as(user).get("/newsroom/mentions").text for user in (moderator, editor, admin)
    }
    for user in (editor, admin):
        assert "Escalated to you and few others: a child may be abused." in found[user.id]
        assert f'Mo Castellane on <a href="/newsroom/tips/{danger.ref}">' in found[user.id]
    assert "others who are named: For the &lt;court&gt; desk" in found[admin.id]
    assert "@ada" in found[admin.id]
    assert limits.ref not in found[editor.id]  # who named themselves knows
    assert "Nobody has mentioned you yet" in found[moderator.id]
    assert all("heliport" not in html for html in found.values())
    edie.post(f"/newsroom/tips/{danger.ref}/reveal", data={"reason": "All is well", "version": "2"})
    assert danger.ref not in edie.get("/newsroom/mentions").text


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
