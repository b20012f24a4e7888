"""Some tips are drawn at random into the list of the best: the same all day, and no page loses anything."""

from datetime import date, timedelta

import pytest
from builders import NOON, a_tip
from counting import plan_of
from triage.desk import form, query_of, refs_of
from triage.test_queries import queries_of, some_tips

from tipline.models import Decision, State
from tipline.triage import draw, queries
from tipline.triage.decide import decide
from tipline.triage.draw import Draw
from tipline.triage.listing import Listing, Sort
from tipline.triage.queries import page_of

MINE = Draw(7, date(2026, 3, 2))


def page(db, listing=None, limit=8, by=MINE):
    with db.read() as session:
        return page_of(session, listing or Listing(), limit, draw=by)


def pages(db, by=MINE, limit=8):
    listing, found = Listing(), []
    while True:
        part = page(db, listing, limit, by)
        found.append(part)
        if part.further is None:
            return found
        listing = listing.at(part.further)


def ranked(part):
    return [tip_id for tip_id in part.tip_ids if tip_id not in part.drawn]


def test_a_page_holds_some_from_further_down(db):
    some_tips(db, 100)
    first = page(db)
    assert len(first.drawn) == 2
    assert len(first.tip_ids) == 10
    assert [first.tip_ids.index(tip_id) for tip_id in first.drawn] == [2, 7]


def test_the_list_itself_neither_skips_nor_repeats(db):
    tips = [tip.id for tip in some_tips(db, 60)][::-1]
    found = pages(db)
    assert [tip_id for part in found for tip_id in ranked(part)] == tips
    assert all(len(set(part.tip_ids)) == len(part.tip_ids) for part in found)
    assert found[-1].drawn == {}


def test_what_is_drawn_stands_further_down(db):
    tips = [tip.id for tip in some_tips(db, 60)][::-1]
    seen = []
    for part in pages(db):
        seen += ranked(part)
        assert not set(part.drawn) & set(seen)
        assert set(part.drawn) <= set(tips)


@pytest.mark.thorough
def test_it_is_the_same_all_day_and_another_one_tomorrow_and_for_others(db):
    some_tips(db, 200)
    assert page(db) == page(db)
    others = [Draw(7, date(2026, 3, 2) + timedelta(days=day)) for day in range(1, 9)]
    others += [Draw(user, MINE.on) for user in range(8, 16)]
    assert len({frozenset(page(db, by=other).drawn) for other in others}) > 12


def test_every_waiting_tip_is_drawn_some_day(db):
    tips = {tip.id for tip in some_tips(db, 30)}
    drawn = {
        tip_id for day in range(200) for tip_id in page(db, by=Draw(7, MINE.on + timedelta(days=day))).drawn
    }
    top = set(ranked(page(db)))
    assert drawn == tips - top


@pytest.mark.parametrize(
    "listing",
    [Listing(sort=Sort.NEWEST), Listing(sort=Sort.OLDEST), Listing(state=State.ACCEPTED), Listing(state=None),
     Listing(quarantined=True)],
)  # fmt: skip
def test_nothing_is_drawn_into_other_lists(db, listing):
    some_tips(db, 20)
    some_tips(db, 20, state=State.ACCEPTED)
    assert page(db, listing).drawn == {}


def test_what_is_decided_is_not_drawn(db, moderator):
    some_tips(db, 40)
    drawn = next(iter(page(db).drawn))
    with db.write() as session:
        ref = session.get_one(queries.Tip, drawn).ref
        decide(session, ref, Decision.SPAM, version=1, by=moderator, now=NOON)
    assert drawn not in page(db).tip_ids


def test_a_kind_is_drawn_from_by_itself(db):
    some_tips(db, 40)
    corrections = {tip.id for tip in some_tips(db, 40, kind="correction")}
    assert set(page(db, Listing(kind="correction")).tip_ids) <= corrections


def test_drawing_walks_an_index(db, statements):
    some_tips(db, 30)
    with statements.counting() as seen:
        page(db)
    [asked] = [one for one in seen if "2654435761" in one.sql]
    with db.engine.connect() as connection:
        lines = plan_of(connection, asked, "enable_seqscan", "enable_sort")
    assert any("ix_groups_state_lot" in line for line in lines), lines


@pytest.fixture
def browser(db, moderator, signed_in_as, monkeypatch):
    """A moderator whose pages hold eight rows."""
    monkeypatch.setattr(queries, "PAGE", 8)
    some_tips(db, 60)
    return signed_in_as(moderator)


def drawn_in(html):
    """List the refs of the rows that say they are shown at random."""
    rows = html.split('<li class="row')[1:]
    return [row.split('data-ref="')[1][:8] for row in rows if "Shown at random, so that" in row]


def test_it_is_marked_in_the_list(browser):
    html = browser.get("/newsroom/queue").text
    assert len(drawn_in(html)) == 2
    assert drawn_in(browser.get("/newsroom/queue").text) == drawn_in(html)
    assert drawn_in(browser.get("/newsroom/queue?sort=oldest").text) == []


def test_drawing_costs_no_query_more(db, browser):
    assert queries_of(db, browser, "/newsroom/queue") == queries_of(
        db, browser, "/newsroom/queue?sort=newest"
    )


def test_the_oldest_are_one_click_away(db, browser):
    assert 'href="/newsroom/queue?sort=oldest"' in browser.get("/newsroom/queue").text


def test_after_a_drawn_tip_comes_the_row_below_it(db, browser):
    html = browser.get("/newsroom/queue").text
    refs = refs_of(html)
    drawn = drawn_in(html)[0]
    below = refs[refs.index(drawn) + 1]
    href = next(part.split('"')[0] for part in html.split('href="') if f"tip={drawn}" in part.split('"')[0])
    opened = browser.get(href.replace("&amp;", "&")).text
    action = f"/newsroom/tips/{drawn}/decision"
    fields = {**form(opened, action), "decision": "accept"}
    done = browser.post(action, data=fields)
    assert done.status_code == 303
    assert query_of(done.location)["tip"] == below
    assert "above" not in query_of(done.location)


def test_slots_of_a_short_page_stay_empty():
    assert draw.mixed([1, 2], ["a", "b"]) == [(1, None), ("b", 1), (2, None)]
    assert draw.mixed([], ["a"]) == []


def test_a_cursor_that_is_none_of_ours_harms_nothing(db, browser):
    tip = a_tip(db)
    for above in ("x", "MS4wIDE", "a b", "💥"):
        assert (
            browser.get("/newsroom/queue", query_string={"tip": tip.ref, "above": above}).status_code == 200
        )
