from datetime import UTC, datetime, timedelta

import pytest

from tipline.text.times import age, ago, count, date_in, exact, iso

AT = datetime(2022, 3, 8, 15, 29, tzinfo=UTC)


def test_an_exact_time_names_its_zone():
    assert exact(AT, "America/Los_Angeles") == "8 March 2022, 7:29 am PST"
    assert exact(AT, "UTC") == "8 March 2022, 3:29 pm UTC"
    assert exact(AT.replace(hour=0), "UTC") == "8 March 2022, 12:29 am UTC"


def test_a_zone_without_letters_is_told_by_its_distance():
    assert exact(AT, "America/Sao_Paulo").endswith("12:29 pm UTC-03")


def test_a_day_is_that_of_its_zone():
    at = datetime(2026, 3, 9, 3, tzinfo=UTC)
    days = [str(date_in(zone, at)) for zone in ("America/Los_Angeles", "UTC", "Pacific/Kiritimati")]
    assert days == ["2026-03-08", "2026-03-09", "2026-03-09"]


def test_machines_read_utc():
    assert iso(AT) == "2022-03-08T15:29:00Z"


@pytest.mark.parametrize(
    ("passed", "words"),
    [
        (timedelta(seconds=-5), "now"),
        (timedelta(seconds=59), "now"),
        (timedelta(minutes=12, seconds=59), "12 min"),
        (timedelta(hours=3, minutes=59), "3 h"),
        (timedelta(days=1), "1 day"),
        (timedelta(days=59), "59 days"),
        (timedelta(days=90), "3 months"),
        (timedelta(days=800), "2 years"),
    ],
)
def test_an_age_is_told_in_its_largest_unit(passed, words):
    assert age(AT, AT + passed) == words


def test_an_age_in_a_sentence():
    assert ago(AT, AT) == "just now"
    assert ago(AT, AT + timedelta(minutes=2)) == "2 min ago"


def test_numbers_agree_with_their_nouns():
    assert count(1, "story", "stories") == "1 story"
    assert count(1204, "story", "stories") == "1,204 stories"
    assert count(0, "story", "stories") == "0 stories"
