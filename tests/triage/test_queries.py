"""The lists of the queue: order, pages that stay put, and a cost that does not grow."""

from collections import Counter
from datetime import timedelta

import pytest
from builders import NOON, a_story, a_tip, counted, group_of
from sqlalchemy import event

from tipline.models import Decision, Group, Kind, State
from tipline.models.group import rank
from tipline.search.index import index_tips
from tipline.triage.decide import decide
from tipline.triage.lines import lines
from tipline.triage.listing import Listing, Sort
from tipline.triage.queries import counts, next_after, page_of, place_of


def some_tips(db, count, **columns):
    """Tips of which each is a minute newer than the one before."""
    return [a_tip(db, f"ring {n}", received_at=NOON + timedelta(minutes=n), **columns) for n in range(count)]


def page(db, listing, limit=3):
    with db.read() as session:
        return page_of(session, listing, limit)


def walk(db, listing, limit=3, between=lambda: None):
    """Read a list to its end, page by page; return the ids."""
    ids = []
    for _ in range(20):
        part = page(db, listing, limit)
        ids += part.tip_ids
        if part.further is None:
            return ids
        listing = listing.at(part.further)
        between()
    raise AssertionError("the list does not end")


@pytest.mark.parametrize("sort", list(Sort))
@pytest.mark.parametrize("state", [State.PENDING, None])
def test_pages_follow_each_other_without_gap_or_repeat(db, sort, state):
    tips = [tip.id for tip in some_tips(db, 8)]
    expected = tips if sort is Sort.OLDEST else tips[::-1]
    assert walk(db, Listing(state=state, sort=sort)) == expected


@pytest.mark.parametrize("sort", [Sort.RANK, Sort.NEWEST])
def test_tips_that_arrive_meanwhile_move_nothing(db, sort):
    before = [tip.id for tip in some_tips(db, 8)][::-1]
    arrive = lambda: a_tip(db, "newer", received_at=NOON + timedelta(days=1))  # noqa: E731
    assert walk(db, Listing(sort=sort), between=arrive) == before


def test_tips_of_the_same_minute_keep_one_order(db):
    tips = [a_tip(db, f"ring {n}").id for n in range(7)]
    assert walk(db, Listing(), 2) == tips[::-1]
    assert walk(db, Listing(sort=Sort.OLDEST), 2) == tips


def test_a_higher_score_outweighs_some_hours(db):
    old, new = some_tips(db, 2)
    with db.write() as session:
        group = session.get_one(Group, old.group_id)
        group.score, group.rank = 2.0, rank(2.0, group.newest_at)
    assert page(db, Listing()).tip_ids == [old.id, new.id]
    assert page(db, Listing(sort=Sort.NEWEST)).tip_ids == [new.id, old.id]


def test_a_list_shows_its_state_and_kind_only(db):
    correction = a_tip(db, kind=Kind.CORRECTION)
    spam = a_tip(db, state=State.SPAM)
    plain = a_tip(db)
    assert page(db, Listing(kind=Kind.CORRECTION)).tip_ids == [correction.id]
    assert page(db, Listing(state=State.SPAM)).tip_ids == [spam.id]
    assert page(db, Listing(state=None)).tip_ids == [plain.id, spam.id, correction.id]


def test_a_group_is_one_row_of_the_list(db):
    first = a_tip(db)
    a_tip(db, group=group_of(db, first))
    [line] = lines_of(db, Listing())
    assert (line.tip_id, line.group_size) == (first.id, 2)


def lines_of(db, listing):
    with db.read() as session:
        return lines(session, page_of(session, listing).tip_ids)


def test_a_search_lists_tips_newest_first_one_for_each_group(db):
    first = a_tip(db, "ring one")
    second = a_tip(db, "ring two", group=group_of(db, first))
    other = a_tip(db, "ring three", state=State.SPAM)
    with db.write() as session:
        index_tips(session)
    assert page(db, Listing(q="ring")).tip_ids == [second.id]
    assert page(db, Listing(q="ring", state=None)).tip_ids == [other.id, second.id]
    assert page(db, Listing(q="ring", state=State.SPAM, kind=Kind.CORRECTION)).tip_ids == []
    assert walk(db, Listing(q="ring", state=None), 1) == [other.id, second.id]


def test_a_story_and_a_person_narrow_the_list(db):
    story = a_story(db, slug="ring-lax")
    about = a_tip(db, "Ida Marlowe wore it", story_id=story.id)
    a_tip(db, "Teo wore it")
    with db.write() as session:
        index_tips(session)
    assert page(db, Listing(story="ring-lax")).tip_ids == [about.id]
    assert page(db, Listing(person="ida-marlowe")).tip_ids == [about.id]
    assert page(db, Listing(story="no-such")).tip_ids == []
    assert len(page(db, Listing(person="!!!")).tip_ids) == 2


def test_the_next_tip_is_the_one_below_or_else_the_first(db):
    low, middle, high = some_tips(db, 3)
    with db.read() as session:
        listing = Listing()
        below = next_after(session, listing, place_of(session, listing, middle.ref), but=middle.ref)
        wrapped = next_after(session, listing, place_of(session, listing, low.ref), but=low.ref)
        assert (below, wrapped) == (low.ref, high.ref)
        closed = Listing(state=State.SPAM)
        assert next_after(session, closed, place_of(session, closed, low.ref), but=low.ref) is None
        assert place_of(session, listing, "ZZZZZZZZ") is None


def test_the_last_tip_has_no_next(db):
    tip = a_tip(db)
    with db.read() as session:
        assert next_after(session, Listing(), place_of(session, Listing(), tip.ref), but=tip.ref) is None


def test_a_search_knows_its_next_too(db):
    older, newer = a_tip(db, "ring a"), a_tip(db, "ring b")
    with db.write() as session:
        index_tips(session)
    listing = Listing(q="ring")
    with db.read() as session:
        assert next_after(session, listing, place_of(session, listing, newer.ref), but=newer.ref) == older.ref


def test_counts_come_from_the_counters_and_follow_decisions(db, moderator):
    tips = some_tips(db, 4)
    with db.write() as session:
        decide(session, tips[0].ref, Decision.SPAM, version=1, by=moderator, now=NOON)
    with db.read() as session:
        found = counts(session)
    assert Counter({state: count for state, count in found.items() if count}) == Counter(counted(db))
    assert (found["pending"], found["spam"]) == (3, 1)


@pytest.mark.parametrize(
    "path", ["/newsroom/queue", "/newsroom/queue?state=all", "/newsroom/queue?q=ring&state=all"]
)
def test_a_page_costs_the_same_number_of_queries_however_long_it_is(db, moderator, signed_in_as, path):
    browser = signed_in_as(moderator)
    some_tips(db, 1)
    index_all(db)
    few = queries_of(db, browser, path)
    some_tips(db, 12)
    index_all(db)
    assert queries_of(db, browser, path) == few


def index_all(db):
    with db.write() as session:
        index_tips(session)


def queries_of(db, browser, path):
    seen = []
    count = lambda *args: seen.append(args[2])  # noqa: E731
    event.listen(db.engine, "before_cursor_execute", count)
    try:
        assert browser.get(path).status_code == 200
    finally:
        event.remove(db.engine, "before_cursor_execute", count)
    return len(seen)
