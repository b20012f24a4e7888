"""Tags: put on and off, bounded, found by `tag:`, written down."""

import re
from html import unescape

import pytest
from builders import a_tip
from sqlalchemy import select
from triage.desk import refs_of

from tipline.models import Event, Tag
from tipline.triage.tags import MAX_TAGS


@pytest.fixture
def mo(signed_in_as, moderator):
    return signed_in_as(moderator)


def post(browser, tip, tag, **more):
    return browser.post(f"/newsroom/tips/{tip.ref}/tags", data={"tag": tag, **more})


def tags(db, tip):
    with db.read() as session:
        return sorted(session.scalars(select(Tag.name).where(Tag.tip_id == tip.id)))


def acts(db, tip):
    with db.read() as session:
        rows = select(Event).where(Event.subject == tip.ref).order_by(Event.id)
        return [(event.kind, event.data.get("tag")) for event in session.scalars(rows)]


def test_a_tag_is_put_on_once_found_and_taken_off_once(db, mo):
    tip, other = a_tip(db), a_tip(db)
    for text in (" Court  Case ", 'court "case"'):
        assert post(mo, tip, text).status_code == 303
    assert tags(db, tip) == ["court case"]
    assert refs_of(mo.get('/newsroom/queue?q=tag:"court case"').text) == [tip.ref]
    html = mo.get(f"/newsroom/tips/{other.ref}").text
    assert '<option value="court case">' in html
    for _ in range(2):
        post(mo, tip, "court case", act="remove")
    assert tags(db, tip) == []
    assert acts(db, tip) == [("tip.tagged", "court case"), ("tip.untagged", "court case")]
    assert "Mo Castellane tagged this “court case”" in mo.get(f"/newsroom/tips/{tip.ref}").text


@pytest.mark.parametrize("text", ["", "  ", '""', "x" * 61])
def test_what_is_no_tag_is_refused_with_words(db, mo, text):
    tip = a_tip(db)
    assert post(mo, tip, text).status_code == 422
    assert tags(db, tip) == []


def test_a_tip_has_so_many_and_no_more(db, mo):
    tip = a_tip(db)
    with db.write() as session:
        session.add_all(Tag(tip_id=tip.id, name=f"t{n}") for n in range(MAX_TAGS))
    answer = post(mo, tip, "one more")
    assert answer.status_code == 422
    assert "holds 20 tags" in answer.text
    assert post(mo, tip, "t0").status_code == 303


def test_a_moderator_suggests_a_draft_which_editors_find(db, mo, signed_in_as, editor):
    tip, edie = a_tip(db), signed_in_as(editor)
    assert "Suggest it to the editors" in mo.get(f"/newsroom/tips/{tip.ref}").text
    for _ in range(2):
        assert mo.post(f"/newsroom/tips/{tip.ref}/suggestion").status_code == 303
    assert acts(db, tip) == [("tip.suggested", None)]
    page = mo.get(f"/newsroom/tips/{tip.ref}").text
    assert "Suggested to the editors." in page
    assert "Mo Castellane suggested a draft of this" in page
    link = re.compile(r'href="([^"]*)"[^>]*>\s*(?:<[^>]*>)?Suggested<')
    [address] = link.findall(edie.get("/newsroom/queue").text)
    found = edie.get(unescape(address)).text
    assert refs_of(found) == [tip.ref]
    assert re.search(r'id="queue-title"[^>]*>\s*(?:<[^>]*>)?Suggested<', found)
    assert link.findall(mo.get("/newsroom/queue").text) == []
    assert 'action="/newsroom/drafts"' in edie.get(f"/newsroom/tips/{tip.ref}").text
