from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tipline.stories.sources.printed_time import read_machine_time, read_printed_time

PACIFIC = "America/Los_Angeles"


def at(year, month, day, hour=0, minute=0, second=0):
    return datetime(year, month, day, hour, minute, second, tzinfo=UTC)


@pytest.mark.parametrize(
    ("raw", "utc"),
    [
        ("Mar 20, 2022 07:29am PDT", at(2022, 3, 20, 14, 29)),
        ("March 8, 2022 7:29 a.m. PST", at(2022, 3, 8, 15, 29)),
        ("Mar. 8th 2022, 12:05 AM PT", at(2022, 3, 8, 8, 5)),
        ("8 March 2022 12:05pm GMT", at(2022, 3, 8, 12, 5)),
        ("Tuesday, 8 March 2022 at 07:29 CET", at(2022, 3, 8, 6, 29)),
        ("2022-03-08 07:29:30 UTC", at(2022, 3, 8, 7, 29, 30)),
        ("2022-03-08T07:29:30.123Z", at(2022, 3, 8, 7, 29, 30)),
        ("2022-03-08 07:29 +05:30", at(2022, 3, 8, 1, 59)),
        ("2022-03-08 07:29 GMT-8", at(2022, 3, 8, 15, 29)),
        ("Published: July 4, 2022 · 7 pm (EDT)", at(2022, 7, 4, 23)),
        ("Updated on Sept 4, 2022 | 19:00 CEST", at(2022, 9, 4, 17)),
        ("  Nov 6,  2022 01:30am  PST ", at(2022, 11, 6, 9, 30)),
        ("Nov 6, 2022 01:30am PDT", at(2022, 11, 6, 8, 30)),
    ],
)
def test_a_time_that_is_meant_as_printed_has_no_flag(raw, utc):
    read = read_printed_time(raw, PACIFIC)
    assert (read.at, read.flag, read.raw) == (utc, None, raw)


@pytest.mark.parametrize(
    ("raw", "zone", "utc", "doubt"),
    [
        ("Mar 08, 2022 07:29am PDT", PACIFIC, at(2022, 3, 8, 15, 29), "contradicts the date"),
        (
            "Mar 08, 2022 07:29am PDT",
            "America/Vancouver",
            at(2022, 3, 8, 15, 29),
            "America/Vancouver was on PST",
        ),
        ("Mar 08, 2022 07:29am PDT", "UTC", at(2022, 3, 8, 15, 29), "contradicts the date"),
        ("Jul 08, 2022 07:29am PST", PACIFIC, at(2022, 7, 8, 14, 29), "was on PDT"),
        ("Mar 08, 2022 07:29am", PACIFIC, at(2022, 3, 8, 15, 29), "No zone"),
        ("Mar 08, 2022", PACIFIC, at(2022, 3, 8, 8), "Only the day"),
        ("Mar 08, 2022 07:29am XYZ", PACIFIC, at(2022, 3, 8, 15, 29), "no zone that we know"),
        ("Mar 08, 2022 07:29am IST", PACIFIC, at(2022, 3, 8, 1, 59), "several zones"),
        ("Jul 08, 2022 07:29am IST", "Europe/Dublin", at(2022, 7, 8, 6, 29), None),
        ("Mar 13, 2022 02:30am PDT", PACIFIC, at(2022, 3, 13, 9, 30), "skipped"),
        ("Feb 30, 2022 07:29am PST", PACIFIC, None, "no time that a calendar"),
        ("Mar 08, 2022 13:29pm PST", PACIFIC, None, "no time that a calendar"),
        ("Mar 08, 2022 25:29 PST", PACIFIC, None, "no time that a calendar"),
        ("2022-13-08 07:29", PACIFIC, None, "no time that a calendar"),
        ("2022-00-08 07:29", PACIFIC, None, "no time that a calendar"),
        ("Mar 08, 2022 07:29 +99:00", PACIFIC, None, "No clock on earth"),
    ],
)
def test_every_doubt_is_told(raw, zone, utc, doubt):
    read = read_printed_time(raw, zone)
    assert read.raw == raw
    assert read.at == utc
    assert read.flag is None if doubt is None else doubt in read.flag


@pytest.mark.parametrize(
    "line",
    ["", "March", "On Mar 08, 2022 07:29am PDT she left", "08/03/2022", "Mar 08, 1822", "2022", "x" * 200],
)
def test_another_line_is_no_time(line):
    assert read_printed_time(line, PACIFIC) is None


@given(
    st.from_regex(
        r"(?:Mar|Nov|Dec) \d{1,2}, (?:19|20)\d\d \d{1,2}:\d\d(?:am|pm)? [A-Z+-]{1,4}\d?", fullmatch=True
    )
)
def test_any_printed_time_is_read_without_a_crash(raw):
    read = read_printed_time(raw, PACIFIC)
    assert read is None or read.at is None or read.at.tzinfo is UTC


@pytest.mark.parametrize(
    ("raw", "utc"),
    [
        ("2022-03-08T07:29:00", at(2022, 3, 8, 7, 29)),
        ("2022-03-08T07:29:00Z", at(2022, 3, 8, 7, 29)),
        ("2022-03-08T07:29:00+02:00", at(2022, 3, 8, 5, 29)),
        ("0000-00-00T00:00:00", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("soon", None),
    ],
)
def test_machine_times(raw, utc):
    assert read_machine_time(raw, UTC) == utc
