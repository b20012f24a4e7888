"""Where staff make a mistake, what they typed stays in its field, and what was wrong stands beside it."""

import re

import pytest
from builders import a_tip, a_user, fresh, group_of
from triage.desk import HTMX
from triage.fields import Fields, sentence_of

from tipline.models import Contact, Receipt, State, View

LONG = "<b>x</b> & “y” " * 500 + "z"


@pytest.fixture
def edie(signed_in_as, editor):
    return signed_in_as(editor)


@pytest.fixture
def tip(db):
    tip = a_tip(db, about="lamp", place="Skagen")
    with db.write() as session:
        session.add(Receipt(tip_id=tip.id, lookup_hash=b"r" * 32, key_id="k", answers_mac=b""))
        session.add(Contact(tip_id=tip.id, sealed=b"x", key_id="k", given="email"))
    return tip


REFUSED = [
    ("decision", {"decision": "decline", "reason": "other"}, "reason_text", "   ", "Write the other reason"),
    ("decision", {"decision": "decline", "reason": "other"}, "reason_text", LONG, "A reason holds 200"),
    ("tags", {}, "tag", '""', "Write the tag."),
    ("tags", {}, "tag", LONG, "A tag holds 60"),
    ("restrict", {}, "reason", "why", "Say why, in a few words"),
    ("restrict", {}, "reason", LONG, "A reason holds 500"),
    ("hold", {"act": "hold"}, "reason", "why", "Say why, in a few words"),
    ("hold", {"act": "hold"}, "reason", LONG, "A reason holds 500"),
    ("contact", {}, "reason", "why", "Say why, in a few words"),
    ("notes", {}, "body", "  ", "Write something into the note."),
    ("notes", {}, "body", LONG, "A note holds 4,000"),
    ("notes", {}, "body", "\u200b\u2060", "Write something into the note."),
    ("messages", {}, "body", "\u200b\u2060", "Write something to the tipster."),
    ("messages", {}, "body", LONG, "A message holds 5,000"),
]  # fmt: skip


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "fragment"])
@pytest.mark.parametrize(("path", "more", "name", "text", "said"), REFUSED)
def test_it_stays_in_its_field_with_what_was_wrong_beside_it(
    edie, tip, headers, path, more, name, text, said
):
    data = {"version": "1", name: text, **more}
    answer = edie.post(f"/newsroom/tips/{tip.ref}/{path}", data=data, headers=headers)
    assert answer.status_code == 422
    fields = Fields(answer.text)
    assert (fields.focused["name"], fields.value, fields.open) == (name, text, True)
    assert fields.focused["aria-invalid"] == "true"
    assert sentence_of(answer.text, fields.focused).startswith(said)


def test_the_reason_for_showing_it_to_all_stays_too(edie, tip):
    assert edie.post(f"/newsroom/tips/{tip.ref}/restrict", data={"version": 1, "reason": "A witness"})
    answer = edie.post(f"/newsroom/tips/{tip.ref}/reveal", data={"version": 2, "reason": "no"})
    fields = Fields(answer.text)
    assert (answer.status_code, fields.value, fields.open) == (422, "no", True)
    assert sentence_of(answer.text, fields.focused).startswith("Say why")


def test_a_correction_stays_whole(edie, tip):
    data = {"version": "1", "kind": "question", "about": "a ring", "place": "x" * 201}
    answer = edie.post(f"/newsroom/tips/{tip.ref}/correction", data=data)
    assert answer.status_code == 422
    assert 'name="about" maxlength="200" dir="auto" autocomplete="off" value="a ring"' in answer.text
    assert f'value="{"x" * 201}"' in answer.text
    assert '<option value="question" selected>' in answer.text
    fields = Fields(answer.text)
    assert (fields.focused["name"], fields.open) == ("kind", True)
    assert "hold 200 characters each" in sentence_of(answer.text, fields.focused)


def test_a_correction_that_cannot_be_stays_whole_too(db, edie, tip):
    a_tip(db, group=group_of(db, tip))
    data = {"version": "1", "kind": "question", "about": "a ring", "place": ""}
    answer = edie.post(f"/newsroom/tips/{tip.ref}/correction", data=data)
    assert (answer.status_code, 'value="a ring"' in answer.text) == (409, True)
    assert "Others say the same" in sentence_of(answer.text, Fields(answer.text).focused)


def test_who_was_named_stays_named(db, edie, tip, moderator):
    gone = a_user(db, email="gone@lantern.example")
    data = {"version": "1", "reason": "", "named": [moderator.email]}
    answer = edie.post(f"/newsroom/tips/{tip.ref}/restrict", data=data)
    named = answer.text.partition('<select id="named"')[2].partition("</select>")[0]
    assert re.findall(r'value="([^"]*)" selected', named) == [moderator.email]
    assert gone.email in named
    assert not fresh(db, tip).restricted


def test_who_came_too_late_finds_what_they_typed_in_its_field(edie, tip):
    edie.post(f"/newsroom/tips/{tip.ref}/decision", data={"version": "1", "decision": "accept"})
    data = {"version": "1", "reason": "A witness who is afraid"}
    answer = edie.post(f"/newsroom/tips/{tip.ref}/restrict", data=data)
    assert (answer.status_code, 'value="A witness who is afraid"' in answer.text) == (409, True)


def test_what_is_typed_into_one_form_stands_in_no_other(edie, tip):
    answer = edie.post(f"/newsroom/tips/{tip.ref}/hold", data={"act": "hold", "reason": "why"})
    assert answer.text.count('value="why"') == 1
    assert "aria-invalid" not in edie.get(f"/newsroom/tips/{tip.ref}").text


def test_a_decision_that_is_not_open_is_still_told(db, edie):
    tip = a_tip(db, state=State.ACCEPTED)
    answer = edie.post(f"/newsroom/tips/{tip.ref}/decision", data={"version": "1", "decision": "accept"})
    assert "This tip is accepted already" in answer.text


@pytest.mark.parametrize(("name", "said"), [(" ", "Give the view a name."), ("<i>" * 30, "A name holds 60")])
def test_the_name_of_a_view_stays_and_so_does_the_list(db, edie, editor, tip, name, said):
    other = a_tip(db, state=State.SPAM)
    data = {"name": name, "shared": "y", "list": "state=spam"}
    answer = edie.post("/newsroom/views", data=data)
    assert (answer.status_code, f'id="row-{other.ref}"' in answer.text) == (422, True)
    assert f'id="row-{tip.ref}"' not in answer.text
    fields = Fields(answer.text)
    assert (fields.focused["id"], fields.value, fields.open) == ("view-name", name, True)
    assert sentence_of(answer.text, fields.focused).startswith(said)
    assert 'name="shared" value="y" checked' in answer.text
    with db.write() as session:
        session.add(View(owner_id=editor.id, slug="spam", name="Spam", query="state=spam"))
    answer = edie.post("/newsroom/views/spam", data={"name": name})
    fields = Fields(answer.text)
    assert (answer.status_code, fields.focused["id"], fields.value) == (422, "view-new-name", name)
    assert sentence_of(answer.text, fields.focused).startswith(said)


def test_why_contacts_are_exported_stays(edie, tip):
    data = {"format": "csv", "contacts": "y", "reason": "why", "list": ""}
    answer = edie.post("/newsroom/queue/export", data=data)
    fields = Fields(answer.text)
    assert (answer.status_code, fields.focused["id"], fields.value) == (422, "export-reason", "why")
    assert 'name="contacts" value="y" checked' in answer.text


@pytest.mark.parametrize(
    "listed", ["view=gone", "view=gone&tip=K7Q2FD9X&focus=x", "after=x&sort=poem", "tip=" * 2000]
)
def test_a_list_that_is_no_more_does_not_hide_what_was_typed(edie, tip, listed):
    answer = edie.post("/newsroom/views", data={"name": "x" * 61, "list": listed})
    assert (answer.status_code, Fields(answer.text).value) == (422, "x" * 61)
    answer = edie.post("/newsroom/queue/decide", data={"decision": "accept", "list": listed})
    assert (answer.status_code, "Tick the tips" in answer.text) == (422, True)
