"""Files in the newsroom: the clean copy for moderators, the original for a reason, nothing of the tipster."""

import re
from html import unescape

import pytest
from files.conftest import CLEAN, FACTS, engine, scrubbed, sent  # noqa: F401
from intake.sending import JPEG, PDF, files_in, shelf_of
from sqlalchemy import select, update
from triage.fields import Fields, sentence_of

from tipline.files import scrubbing
from tipline.keeping.erase import erase_files
from tipline.keeping.rules import Datum
from tipline.models import Attachment, Event, Tip, show_ref
from tipline.scrub import run
from tipline.scrub.found import CannotScrub, WhySealed


@pytest.fixture
def mo(signed_in_as, moderator):
    return signed_in_as(moderator)


@pytest.fixture
def edie(signed_in_as, editor):
    return signed_in_as(editor)


def tip_of(db, file):
    with db.read() as session:
        return session.get_one(Tip, file.tip_id)


def pane_of(client, db, file):
    return unescape(client.get(f"/newsroom/tips/{tip_of(db, file).ref}").text)


def test_the_clean_copy_is_a_download_in_a_sandbox(mo, db, scrubbed):  # noqa: F811
    file = scrubbed()
    page = mo.get(f"/newsroom/files/{file.ref}")
    name = f"{show_ref(tip_of(db, file).ref)}-1.jpg"
    assert page.data == CLEAN
    assert page.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'; sandbox")
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Content-Type"] == "image/jpeg"
    assert page.content_length == len(CLEAN)


def test_a_picture_may_be_seen_in_the_page_and_nothing_else_may(mo, scrubbed):  # noqa: F811
    picture = mo.get(f"/newsroom/files/{scrubbed().ref}?view=1")
    assert picture.headers["Content-Disposition"].startswith("inline; ")
    assert "sandbox" in picture.headers["Content-Security-Policy"]
    document = mo.get(f"/newsroom/files/{scrubbed(PDF, 'a.pdf').ref}?view=1")
    assert document.headers["Content-Disposition"].startswith("attachment; ")


def test_files_are_numbered_within_their_tip(mo, db, scrubbed):  # noqa: F811
    scrubbed()
    second = scrubbed(JPEG + b"2")
    with db.write() as session:
        session.execute(update(Attachment).values(tip_id=second.tip_id))
    assert "-2.jpg" in mo.get(f"/newsroom/files/{second.ref}").headers["Content-Disposition"]


def test_the_pane_says_what_there_is(mo, db, scrubbed):  # noqa: F811
    file = scrubbed(credit="<b>Vera</b> عكا", files_mine="y", files_use="y")
    page = mo.get(f"/newsroom/tips/{tip_of(db, file).ref}").text
    assert "&lt;b&gt;Vera&lt;/b&gt; عكا" in page
    for words in ("1. JPEG", "where it was taken", "Took or made it themselves", "We may publish it"):
        assert words in page
    assert f'src="/newsroom/files/{file.ref}?view=1"' in page
    assert "holiday of Vera" not in page


def test_time_and_place_are_seen_only_when_the_reader_lets_us(mo, db, scrubbed):  # noqa: F811
    closed = pane_of(mo, db, scrubbed())
    assert "52.5" not in closed
    assert "21:15" not in closed
    open_to_us = pane_of(mo, db, scrubbed(JPEG + b"2", files_facts="y"))
    assert "52.50000, 13.40000" in open_to_us
    assert "Taken on 1 March 2026, 21:15:00, by the device’s clock" in open_to_us


@pytest.mark.parametrize(("written", "zone"), [("+02:00", "UTC+02:00"), ("+00:00", "UTC")])
def test_a_device_that_wrote_its_zone_is_quoted_with_it(mo, db, scrubbed, monkeypatch, written, zone):  # noqa: F811
    monkeypatch.setitem(FACTS, "taken_at", f"2026-03-01T21:15:00{written}")
    assert f"1 March 2026, 21:15:00 {zone}, by" in pane_of(mo, db, scrubbed(files_facts="y"))


def test_a_file_that_waits_is_not_given_out(mo, db, sent):  # noqa: F811
    file = sent()
    assert mo.get(f"/newsroom/files/{file.ref}").status_code == 409
    assert "Being cleaned" in pane_of(mo, db, file)


def test_a_sealed_file_is_not_given_out_and_says_why(app, mo, db, sent, monkeypatch):  # noqa: F811
    def refuse(*_arguments):
        raise CannotScrub(WhySealed.LOCKED)

    monkeypatch.setattr(run, "scrub", refuse)
    file = sent()
    scrubbing.scrub_next(shelf_of(app))
    page = mo.get(f"/newsroom/files/{file.ref}")
    assert page.status_code == 409
    assert "locked with a password" in page.text
    assert "Cannot be shown: it is sealed. It is locked with a password" in pane_of(mo, db, file)


def test_the_original_is_given_for_a_reason_that_is_recorded(edie, db, editor, scrubbed):  # noqa: F811
    file = scrubbed()
    page = edie.post(f"/newsroom/files/{file.ref}/original", data={"why": "To check the shadows"})
    assert page.data == JPEG
    assert page.headers["Content-Disposition"].startswith('attachment; filename="')
    assert "sandbox" in page.headers["Content-Security-Policy"]
    with db.read() as session:
        event = session.scalars(select(Event).where(Event.kind == "file.opened")).one()
    assert (event.subject, event.actor_id) == (tip_of(db, file).ref, editor.id)
    assert event.data == {"file": file.ref, "why": "To check the shadows"}
    assert "opened the original of a file of this" in pane_of(edie, db, file)


@pytest.mark.parametrize(
    ("why", "said"),
    [("", "Say why you open"), ("  ", "Say why you open"), ("<b>" * 167, "Say it in 500 characters")],
)
def test_without_a_reason_the_original_stays_closed(edie, db, scrubbed, why, said):  # noqa: F811
    """The tip is shown again, with what was written in its field and what is wrong beside it."""
    file = scrubbed()
    answer = edie.post(f"/newsroom/files/{file.ref}/original", data={"why": why})
    assert answer.status_code == 422
    fields = Fields(answer.text)
    assert (fields.focused["id"], fields.value, fields.open) == (f"why-{file.ref}", why, True)
    assert sentence_of(answer.text, fields.focused).startswith(said)
    with db.read() as session:
        assert session.scalars(select(Event).where(Event.kind == "file.opened")).all() == []


def test_moderators_do_not_open_originals(mo, db, scrubbed):  # noqa: F811
    file = scrubbed()
    assert mo.post(f"/newsroom/files/{file.ref}/original", data={"why": "x"}).status_code == 403
    assert "Open the original" not in pane_of(mo, db, file)


def test_a_file_that_is_not_sent_is_nobodys(app, client, mo, db):
    from intake.readers import open_form
    from intake.sending import send_part

    send_part(client, open_form(client), JPEG)
    assert mo.get(f"/newsroom/files/{files_in(db)[0].ref}").status_code == 404


@pytest.mark.parametrize("ref", ["ZZZZZZZZ", "x", "..%2f..%2fetc"])
def test_a_file_that_is_not_there_is_not_found(mo, ref):
    assert mo.get(f"/newsroom/files/{ref}").status_code == 404


def test_a_copy_that_is_gone_from_the_storage_is_said_on_a_page(mo, scrubbed, home):  # noqa: F811
    file = scrubbed()
    (home / "files" / f"{file.scrubbed_key}0").unlink()
    page = mo.get(f"/newsroom/files/{file.ref}")
    assert page.status_code == 410
    assert "missing from the storage" in page.text
    assert "Content-Disposition" not in page.headers


def test_an_original_that_was_erased_is_not_offered(edie, db, scrubbed, now):  # noqa: F811
    file = scrubbed()
    with db.write() as session:
        erase_files(session, [file.tip_id], Datum.ORIGINALS, now)
    pane = pane_of(edie, db, file)
    assert "The original is erased." in pane
    assert "Open the original" not in pane
    answer = edie.post(f"/newsroom/files/{file.ref}/original", data={"why": "x"})
    assert answer.status_code == 404
    assert "is erased" in answer.text
    assert edie.get(f"/newsroom/files/{file.ref}").data == CLEAN


def test_an_original_that_does_not_open_is_not_recorded_as_opened(edie, db, scrubbed, home):  # noqa: F811
    file = scrubbed()
    (home / "files" / f"{file.original_key}0").write_bytes(b"other")
    assert edie.post(f"/newsroom/files/{file.ref}/original", data={"why": "x"}).status_code == 500
    with db.read() as session:
        assert session.scalars(select(Event).where(Event.kind == "file.opened")).all() == []


def test_a_search_for_files_finds_the_tip(mo, db, scrubbed):  # noqa: F811
    file = scrubbed()
    assert tip_of(db, file).ref in mo.get("/newsroom/queue?q=has:file").text
    assert re.search("Files \\(1\\)", mo.get("/newsroom/queue?q=has:file").text)
