"""What a moderator can do with a tip: the decisions open to it, the reasons, the times to sleep until."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from tipline.models import Decision, Reason, State
from tipline.models.tip import OPEN_FROM
from tipline.triage.shown import Choices, ReasonChoice, SnoozeChoice, Viewer
from tipline.triage.words import REASONS

MORNING = time(9)
EVENING = time(18)
MONDAY = 0
LETTERS = {
    Reason.UNVERIFIABLE: "u",
    Reason.NOT_NEWS: "n",
    Reason.KNOWN: "k",
    Reason.OFF_TOPIC: "o",
    Reason.ADVERTISING: "a",
    Reason.ABUSIVE: "b",
}
# The letter and the digit of a reason never change: fingers know them. What is written has none.
REASON_CHOICES = tuple(
    ReasonChoice(value=reason, label=REASONS[reason], digit=digit, letter=LETTERS[reason])
    for digit, reason in enumerate((each for each in Reason if each is not Reason.OTHER), start=1)
)


def choices_for(state: str) -> Choices:
    """Say which decisions a tip in `state` offers; the one that made it so is not among them."""
    closed_as = {State.DECLINED: Decision.DECLINE, State.SNOOZED: Decision.SNOOZE}.get(State(state))
    open_ones = OPEN_FROM[State(state)] - {closed_as}
    return Choices(**{decision.value: decision in open_ones for decision in Decision})


def snoozes(viewer: Viewer) -> tuple[SnoozeChoice, ...]:
    """Offer times to sleep until, in the viewer's zone; the first is `in_two_hours`."""
    local = viewer.now.astimezone(viewer.zone)
    return _snoozes(local.date(), viewer.zone, evening=local.time() < time(16))


@lru_cache(maxsize=100)
def _snoozes(today: date, zone: ZoneInfo, *, evening: bool) -> tuple[SnoozeChoice, ...]:
    tomorrow = today + timedelta(days=1)
    monday = today + timedelta(days=(MONDAY - today.weekday()) % 7 or 7)
    in_a_month = today + timedelta(days=30)
    offers = []
    if evening:
        offers.append((datetime.combine(today, EVENING, zone), "This evening"))
    offers.append((datetime.combine(tomorrow, MORNING, zone), "Tomorrow morning"))
    if monday != tomorrow:
        offers.append((datetime.combine(monday, MORNING, zone), "On Monday"))
    offers.append((datetime.combine(in_a_month, MORNING, zone), "In a month"))
    return (
        SnoozeChoice("", "In two hours"),
        *(SnoozeChoice(_iso(instant), label) for instant, label in offers),
    )


def in_two_hours(now: datetime) -> str:
    """Return the value of the choice that is another at each moment."""
    return _iso(now + timedelta(hours=2))


def _iso(instant: datetime) -> str:
    return instant.astimezone(UTC).replace(microsecond=0).isoformat()
