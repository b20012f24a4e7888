"""Ages, headlines, choices: what the queue says about times and texts."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from builders import NOON

from tipline.keys import Keyring
from tipline.models import Channel, Event, How, Kind, Reason, State
from tipline.triage.choices import REASON_CHOICES, choices_for, in_two_hours, snoozes
from tipline.triage.row_shown import head_and_rest
from tipline.triage.shown import Viewer
from tipline.triage.words import (
    CHANNELS,
    HOWS,
    KINDS,
    REASONS,
    STATES,
    age,
    age_in_minutes,
    did,
    exact,
    happened,
    moment,
)

ZONE = ZoneInfo("America/Los_Angeles")


@pytest.mark.parametrize(
    ("since", "words"),
    [
        (timedelta(0), "0 s"), (timedelta(seconds=-5), "0 s"), (timedelta(seconds=59), "59 s"),
        (timedelta(minutes=12, seconds=30), "12 min"), (timedelta(hours=3), "3 h"),
        (timedelta(hours=47), "47 h"), (timedelta(days=5), "5 d"),
    ],
)  # fmt: skip
def test_an_age_is_said_in_its_largest_unit(since, words):
    assert age(NOON - since, NOON) == words
    if since >= timedelta(minutes=1):
        assert age_in_minutes(NOON - since, NOON) == words


def test_what_a_reader_did_is_at_least_a_minute_ago():
    assert age_in_minutes(NOON, NOON + timedelta(seconds=20)) == "1 min"


def test_exact_times_name_their_zone():
    assert exact(NOON, ZoneInfo("America/Los_Angeles")) == "2 March 2026, 04:00 PST"


def test_every_value_has_its_words():
    for values, words in (
        (State, STATES),
        (Kind, KINDS),
        (Channel, CHANNELS),
        (How, HOWS),
        (Reason, REASONS),
    ):
        assert set(words) == set(values)


@pytest.mark.parametrize(
    ("kind", "data", "conflict", "history"),
    [
        ("tip.declined", {"reason": "known"}, "Ana declined this 4 s ago (known already).",
         "Ana declined this (known already)"),
        ("tip.undone", {}, "Ana took back a decision on this 4 s ago.", "Ana took back a decision on this"),
        ("tip.snoozed", {"until": "2026-03-03T17:00:00+00:00"}, "Ana put this off 4 s ago.",
         "Ana put this off until Tue 3 Mar, 09:00"),
        ("tip.woke", {}, "Ana brought this back 4 s ago.", "Ana brought this back"),
        ("tip.tag_undone", {"tag": "court"}, "Ana took back a tag of this 4 s ago.",
         "Ana took back a tag of this “court”"),
        ("tip.assign_undone", {"to": "nobody"}, "Ana gave this back 4 s ago.",
         "Ana gave this back to nobody"),
        ("tip.correct_undone", {"what": ["about"]}, "Ana took back a correction of this 4 s ago.",
         "Ana took back a correction of this (about)"),
        ("tip.restrict_undone", {}, "Ana took back who alone sees this 4 s ago.",
         "Ana took back who alone sees this"),
        ("tip.received", {}, "Ana sent this 4 s ago.", "Received"),
        ("tip.merged", {}, "Ana changed this 4 s ago.", "Ana tip.merged this"),
    ],
)  # fmt: skip
def test_events_read_as_sentences(kind, data, conflict, history):
    event = Event(kind=kind, actor="Ana", at=NOON, data=data)
    assert did(event, NOON + timedelta(seconds=4)) == conflict
    assert happened(event, ZONE) == history


@pytest.mark.parametrize(
    ("instant", "words"),
    [
        (datetime(2026, 11, 27, 17, tzinfo=UTC), "Fri 27 Nov, 09:00"),
        (datetime(2027, 1, 1, 7, 59, tzinfo=UTC), "Thu 31 Dec, 23:59"),
        (datetime(2027, 1, 1, 8, tzinfo=UTC), "Fri 1 Jan 2027, 00:00"),
    ],
)
def test_a_time_to_come_names_its_day_and_its_year_where_that_is_another(instant, words):
    assert moment(instant, ZONE, NOON) == words


def test_an_old_event_of_putting_off_still_reads_as_a_sentence():
    event = Event(kind="tip.snoozed", actor="Ana", at=NOON, data={"batch": "K7Q2FD9X", "version": 2})
    assert happened(event, ZONE) == "Ana put this off"


def test_a_sentence_makes_the_headline_and_the_rest_follows():
    text = "She wore a ring at the gate.\n\nIt was large."
    assert head_and_rest(text) == ("She wore a ring at the gate.", "It was large.")


def test_a_greeting_alone_makes_no_headline():
    assert (
        head_and_rest("Hi. She wore a ring at the gate. It was large.")[0]
        == "Hi. She wore a ring at the gate."
    )


def test_a_short_text_is_its_own_headline():
    assert head_and_rest("the band splits") == ("the band splits", "")


def test_a_long_text_is_cut_between_words():
    head, rest = head_and_rest("word " * 100)
    assert head.endswith("word …")
    assert len(head) < 95
    assert rest.endswith("word …")
    assert head_and_rest("x" * 1000) == ("x" * 90 + " …", "x" * 140 + " …")


def test_a_closed_tip_can_be_reopened_but_not_closed_the_same_way():
    declined = choices_for(State.DECLINED)
    assert (declined.reopen, declined.accept, declined.decline) == (True, True, False)
    pending = choices_for(State.PENDING)
    assert (pending.reopen, pending.snooze, pending.spam) == (False, True, True)


def test_a_reasons_digit_is_its_own():
    assert [(choice.digit, choice.value) for choice in REASON_CHOICES][:2] == [
        (1, "unverifiable"),
        (2, "not_news"),
    ]
    assert "other" not in [choice.value for choice in REASON_CHOICES]


@pytest.mark.parametrize(
    ("now", "labels"),
    [
        (datetime(2026, 3, 4, 17, tzinfo=UTC), ["This evening", "Tomorrow morning", "On Monday"]),
        (datetime(2026, 3, 5, 4, tzinfo=UTC), ["Tomorrow morning", "On Monday"]),
        (datetime(2026, 3, 8, 18, tzinfo=UTC), ["This evening", "Tomorrow morning"]),
    ],
)
def test_snoozes_are_offered_in_the_viewers_own_day(now, labels):
    offered = snoozes(Viewer(False, False, ZoneInfo("America/Los_Angeles"), now, Keyring({})))
    assert [choice.label for choice in offered] == ["In two hours", *labels, "In a month"]
    assert all(datetime.fromisoformat(choice.value or in_two_hours(now)) > now for choice in offered)
