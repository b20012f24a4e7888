"""Export: what is given out, to whom, and that no spreadsheet executes any of it."""

import csv
import io
import json
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest
from builders import NOON, a_story, a_tip
from sqlalchemy import insert, select
from triage.test_queries import index_all

from tipline import clock
from tipline.keeping.contact import sealed_contact
from tipline.models import Contact, Event, State, Tag, show_ref
from tipline.triage import export


@pytest.fixture
def desk(signed_in_as, moderator):
    return signed_in_as(moderator)


def rows_of(answer) -> list[dict]:
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))


def events(db, kind):
    with db.read() as session:
        return session.scalars(select(Event).where(Event.kind == kind)).all()


def reachable(db, keyring, body="She can be reached.", **columns):
    tip = a_tip(db, body, **columns)
    with db.write() as session:
        row = sealed_contact(keyring, tip.ref, {"email": "+ida@lantern.example"}, may_contact=True)
        session.execute(insert(Contact), {**row, "tip_id": tip.id})
    return tip


def test_a_list_is_given_out_as_csv_newest_first(db, desk):
    story = a_story(db, slug="ring-lax")
    old = a_tip(db, "“Ida”, she said,\nleft", story_id=story.id, about="Ida")
    new = a_tip(db, "東京で見ました")
    a_tip(db, "spam", state=State.SPAM)
    with db.write() as session:
        session.add_all([Tag(tip_id=old.id, name="airport"), Tag(tip_id=old.id, name="ring")])
    answer = desk.post("/newsroom/queue/export", data={"list": "", "format": "csv"})
    assert [row["ref"] for row in rows_of(answer)] == [show_ref(tip.ref) for tip in (new, old)]
    row = rows_of(answer)[1]
    assert (row["body"], row["story"], row["tags"]) == (old.body, "ring-lax", "airport; ring")
    assert row["received_at"] == "2026-03-02T12:00:00Z"
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_the_files_name_says_the_newsrooms_day(desk, monkeypatch, kind):
    evening = datetime(2026, 3, 3, 5, tzinfo=UTC)  # nine in the evening of the day before, there
    monkeypatch.setattr(clock, "now", lambda: evening)
    answer = desk.post("/newsroom/queue/export", data={"list": "", "format": kind})
    assert answer.headers["Content-Disposition"] == f'attachment; filename="tips-2026-03-02.{kind}"'


def test_json_lines_hold_the_same(db, desk):
    tip = a_tip(db, '=1+1 "quoted"')
    answer = desk.post("/newsroom/queue/export", data={"list": "", "format": "jsonl"})
    [line] = answer.text.splitlines()
    assert (json.loads(line)["body"], json.loads(line)["tags"]) == (tip.body, [])


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "＝", "'="])
def test_no_cell_of_csv_is_a_formula(db, desk, start):
    a_tip(db, f"{start}cmd|' /C calc'!A1", about=f"{start}1", reason_text=f"{start}x")
    [row] = rows_of(desk.post("/newsroom/queue/export", data={"list": "", "format": "csv"}))
    assert [value[0] for value in (row["body"], row["about"], row["reason_text"])] == ["'", "'", "'"]


def test_what_a_search_finds_is_given_out_whole_in_steps(db, desk, monkeypatch):
    monkeypatch.setattr(export, "STEP", 3)
    rings = [a_tip(db, f"ring {number}") for number in range(8)]
    a_tip(db, "a cello")
    index_all(db)
    answer = desk.post("/newsroom/queue/export", data={"list": "q=ring&sort=rank", "format": "csv"})
    assert [row["ref"] for row in rows_of(answer)] == [show_ref(tip.ref) for tip in rings[::-1]]


def test_an_export_is_written_down_without_the_words_searched_for(db, desk, moderator):
    desk.post("/newsroom/queue/export", data={"list": "q=walrus&state=all", "format": "csv"})
    [event] = events(db, "tips.exported")
    assert event.actor_id == moderator.id
    assert (event.data["state"], event.data["searched"], event.data["contacts"]) == ("all", True, False)
    assert "walrus" not in json.dumps(event.data)


def test_contacts_are_left_out(db, keyring, signed_in_as, editor):
    reachable(db, keyring)
    answer = signed_in_as(editor).post("/newsroom/queue/export", data={"list": "", "format": "csv"})
    assert "ida@" not in answer.text
    assert "email" not in rows_of(answer)[0]
    assert events(db, "tip.contact_opened") == []


def test_an_editor_takes_contacts_along_for_a_reason_kept_with_each_tip(db, keyring, signed_in_as, editor):
    tip, plain = reachable(db, keyring), a_tip(db)
    hidden = reachable(db, keyring, erasure_wanted="contact", legal_hold=True)
    asked = {"list": "", "format": "csv", "contacts": "y", "reason": "Calling them all back"}
    answer = signed_in_as(editor).post("/newsroom/queue/export", data=asked)
    rows = {row["ref"]: row for row in rows_of(answer)}
    assert rows[show_ref(tip.ref)]["email"] == "'+ida@lantern.example"
    assert [rows[show_ref(each.ref)]["email"] for each in (plain, hidden)] == ["", ""]
    [opened] = events(db, "tip.contact_opened")
    assert (opened.subject, opened.data["why"]) == (tip.ref, "Calling them all back")
    assert events(db, "tips.exported")[0].data["contacts"] is True


def test_contacts_need_a_reason_and_the_role(db, keyring, signed_in_as, editor, desk):
    reachable(db, keyring)
    asked = {"list": "", "format": "csv", "contacts": "y", "reason": ""}
    assert signed_in_as(editor).post("/newsroom/queue/export", data=asked).status_code == 422
    assert desk.post("/newsroom/queue/export", data={**asked, "reason": "Because"}).status_code == 403
    assert events(db, "tips.exported") == []


def test_tips_for_named_people_alone_are_left_out(db, desk):
    a_tip(db, "restricted", restricted=True)
    a_tip(db, "escalated", escalated_at=NOON)
    assert rows_of(desk.post("/newsroom/queue/export", data={"list": "", "format": "csv"})) == []


@pytest.mark.parametrize("who", ["moderator", "editor"])
@pytest.mark.parametrize("search", ["kind:corection", "ring before:soon", 'one "two', "colour:red", "😀"])
def test_a_search_that_cannot_be_read_exports_nothing(request, db, signed_in_as, who, search):
    browser = signed_in_as(request.getfixturevalue(who))
    asked = {"list": urlencode({"state": "all", "q": search}), "format": "csv"}
    more = {"contacts": "y", "reason": "Calling them all back"} if who == "editor" else {}
    answer = browser.post("/newsroom/queue/export", data={**asked, **more})
    assert answer.status_code == 422
    assert "Nothing was exported, because not all of the search can be read." in answer.text
    assert 'id="queue-unclear"' in answer.text  # on the list that it was asked from
    assert ('value="Calling them all back"' in answer.text) == (who == "editor")
    assert "export-problem" not in answer.text
    assert events(db, "tips.exported") == []


def test_an_unknown_format_is_refused(desk):
    assert desk.post("/newsroom/queue/export", data={"list": "", "format": "xls"}).status_code == 422
