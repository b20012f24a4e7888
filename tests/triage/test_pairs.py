"""Two people decide one tip at the same moment, again and again, in processes of their own."""

import pytest
from extent import extent
from triage.pairs import LOST, WON, race

PAIRS = extent(240, 60)


@pytest.mark.thorough
def test_of_each_pair_exactly_one_wins(db, database_url, keyring):
    report = race(database_url, keyring, PAIRS)
    assert report.faults == []
    assert report.ended == {WON: PAIRS, LOST: PAIRS}
    assert min(report.wins) > 0, "one was always first, so they never met"
    assert report.counters == report.recount
