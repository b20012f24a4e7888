"""What a query string means, and cursors that nobody can break."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tipline.models import Kind, State
from tipline.text.clean import clean
from tipline.triage.listing import Listing, Position, Sort

PLACES = [
    (Sort.RANK, Position(82123.456789, 7)),
    (Sort.NEWEST, Position(datetime(2026, 3, 2, 12, 0, tzinfo=UTC), 2**40)),
    (Sort.OLDEST, Position(datetime(2026, 3, 2, 12, 0, 0, 5, tzinfo=UTC), 1)),
]


@pytest.mark.parametrize(("sort", "place"), PLACES)
def test_a_cursor_comes_back_as_it_went(sort, place):
    assert Position.decoded(place.encoded(), sort) == place


BROKEN = (
    "",
    "x",
    "!!!",
    "bmFuIDE",  # nan 1
    "MS4wIC01",  # 1.0 -5
    "MS4wIDk5OTk5OTk5OTk5OTk5OTk5OTk5",  # an id beyond 64 bits
    "MDAwMS0wMS0wMVQwMDowMDowMCswOTowMCAx",  # before the first year in UTC
)


@pytest.mark.parametrize("cursor", BROKEN)
@pytest.mark.parametrize("sort", list(Sort))
def test_a_cursor_that_is_none_begins_at_the_top(cursor, sort):
    assert Position.decoded(cursor, sort) is None


@given(st.text(), st.sampled_from(Sort))
def test_no_cursor_raises(cursor, sort):
    Position.decoded(cursor, sort)


def test_a_cursor_of_another_order_begins_at_the_top():
    assert Listing.of({"sort": "newest", "after": Position(1.5, 3).encoded()}).place is None


def test_a_list_survives_its_own_query_string():
    listing = Listing(
        state=None,
        kind=Kind.CORRECTION,
        q='ring & "gate 7"',
        story="ring-lax",
        person="ida",
        sort=Sort.OLDEST,
        after="abc",
    )
    assert Listing.of_query_string(listing.query_string()) == listing


def test_the_plain_queue_has_a_plain_address():
    assert Listing().href() == "/newsroom/queue"
    assert Listing(state=State.SPAM).href(tip="K7Q2FD9X") == "/newsroom/queue?state=spam&tip=K7Q2FD9X"


@given(
    st.dictionaries(
        st.sampled_from(["state", "kind", "q", "story", "person", "sort", "after"]), st.text().map(clean)
    )
)
def test_what_means_nothing_is_left_out(values):
    listing = Listing.of(values)
    assert listing.state is None or listing.state in set(State)
    assert Listing.of_query_string(listing.query_string()).href() == listing.href()


@given(st.text())
def test_no_query_string_raises(text):
    Listing.of_query_string(text)
