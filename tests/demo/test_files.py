"""The demo's tips bring files, which come, are scrubbed and are sealed like everybody's."""

import io
from typing import get_args

import pytest
from PIL import Image
from sqlalchemy import select

from tipline import clock
from tipline.config import Settings, ensure_home
from tipline.demo import build
from tipline.demo.content import Drawing, load
from tipline.demo.drawings import DRAWINGS
from tipline.files.scrubbing import scrub_next
from tipline.files.shelf import Shelf, facts_of, name_of
from tipline.keys import Keyring
from tipline.models import Attachment, AttachmentState, Draft, DraftTip, Event, Revision, Tip
from tipline.scrub.found import WhySealed
from tipline.scrub.types import FileType, detect
from tipline.storage import storage_of

KINDS = {"harbor": FileType.JPEG, "stage": FileType.JPEG, "call_sheet": FileType.PDF, "note": FileType.TXT,
         "contract": FileType.PDF}  # fmt: skip


@pytest.fixture
def shelf(db, tmp_path):
    settings = ensure_home(Settings.from_env({"TIPLINE_HOME": str(tmp_path / "home")}))
    build.build(db, settings, password="lanterns over the harbor")
    return Shelf(settings, db, Keyring.of_settings(settings), storage_of(settings))


@pytest.mark.thorough
@pytest.mark.parametrize("drawing", get_args(Drawing))
def test_every_drawing_is_the_kind_of_file_it_says(drawing):
    assert detect(io.BytesIO(DRAWINGS[drawing](clock.now()))) is KINDS[drawing]


@pytest.mark.parametrize("drawing", ["harbor", "stage"])
def test_photographs_tell_who_took_them_where_and_when(drawing):
    taken_at = clock.now()
    picture = Image.open(io.BytesIO(DRAWINGS[drawing](taken_at)))
    notes = picture.getexif()
    assert notes.get_ifd(0x8769)[0x9003] == f"{taken_at:%Y:%m:%d %H:%M:%S}"
    assert notes.get_ifd(0x8769)[0xA431]
    assert set(notes.get_ifd(0x8825)) >= {1, 2, 3, 4}
    assert len(picture.resize((60, 40)).getcolors(2400)) > 100  # something is to be seen on it


def test_every_drawing_is_sent_by_somebody():
    assert {file.drawing for tip in load().tips for file in tip.files} == set(get_args(Drawing))


@pytest.mark.thorough
def test_files_go_the_way_of_all_files(shelf):
    before = files_of(shelf)
    assert {file.state for _, file in before} == {AttachmentState.ARRIVED}
    assert all(file.stage_hash is None and file.tip_id for _, file in before)
    while scrub_next(shelf):
        pass
    files = {name_of(shelf.keyring, file): file for _, file in files_of(shelf)}
    harbor, locked = files["IMG_2041.JPG"], files.pop("Contract_FINAL_signed(2).pdf")
    assert (locked.state, locked.why_sealed) == (AttachmentState.SEALED, WhySealed.LOCKED)
    assert {file.state for file in files.values()} == {AttachmentState.SCRUBBED}
    assert set(harbor.removed) >= {"place", "time", "device", "serial"}
    assert "author" in files["scan0031.pdf"].removed
    assert facts_of(shelf.keyring, harbor)["latitude"] == pytest.approx(44.61, abs=0.01)
    assert (harbor.taken_by_tipster, harbor.credit) == (True, "Thea Marchetti")
    with shelf.copy(harbor) as copy:
        assert dict(Image.open(io.BytesIO(copy.read())).getexif()) == {}
    assert sum(tip.files for tip in {tip.id: tip for tip, _ in files_of(shelf)}.values()) == len(files) + 1


def files_of(shelf):
    with shelf.db.read() as session:
        rows = session.execute(select(Tip, Attachment).join(Attachment, Attachment.tip_id == Tip.id)).all()
    return [(row[0], row[1]) for row in rows]


@pytest.mark.thorough
def test_drafts_have_gone_the_way_of_all_drafts(shelf):
    told = {draft.headline: draft for draft in load().drafts}
    with shelf.db.read() as session:
        for draft in session.scalars(select(Draft)).all():
            expected = told.pop(draft.headline)
            assert (draft.state, draft.body) == (expected.state, expected.body)
            assert draft.approved_version == (draft.version if draft.state == "approved" else None)
            texts = select(Revision.body).where(Revision.draft_id == draft.id).order_by(Revision.number)
            saved = list(session.scalars(texts))[1:]  # the first has the words of its tips
            assert saved == [*(each.body for each in expected.revisions), expected.body]
            sources = select(DraftTip.tip_id).where(DraftTip.draft_id == draft.id)
            assert len(list(session.scalars(sources))) == len(expected.tips)
            events = select(Event.kind).where(Event.subject == draft.ref).order_by(Event.at, Event.id)
            assert next(iter(session.scalars(events))) == "draft.created"
    assert not told
