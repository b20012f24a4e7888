"""A group stands once in a search, at its newest tip that fits, however far one pages."""

import random

import pytest
from builders import a_tip, group_of

from tipline.models import State
from tipline.search import tips
from tipline.search.groups import find_groups
from tipline.search.index import index_tips
from tipline.search.query import parse
from tipline.search.ranked import rank_tips
from tipline.search.tips import find_tips


def grouped(db, *bodies, **columns):
    """Tips of one group, the newest last."""
    first = a_tip(db, bodies[0], **columns)
    more = [a_tip(db, body, group=group_of(db, first), **columns) for body in bodies[1:]]
    return [first, *more]


def indexed(db):
    with db.write() as session:
        while index_tips(session):
            pass


def paged(db, query, limit, find=find_groups):
    ids, place = [], None
    for _ in range(100):
        with db.read() as session:
            found = find(session, parse(query), place, limit)
        ids += found.ids
        place = found.further
        if place is None:
            return ids
    raise AssertionError("the search does not end")


@pytest.mark.parametrize("query", ["ring", "ring -fake", "-fake", "kind:tip", '"a ring" state:pending'])
@pytest.mark.parametrize("limit", [1, 2, 3, 50])
def test_each_group_is_shown_once_at_its_newest_tip(db, query, limit):
    one, two = a_tip(db, "a ring again"), grouped(db, "a ring", "a ring")
    three = a_tip(db, "a ring, group of two", group=group_of(db, one))
    last = a_tip(db, "a ring", group=group_of(db, two[0]))
    alone = a_tip(db, "a ring")
    indexed(db)
    assert paged(db, query, limit) == [alone.id, last.id, three.id]


@pytest.mark.parametrize("query", ["walrus", "walrus -fake", "walrus kind:tip", "walrus state:declined"])
def test_a_group_stands_at_the_newest_that_is_found_not_at_one_that_is_not(db, query):
    old, *_ = grouped(db, "a walrus", "a ring", "the walrus is fake")
    decided = a_tip(db, "walrus", state=State.DECLINED, group=group_of(db, old))
    other = a_tip(db, "walrus", state=State.DECLINED)
    indexed(db)
    assert paged(db, query, 1) == [other.id, decided.id]
    assert paged(db, "walrus state:pending -fake", 1) == [old.id]


@pytest.mark.thorough
@pytest.mark.parametrize("query", ["ring", "ring -fake", "-fake", "kind:tip", "ring state:pending", "-a -b"])
def test_pages_fold_as_one_long_list_would(db, query, monkeypatch):
    monkeypatch.setattr(tips, "BATCHES", (5, 7, 7))
    chance = random.Random(query)
    first = [a_tip(db, "a ring") for _ in range(4)]
    for _ in range(40):
        group = chance.choice([None, *(group_of(db, tip) for tip in first)])
        columns = {"group": group} if group else {}
        state = chance.choice([State.PENDING, State.PENDING, State.SPAM])
        a_tip(db, chance.choice(["ring", "a fake ring", "fox b"]), state=state, **columns)
    indexed(db)
    with db.read() as session:
        monkeypatch.setattr(tips, "BATCHES", (250,))
        all_of_them = find_tips(session, parse(query), limit=100)
        monkeypatch.setattr(tips, "BATCHES", (5, 7, 7))
    newest = {}
    for tip_id in all_of_them.ids:
        newest.setdefault(all_of_them.groups[tip_id], tip_id)
    assert paged(db, query, 3) == list(newest.values())


@pytest.mark.thorough
def test_a_flood_is_one_row_and_hides_nothing_below_it(db):
    below = a_tip(db, "a ring")
    flood = grouped(db, *["a ring"] * 230)
    above = a_tip(db, "a ring")
    indexed(db)
    assert paged(db, "ring", 1) == [above.id, flood[-1].id, below.id]


def test_a_ranking_shows_each_group_once_at_its_best(db):
    best, *_ = grouped(db, "ring ring ring", "somebody said there was a ring", "the ring")
    second = a_tip(db, "ring ring")
    worst = a_tip(db, "so a friend of mine, who is a baker, says that she has seen the ring there")
    indexed(db)
    assert paged(db, "ring", 1, rank_tips) == [best.id, second.id, worst.id]
    assert paged(db, "ring", 2, rank_tips) == [best.id, second.id, worst.id]
