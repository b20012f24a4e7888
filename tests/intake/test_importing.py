"""Importing tips: the form's checks, lines of what is refused, and files that come twice."""

import csv
import json
from datetime import timedelta

import pytest
from builders import NOON, counted
from sqlalchemy import select

from tipline.errors import Invalid
from tipline.intake.importing import import_tips
from tipline.keeping.contact import opened_contact
from tipline.models import Contact, Event, Group, Receipt, Tip


@pytest.fixture
def take(db, keyring, tmp_path):
    """A function: what came of a file of this name and these lines."""

    def taken(name: str, *lines: str):
        file = tmp_path / name
        file.write_text("\n".join(lines) + "\n")
        return import_tips(db, keyring, file, now=NOON, progress=lambda count: None)

    return taken


def tips(db):
    with db.read() as session:
        return session.scalars(select(Tip).order_by(Tip.id)).all()


def test_rows_become_pending_tips_with_group_counter_and_event(db, take):
    ring = '"A ring, she said",correction,Ida,2026-02-01 10:20'
    report = take("tips.csv", "body,kind,about,received_at", ring, "A boat,,,")
    assert report.counts() == {"new": 2, "unchanged": 0, "refused": 0}
    ring, boat = tips(db)
    assert (ring.body, ring.kind, ring.about, ring.channel) == (
        "A ring, she said",
        "correction",
        "Ida",
        "import",
    )
    assert (ring.received_at.isoformat(), boat.received_at) == ("2026-02-01T10:20:00+00:00", NOON)
    with db.read() as session:
        assert [group.lead_id for group in session.scalars(select(Group).order_by(Group.id))] == [
            ring.id,
            boat.id,
        ]
        events = session.scalars(select(Event.kind).order_by(Event.id)).all()
        assert session.scalars(select(Receipt)).all() == []
    assert counted(db) == {"pending": 2}
    assert events == ["tip.received", "tip.received", "tips.imported"]


def test_what_the_form_refuses_is_refused_with_its_line(db, take):
    report = take("tips.csv", "body,kind,email,received_at", '"two\nlines",,,', ",tip,,", "x,banana,,",
                  "x,,nobody,", "x,,,tomorrow", "x,,,2999-01-01", "x,,,,,,")  # fmt: skip
    assert [failure.partition(":")[0] for failure in report.failures] == [f"line {n}" for n in range(4, 10)]
    assert "Write what you know" in report.failures[0]
    assert "e-mail address" in report.failures[2]
    assert [tip.body for tip in tips(db)] == ["two\nlines"]


def test_json_lines_are_taken_and_nonsense_is_refused(db, take):
    nested = "[" * 100_000
    report = take(
        "tips.jsonl", '{"body": "A ring", "contact_ok": true, "name": "Ida"}', "", "[1]", nested, "{",
        '{"text": "x"}', '{"body": {"a": 1}}', json.dumps({"body": "NUL \0 and \ud800"}),
    )  # fmt: skip
    assert [failure.partition(":")[0] for failure in report.failures] == [
        "line 3",
        "line 4",
        "line 5",
        "line 6",
    ]
    assert [tip.body for tip in tips(db)] == ["A ring", '{"a": 1}', "NUL \ufffd and \ufffd"]


def test_contacts_are_sealed(db, keyring, take):
    take("tips.csv", "body,email,contact_ok", "A ring,ida@lantern.example,y")
    [tip] = tips(db)
    with db.read() as session:
        [contact] = session.scalars(select(Contact))
    assert contact.may_contact
    opened = opened_contact(keyring, tip.ref, contact.sealed, key_id=contact.key_id)
    assert opened == {"email": "ida@lantern.example"}


def test_a_file_given_twice_adds_nothing(db, take):
    lines = ("body,received_at", "A ring,2026-02-01", "A boat,")
    take("tips.csv", *lines)
    assert take("tips.csv", *lines, "A cello,").counts() == {"new": 1, "unchanged": 2, "refused": 0}
    assert len(tips(db)) == 3


def test_an_export_comes_back_with_its_refs_and_its_words(db, take):
    take("tips.csv", "ref,body,state,tags", "K7Q2-FD9X,'=1+1,accepted,a; b", "nonsense!,x,,")
    [tip] = tips(db)
    assert (tip.ref, tip.body, tip.state) == ("K7Q2FD9X", "=1+1", "pending")
    assert take("tips.csv", "ref,body", "K7Q2-FD9X,changed since").unchanged == 1


@pytest.mark.parametrize(
    ("name", "lines"),
    [("tips.csv", ["body,txet", "x,y"]), ("tips.csv", ["kind", "tip"]), ("tips.xls", ["body"]),
     ("tips.csv", ["body", '"never ends']), ("tips.csv", ['"body'])],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_refused_in_a_sentence(take, name, lines):
    with pytest.raises(Invalid):
        take(name, *lines)


def test_a_column_twice_is_refused_and_nothing_is_lost(db, take):
    with pytest.raises(Invalid, match="There are columns twice: body; leave one"):
        take("tips.csv", "body,kind,Body", "A ring,tip,A boat")
    assert tips(db) == []


@pytest.mark.parametrize("mark", [";", "\t"])
def test_a_spreadsheet_may_divide_by_semicolons_or_tabs(db, take, mark):
    lines = (mark.join(cells) for cells in (["\ufeffbody", "about"], ["A ring, or two", "Ida"]))
    assert take("tips.csv", *lines).new == 1
    assert [(tip.body, tip.about) for tip in tips(db)] == [("A ring, or two", "Ida")]


def test_a_cell_beyond_all_bounds_is_refused(take):
    with pytest.raises(Invalid):
        take("tips.csv", "body", "x" * 300_000)
    csv.field_size_limit(131_072)


def test_old_tips_do_not_stand_before_new_ones(db, take):
    old = (NOON - timedelta(days=300)).isoformat()
    take("tips.csv", "body,received_at", f"old,{old}", "new,")
    with db.read() as session:
        ranks = [group.rank for group in session.scalars(select(Group).order_by(Group.id))]
    assert ranks[0] < ranks[1]
