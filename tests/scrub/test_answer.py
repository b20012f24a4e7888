"""What a child says is believed only as far as it can be checked."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tipline.scrub import answer
from tipline.scrub.found import CannotScrub, Kind, WhySealed
from tipline.scrub.words import REMOVED, WHY_SEALED


def test_what_is_said_is_understood():
    facts = {"taken_at": "2024-05-06T07:08:09+02:00", "latitude": 43.4675, "longitude": -11.0}
    understood = answer.parse(answer.said({Kind.XMP, Kind.PLACE}, facts))
    assert understood.removed == (Kind.PLACE, Kind.XMP)
    assert understood.facts == facts


@pytest.mark.parametrize("why", WhySealed)
def test_a_refusal_is_understood(why):
    with pytest.raises(CannotScrub) as refused:
        answer.parse(answer.refused(why))
    assert refused.value.why is why


@pytest.mark.parametrize(
    "spoken",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b"[" * 3000,
        b'{"removed": "place", "facts": {}}',
        b'{"removed": ["<script>"], "facts": {}}',
        b'{"removed": [["place"]], "facts": {}}',
        b'{"why": "because"}',
        b'{"why": ["damaged"]}',
        b'{"removed": [], "facts": {}}' + b" " * 5000,
        b"\xff\xfe",
    ],
)
def test_nonsense_means_a_damaged_file(spoken):
    with pytest.raises(CannotScrub) as refused:
        answer.parse(spoken)
    assert refused.value.why is WhySealed.DAMAGED


@pytest.mark.parametrize(
    "facts",
    [
        [],
        {"taken_at": "<b>today</b>"},
        {"taken_at": 20240506},
        {"latitude": 43.0},
        {"latitude": 91, "longitude": 1},
        {"latitude": True, "longitude": True},
        {"latitude": "43", "longitude": "11"},
        {"owner": "somebody"},
    ],
)
def test_facts_that_make_no_sense_are_left_out(facts):
    assert answer.parse(json.dumps({"removed": [], "facts": facts}).encode()).facts == {}


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e999"])
def test_places_that_are_no_numbers_are_left_out(number):
    spoken = f'{{"removed": [], "facts": {{"latitude": {number}, "longitude": 1}}}}'
    assert answer.parse(spoken.encode()).facts == {}


@given(st.binary(max_size=200))
def test_no_bytes_can_upset_it(spoken):
    with pytest.raises(CannotScrub):
        answer.parse(spoken)


def test_there_are_words_for_everything():
    assert set(REMOVED) == set(Kind)
    assert set(WHY_SEALED) == set(WhySealed)
