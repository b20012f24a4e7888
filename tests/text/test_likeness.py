from hypothesis import given
from hypothesis import strategies as st

from tipline.text.likeness import BANDS, bands, overlap, telling_words

SETS = st.frozensets(st.text(min_size=1, max_size=8), max_size=40)


def test_stop_words_and_accents_do_not_tell():
    assert telling_words("The Café was CLOSED") == {"cafe", "closed"}


def test_equal_texts_share_all_bands_and_different_ones_none():
    one = telling_words("drummer bought lighthouse near harbor before winter storm closed coastal road")
    other = telling_words("season finale filmed twice because flooded set carpenter built wooden pier")
    assert bands(one) == bands(frozenset(sorted(one, reverse=True)))
    assert not set(bands(one)) & set(bands(other))


def test_bands_are_the_same_in_every_release():
    """Stored bands are compared with new ones."""
    assert bands({"lighthouse", "drummer"})[:2] == FIRST_TWO


FIRST_TWO = [-4460442488764751745, 5643401727964359118]


@given(SETS)
def test_any_words_have_bands_that_a_database_holds(words):
    found = bands(words)
    assert len(found) == (BANDS if words else 0)
    assert all(-(2**63) <= number < 2**63 for number in found)


@given(SETS, SETS)
def test_overlap_is_a_share_and_the_same_both_ways(one, other):
    assert 0 <= overlap(one, other) == overlap(other, one) <= 1
    assert overlap(one, one) == bool(one)
