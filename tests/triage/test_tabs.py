"""The numbers beside the views: each is what its list holds, and open screens hear of it."""

import re

import pytest
from builders import a_tip, a_user
from counting import plan_of
from sqlalchemy import text
from triage.desk import refs_of

from tipline import clock
from tipline.models import Desk, DeskMember, Kind, State, Tag
from tipline.search.query import ME, Asker
from tipline.triage import view_counts
from tipline.triage.assign import assign
from tipline.triage.changes import mark_now
from tipline.triage.listing import Listing
from tipline.triage.saved_views import save_view
from tipline.triage.tabs import _counted_lists
from tipline.triage.view_counts import count_views

HELD = {"quarantined": True, "held_back": "links"}


@pytest.fixture
def newsroom(db, editor):
    """One correction, two held back, three at the editor's desk, four of the editor's, five suggested."""
    with db.write() as session:
        desk = Desk(slug="courts", name="Courts")
        session.add(desk)
        session.flush()
        session.add(DeskMember(desk_id=desk.id, user_id=editor.id))
        desk_id = desk.id
    a_tip(db, kind=Kind.CORRECTION)
    for columns, many in ((HELD, 2), ({"desk_id": desk_id}, 3), ({"assignee_id": editor.id}, 4)):
        for _ in range(many):
            a_tip(db, **columns)
    for _ in range(5):
        tip = a_tip(db)
        with db.write() as session:
            session.add(Tag(tip_id=tip.id, name="suggested"))
    # of somebody else, or done with
    a_tip(db, assignee_id=a_user(db, name="Cora Vantongeren").id)
    a_tip(db, assignee_id=editor.id, state=State.SPAM)
    a_tip(db, state=State.DECLINED, **HELD)
    return editor


def numbers(html: str) -> dict[str, str]:
    """Return the numbers beside the views, by their addresses."""
    nav = re.search(r'<nav class="views".*?</nav>', html, re.DOTALL)
    assert nav
    links = re.findall(r'<a href="([^"]+)"[^>]*>(.*?)</a>', nav[0], re.DOTALL)
    return {href: "".join(re.findall(r'class="number"[^>]*>([^<]*)<', inside)) for href, inside in links}


def test_each_number_is_what_the_list_holds(db, signed_in_as, newsroom):
    browser = signed_in_as(newsroom)
    found = numbers(browser.get("/newsroom/queue").text)
    assert found.pop("/newsroom/queue?state=all") == ""
    assert sorted(found.values())[:1] == ["0"]
    for href, number in found.items():
        assert (href, number) == (href, str(len(refs_of(browser.get(href.replace("&amp;", "&")).text))))
    named = {href: number for href, number in found.items() if "assignee" in href}
    assert list(named.values()) == ["4", "3"]


def test_only_editors_see_what_is_suggested(db, signed_in_as, newsroom, moderator):
    suggested = "/newsroom/queue?state=all&amp;tag=suggested"
    assert numbers(signed_in_as(newsroom).get("/newsroom/queue").text)[suggested] == "5"
    assert suggested not in numbers(signed_in_as(moderator).get("/newsroom/queue").text)


def test_what_waits_for_somebody_is_counted_however_old(db, moderator, monkeypatch):
    monkeypatch.setattr(view_counts, "COUNTED_IDS", 2)
    a_tip(db, assignee_id=moderator.id)
    for _ in range(5):
        a_tip(db)
    with db.read() as session:
        lists, asker = [Listing(assignee=ME), Listing(assignee=ME)], Asker(user_id=moderator.id)
        counts = count_views(session, lists, asker, whole=1)
    assert [str(count) for count in counts] == ["1", "0+"]


def test_an_open_screen_hears_of_all_of_them(db, signed_in_as, moderator, editor):
    tip = a_tip(db)
    with db.write() as session:
        save_view(session, "Mine", Listing(assignee=ME), shared=False, by=moderator)
    browser = signed_in_as(moderator)
    shown = dict(re.findall(r'data-counted="([^"]+)">(\w+)', browser.get("/newsroom/queue").text))
    assert (shown["assignee=me"], shown["view=mine"], shown["pending"]) == ("0", "0", "1")
    with db.read() as session:
        mark = str(mark_now(session))
    with db.write() as session:
        assign(session, tip.ref, moderator.email, by=editor, now=clock.now())
    told = browser.get(f"/newsroom/queue/changes?since={mark}").json["counts"]
    assert told.keys() == shown.keys()
    assert (told["assignee=me"], told["view=mine"], told["pending"]) == ("1", "1", "1")


@pytest.mark.parametrize("holder", ["assignee_id", "desk_id"])
def test_what_was_done_with_long_ago_is_not_read(db, holder):
    statement = f"SELECT group_id FROM tips WHERE {holder} = 1 AND state = 'pending'"
    for _ in range(40):  # of an empty table PostgreSQL may think any index as good as another
        a_tip(db)
    with db.engine.connect() as connection:
        if db.engine.dialect.name == "sqlite":
            plan = connection.execute(text(f"EXPLAIN QUERY PLAN {statement}")).fetchall()
            assert f"ix_tips_{holder} ({holder}=? AND state=?)" in str(plan)
        else:
            connection.execute(text("SET enable_seqscan = off"))
            connection.execute(text("SET enable_bitmapscan = off"))
            connection.execute(text("ANALYZE tips"))
            plan = connection.execute(text(f"EXPLAIN {statement}")).fetchall()
            assert f"ix_tips_{holder} " in str(plan)
            assert "Index Cond: " in str(plan)
            assert "Filter" not in str(plan)


def test_no_count_walks_all_tips(db, newsroom, statements):
    with db.read() as session, statements.counting() as seen:
        lists = list(_counted_lists(may_draft=True).values())
        count_views(session, lists, Asker(user_id=newsroom.id), newest_id=1, whole=len(lists))
    [asked] = seen
    with db.engine.connect() as connection:
        plan = plan_of(connection, asked, "enable_seqscan")
    walks = [line for line in plan if "SCAN tips" in line or "Seq Scan on tips" in line]
    assert not [walk for walk in walks if "ix_tips_hidden" not in walk]  # which holds few
