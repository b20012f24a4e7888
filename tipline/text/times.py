"""Say times in words, the way pages print them: exact with the zone named, or how long ago."""

from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from babel.dates import DateTimePattern, parse_pattern

from tipline.languages import DEFAULT
from tipline.text.catalogue import locale

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)  # fmt: skip
# CLDR's "at" pattern, which Babel does not carry.
_JOINED = {"pt": "{1} 'às' {0}"}


def iso(at: datetime) -> str:
    """Return an instant for `<time datetime>`: 2026-03-08T15:29:00Z."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def exact(at: datetime, zone: str, language: str = DEFAULT) -> str:
    """Return an instant as a clock in `zone` shows it: "8 March 2026, 7:29 am PST".

    Other languages say the zone by its distance, "8 de marzo de 2026, 7:29 (UTC−8)": few of them have
    names for zones far away.
    """
    local = at.astimezone(ZoneInfo(zone))
    if language != DEFAULT:
        return f"{_pattern(language).apply(local, locale(language))} ({_distance(local)})"
    half = "am" if local.hour < 12 else "pm"
    name = local.tzname() or ""
    named = f"UTC{name}" if name.startswith(("+", "-")) else name
    return f"{day(local)}, {local.hour % 12 or 12}:{local.minute:02} {half} {named}"


@cache
def _pattern(language: str) -> DateTimePattern:
    """Return how a language writes a date with a time, long and short (CLDR's patterns)."""
    formats = locale(language)
    joined = _JOINED.get(language, str(formats.datetime_formats["long"]))
    date, time = formats.date_formats["long"].pattern, formats.time_formats["short"].pattern
    return parse_pattern(joined.replace("{1}", date).replace("{0}", time))


def _distance(local: datetime) -> str:
    minutes = int((local.utcoffset() or timedelta(0)).total_seconds()) // 60
    if not minutes:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'−' if minutes < 0 else '+'}{hours}{f':{rest:02}' if rest else ''}"


def day(local: datetime) -> str:
    """Return a date: "8 March 2026"."""
    return f"{local.day} {_MONTHS[local.month - 1]} {local.year}"


def date_in(zone: str, at: datetime) -> date:
    """Return the day that it is in a zone at an instant; in a file's name it reads 2026-03-08."""
    return at.astimezone(ZoneInfo(zone)).date()


def age(at: datetime, now: datetime) -> str:
    """Return how long ago something was, in the largest unit that says enough: "12 min", "3 h", "2 days"."""
    seconds = max(timedelta(0), now - at).total_seconds()
    if seconds < _MINUTE:
        return "now"
    if seconds < _HOUR:
        return f"{int(seconds // _MINUTE)} min"
    if seconds < _DAY:
        return f"{int(seconds // _HOUR)} h"
    days = int(seconds // _DAY)
    if days < 60:
        return count(days, "day", "days")
    return count(days // 365, "year", "years") if days >= 730 else f"{days // 30} months"


def ago(at: datetime, now: datetime) -> str:
    """Return an age inside a sentence: "2 min ago", "just now"."""
    words = age(at, now)
    return "just now" if words == "now" else f"{words} ago"


def count(number: int, one: str, many: str) -> str:
    """Return "1 story" or "1,204 stories"."""
    return f"{number:,} {one if number == 1 else many}"
