"""What was held back stands in the queue, says why, and has a view of its own."""

from builders import a_tip, fresh
from sqlalchemy import select, text

from tipline.models import Decision, State, Tip
from tipline.search.index import index_tips
from tipline.triage.decide import decide
from tipline.triage.lines import lines
from tipline.triage.listing import Listing
from tipline.triage.queries import page_of
from tipline.triage.words import why_held_back

HELD = {"quarantined": True, "held_back": "hurry crowd"}
VIEW = "/newsroom/queue?quarantined=1"


def ids(db, listing):
    with db.read() as session:
        return page_of(session, listing).tip_ids


def test_the_view_lists_what_was_held_back_and_is_not_decided(db, moderator, now):
    plain, held, decided = a_tip(db), a_tip(db, **HELD), a_tip(db, **HELD)
    with db.write() as session:
        decide(session, decided.ref, Decision.ACCEPT, version=1, by=moderator, now=now)
    assert ids(db, Listing(quarantined=True)) == [held.id]
    assert ids(db, Listing(quarantined=True, state=State.ACCEPTED)) == [decided.id]
    assert ids(db, Listing(quarantined=True, state=None)) == [decided.id, held.id]
    assert held.id in ids(db, Listing())
    assert plain.id in ids(db, Listing())


def test_a_search_looks_among_what_was_held_back(db):
    held = a_tip(db, "ring one", **HELD)
    a_tip(db, "ring two")
    with db.write() as session:
        index_tips(session)
    assert ids(db, Listing(q="ring", quarantined=True)) == [held.id]


def test_its_row_and_its_page_say_so(db, moderator, signed_in_as):
    held = a_tip(db, **HELD)
    browser = signed_in_as(moderator)
    page = browser.get(VIEW).text
    assert f'id="row-{held.ref}"' in page
    assert page.count("Held back</span>") == 3  # the view, the row, the tip
    assert "It was sent within three seconds; many came from one network." in page
    assert "1 held back" in page
    assert 'name="quarantined" value="1"' in page


def test_a_plain_tip_says_nothing(db, moderator, signed_in_as):
    a_tip(db)
    page = signed_in_as(moderator).get("/newsroom/queue").text
    assert page.count("Held back</span>") == 1


def test_an_empty_view_says_what_would_stand_there(db, moderator, signed_in_as):
    assert "Nothing is held back." in signed_in_as(moderator).get(VIEW).text


def test_a_decision_goes_on_with_the_next_one_held_back(db, moderator, signed_in_as):
    older, newer = a_tip(db, **HELD), a_tip(db, **HELD)
    a_tip(db)
    fields = {"decision": "spam", "version": "1", "list": "quarantined=1"}
    page = signed_in_as(moderator).post(f"/newsroom/tips/{newer.ref}/decision", data=fields)
    assert page.status_code == 303
    assert f"quarantined=1&tip={older.ref}" in page.location
    assert fresh(db, newer).state == State.SPAM


def test_why_is_a_sentence():
    assert why_held_back("trap") == "A field that people don’t see was filled in."
    assert why_held_back(None) == "It came without a check."
    assert why_held_back("unheard-of links") == "It is mostly links."


def test_the_view_is_found_by_its_index(db):
    statement = (
        select(Tip.id).where(Tip.state == "pending", Tip.quarantined.is_(True)).order_by(Tip.id.desc())
    )
    written = statement.compile(db.engine, compile_kwargs={"literal_binds": True})
    with db.engine.connect() as connection:
        if db.engine.dialect.name == "sqlite":
            plan = connection.execute(text(f"EXPLAIN QUERY PLAN {written}"))
        else:
            connection.execute(text("SET enable_seqscan = off"))
            plan = connection.execute(text(f"EXPLAIN {written}"))
        assert "ix_tips_held_back" in str(plan.fetchall())


def test_a_row_knows_that_it_was_held_back(db):
    held = a_tip(db, **HELD)
    with db.read() as session:
        assert [line.quarantined for line in lines(session, [held.id])] == [True]
