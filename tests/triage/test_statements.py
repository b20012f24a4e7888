"""The pages of the queue ask little, and no more of a large newsroom than of a small one."""

import pytest
from builders import a_person, a_story, a_tip
from sqlalchemy import func, select

from tipline import clock
from tipline.models import Contact, Note, Receipt, StoryPerson, StoryState, Tip, View, new_ref
from tipline.search.index import index_story, index_tips

MOST = 12
SAID = (
    "Ilka Brandvold and the drummer bought a lighthouse beside the old harbour mill, says neighbor number {}"
)


@pytest.fixture
def newsroom(db, editor):
    """A story, somebody in it, and saved views, one of which names them."""
    story, person = a_story(db, "Brandvold buys lighthouse"), a_person(db, "Ilka Brandvold")
    with db.write() as session:
        index_story(session, story.id, story.headline, story.body)
        session.add(StoryPerson(story_id=story.id, person_id=person.id))
        for number, query in enumerate(("q=drummer", "q=person%3Ailka", "tag=harbour")):
            session.add(View(owner_id=editor.id, slug=f"view-{number}", name="View", query=query))


def fill(db, editor, count):
    """Add tips that have a contact, a receipt and a note, and are in the index."""
    for _ in range(count):
        tip = a_tip(db, SAID.format(new_ref()), how="saw")
        with db.write() as session:
            session.add(Note(tip_id=tip.id, by_id=editor.id, body="Ask her", at=clock.now()))
            session.add(Contact(tip_id=tip.id, sealed=b"x", key_id="k", given="email", sender_hash=b"h" * 32))
            session.add(Receipt(tip_id=tip.id, lookup_hash=tip.ref.encode() * 4, key_id="k", answers_mac=b""))
    with db.write() as session:
        while index_tips(session):
            pass


def asked(statements, browser, path):
    browser.get(path)  # whatever is asked once in a process is asked by now
    with statements.counting() as found:
        assert browser.get(path).status_code == 200
    return len(found)


@pytest.mark.thorough
@pytest.mark.parametrize("page", ["/newsroom/queue", "/newsroom/tips/{}", "/newsroom/queue?q=lighthouse"])
def test_a_page_asks_the_same_of_few_and_of_many_tips(db, editor, newsroom, statements, signed_in_as, page):
    browser = signed_in_as(editor)
    fill(db, editor, 3)
    path = page.format(ref_of_first(db))
    few = asked(statements, browser, path)
    fill(db, editor, 57)
    with db.read() as session:
        assert session.scalar(select(func.count()).select_from(Tip)) == 60
    assert asked(statements, browser, path) == few <= MOST


def test_the_story_from_whose_page_a_tip_was_sent_is_not_asked_for_once_more(
    db, editor, statements, signed_in_as
):
    browser = signed_in_as(editor)
    story, hidden = a_story(db, "A canal is drained"), a_story(db, "A mill burns", state=StoryState.GONE)
    plain, sent, withdrawn = (a_tip(db, story_id=each) for each in (None, story.id, hidden.id))
    few = asked(statements, browser, f"/newsroom/tips/{plain.ref}")
    for tip in (sent, withdrawn):
        assert asked(statements, browser, f"/newsroom/tips/{tip.ref}") == few
    assert "sent from its page" in browser.get(f"/newsroom/tips/{sent.ref}").text
    assert "sent from its page" not in browser.get(f"/newsroom/tips/{withdrawn.ref}").text


def ref_of_first(db):
    with db.read() as session:
        return session.scalar(select(Tip.ref).order_by(Tip.id))


def test_what_runs_on_the_drivers_own_cursor_is_counted_too(db, statements, signed_in_as, moderator):
    browser = signed_in_as(moderator)
    with statements.counting() as found:
        browser.get("/newsroom/queue/changes")
    assert any("FROM events" in each.sql or "events.id" in each.sql for each in found)
