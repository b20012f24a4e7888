"""Whatever is typed into the search field: an answer, in bounded work, and no other tip than those meant."""

import pytest
from builders import NOON, a_tip
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from triage.desk import refs_of

from tipline.search import tips
from tipline.search.index import index_tips
from tipline.search.query import Asker, Field, parse
from tipline.search.ranked import rank_tips
from tipline.search.tips import find_tips

HOSTILE = {
    "10,000 characters": "x" * 10_000,
    "10,000 words": "a " * 5_000,
    "500 operators": "kind:tip " * 500,
    "500 people": "person:a " * 500,
    "unbalanced quotes": '"a " b " “c „d',
    "quotes alone": '"' * 300,
    "minus signs": "-" * 300,
    "stop words alone": "the and of to a in",
    "excluded stop words alone": "-the -and -of",
    "right to left": "\u202eabc \u2067kind:tip\u2069",
    "NUL": "a\0b person:\0 before:\0",
    "SQL": "'; DROP TABLE tips; -- person:' OR '1'='1 tag:'--",
    "FTS5": 'NEAR("a b", 2) a* ^b {words}:c AND OR NOT words:x (a',
    "tsquery": "a:*B & !b | (c <-> d) <2> \\\\ ''",
    "LIKE wildcards": "person:% person:_ assignee:% assignee:\\\\ tag:% story:_",
    "printf": "%s %(x)s %% {0} {} $1 :match",
    "emoji": "😀 person:😀 -😀 tag:😀",
    "operators without values": " ".join(f"{field}:" for field in Field),
    "operators of operators": "person:person:person: -kind:-kind:tip before:after:2026",
    "days that are none": "before:9999-12-31 after:0001-01-01 before:-1 after:99999999999d before:2026-02-30",
    "the ends of the calendar": "after:0001-01-01 -before:0001-01-01 before:9999-12-31",
    "all at once": " ".join(f"{field}:x -{field}:x" for field in Field),
}


@pytest.fixture
def desk(signed_in_as, moderator, db):
    for body in ("The ring and the boat of Ida", "100% of it", "a\tb"):
        a_tip(db, body)
    with db.write() as session:
        index_tips(session)
    return signed_in_as(moderator)


@pytest.mark.thorough
@pytest.mark.parametrize("typed", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("more", [{}, {"sort": "rank", "state": "all", "tag": "%", "assignee": "_"}])
def test_every_query_is_answered(desk, typed, more):
    address = {"q": typed, **more}
    assert desk.get("/newsroom/queue", query_string=address).status_code == 200
    assert desk.get("/newsroom/queue/completion", query_string={"typed": typed}).status_code == 200
    saved = desk.post("/newsroom/views", data={"name": "Saved", "list": f"q={typed[:200]}"})
    assert saved.status_code in {303, 422}
    assert desk.get("/newsroom/queue").status_code == 200  # where it is counted


def test_wildcards_stand_for_themselves(desk):
    assert refs_of(desk.get("/newsroom/queue?q=assignee:mo%25ne").text) == []
    assert refs_of(desk.get("/newsroom/queue?q=tag:_").text) == []
    assert len(refs_of(desk.get("/newsroom/queue?q=100%25").text)) == 1


ANYTHING = st.one_of(
    st.text(max_size=60),
    st.lists(st.sampled_from([*(f"{field}:" for field in Field), "-", '"', "a", "ring", " ", "2026"])).map(
        "".join
    ),
)


@pytest.mark.thorough
@given(ANYTHING)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nothing_raises(db, text):
    asker = Asker(now=NOON, user_id=1)
    query = parse(text, asker)
    with db.read() as session:
        find_tips(session, query, asker=asker)
        rank_tips(session, query, asker=asker)


@pytest.mark.thorough
@pytest.mark.parametrize(
    "typed", ["a", "a -b", '"a b"', "-b", "kind:question", "a state:pending", "has:note a"]
)
def test_no_query_looks_at_more_than_its_batches(db, monkeypatch, typed):
    monkeypatch.setattr(tips, "BATCHES", (2, 2))
    monkeypatch.setattr(tips, "WINDOW", 2)
    monkeypatch.setattr(tips, "NARROWEST", 2)
    monkeypatch.setattr(tips, "FEW", 2)
    made = [a_tip(db, "a b") for _ in range(12)]
    with db.write() as session:
        index_tips(session)
    seen = []
    passing = tips.Search.passing
    monkeypatch.setattr(tips.Search, "passing", lambda self, ids: seen.extend(ids) or passing(self, ids))
    with db.read() as session:
        found = find_tips(session, parse(typed), limit=1)
    assert len(seen) <= 4
    assert len(found.ids) <= 1
    assert set(seen) <= {tip.id for tip in made}
