"""Read a time as a page prints it for people, and say when it cannot be meant as printed.

Pages print "Mar 08, 2022 07:29am PDT" on a day when Pacific time was PST: the template says PDT all
year, the clock on the wall was right. So a printed zone tells which clock, and the date tells what
that clock was at. The raw text is kept, and a sentence flags every doubt.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec"
_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
)
_MONTH += r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>(?:19|20)\d\d)"
_CLOCK = (
    r"(?P<hour>\d{1,2})(?:[:.](?P<minute>\d\d)(?::(?P<second>\d\d)(?:\.\d{1,9})?)?)? ?(?P<half>[ap]\.?m\.?)?"
)
_ZONE = r"\(?(?P<zone>[A-Z]{1,5}|(?:UTC|GMT)?[+-]\d{1,2}(?::?\d\d)?)\)?"
_LEAD = r"(?:(?:first )?(?:published|posted|(?:last )?updated)(?: on| at)?:? )?"
_LEAD += r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,? )?"
_FORMS = [
    re.compile(rf"{_LEAD}{date}(?:(?:,? at|,| [-–—|·@]|t)? ?{_CLOCK}(?: ?{_ZONE})?)?", re.IGNORECASE)
    for date in (
        rf"{_MONTH} {_DAY},? {_YEAR}",
        rf"{_DAY}\.? {_MONTH},? {_YEAR}",
        r"(?P<year>(?:19|20)\d\d)-(?P<month>\d\d)-(?P<day>\d\d)",
    )
]
_MAX_CHARACTERS = 100

# The clock that each printed zone means, both halves of the year under one name.
_CLOCKS = {
    "America/Los_Angeles": "PT PST PDT", "America/Denver": "MT MST MDT", "America/Chicago": "CT CST CDT",
    "America/New_York": "ET EST EDT", "America/Anchorage": "AKST AKDT", "Pacific/Honolulu": "HST",
    "America/Halifax": "AST ADT", "Europe/London": "BST", "Europe/Lisbon": "WET WEST",
    "Europe/Paris": "CET CEST",
    "Europe/Athens": "EET EEST", "Europe/Moscow": "MSK", "Asia/Kolkata": "IST", "Asia/Tokyo": "JST",
    "Asia/Seoul": "KST", "Australia/Sydney": "AEST AEDT", "Pacific/Auckland": "NZST NZDT",
}  # fmt: skip
_CLOCK_OF = {abbreviation: clock for clock, names in _CLOCKS.items() for abbreviation in names.split()}
_SEASONLESS = frozenset({"PT", "MT", "CT", "ET"})
_SHARED = frozenset({"CST", "CDT", "IST", "BST", "AST"})  # other countries use these for other clocks
_OFFSET = re.compile(r"(?:UTC|GMT)?([+-])(\d{1,2}):?(\d\d)?")


@dataclass(frozen=True, slots=True)
class PrintedTime:
    """A printed time: `at` in UTC (None if there is no such time), and why it is doubtful."""

    raw: str
    at: datetime | None
    flag: str | None


def read_printed_time(raw: str, site_timezone: str) -> PrintedTime | None:
    """Read a printed time; None if `raw` is something else.

    Args:
        raw: a line such as "Mar 08, 2022 07:29am PDT" or "8 March 2022, 07:29".
        site_timezone: the zone of the site's own clock, such as "America/Los_Angeles".

    """
    line = " ".join(raw.split())
    if len(line) > _MAX_CHARACTERS:
        return None
    found = next((match for form in _FORMS if (match := form.fullmatch(line))), None)
    if found is None:
        return None
    wall = _read_wall_clock(found)
    if wall is None:
        return PrintedTime(raw, None, f"“{line}” is no time that a calendar and a clock can show.")
    if found["hour"] is None:
        midnight = _instant(wall, ZoneInfo(site_timezone))
        return PrintedTime(raw, midnight, "Only the day is printed; it is taken from its first minute.")
    at, flag = _place(wall, (found["zone"] or "").upper(), site_timezone)
    return PrintedTime(raw, at, flag)


def read_machine_time(raw: str, zone: tzinfo) -> datetime | None:
    """Read a time in ISO 8601 into UTC; one that names no offset is in `zone`. None if it is none."""
    try:
        read = datetime.fromisoformat(raw.strip())
        return _instant(read, zone) if read.tzinfo is None else read.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _read_wall_clock(found: re.Match[str]) -> datetime | None:
    month = found["month"].lower()
    number = int(month) if month.isdigit() else _MONTHS.split().index(month[:3]) + 1
    hour, half = int(found["hour"] or 0), (found["half"] or "").lower()[:1]
    if half and not 1 <= hour <= 12:
        return None
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    try:
        return datetime(  # noqa: DTZ001 - which clock this was is worked out next
            int(found["year"]),
            number,
            int(found["day"]),
            hour,
            int(found["minute"] or 0),
            int(found["second"] or 0),
        )
    except ValueError:
        return None


def _place(wall: datetime, printed: str, site_timezone: str) -> tuple[datetime | None, str | None]:
    """Work out when the clock meant by the printed zone showed `wall`."""
    if not printed:
        return _instant(wall, ZoneInfo(site_timezone)), f"No zone is printed; read as {site_timezone}."
    if printed in {"Z", "UTC", "GMT"}:
        return wall.replace(tzinfo=UTC), None
    if offset := _OFFSET.fullmatch(printed):
        return _at_offset(wall, offset, printed)
    if _uses(site_timezone, printed, wall.year):
        clock = site_timezone
    elif printed in _CLOCK_OF:
        clock = _CLOCK_OF[printed]
    else:
        at = _instant(wall, ZoneInfo(site_timezone))
        return at, f"“{printed}” is no zone that we know; read as {site_timezone}."
    return _on_clock(wall, printed, clock, site_timezone)


def _on_clock(wall: datetime, printed: str, clock: str, site_timezone: str) -> tuple[datetime, str | None]:
    zone = ZoneInfo(clock)
    shown = [wall.replace(tzinfo=zone, fold=fold) for fold in (0, 1)]
    local = next((time for time in shown if time.tzname() == printed), shown[0])
    at = _instant(local.replace(tzinfo=None), zone, fold=local.fold)
    if at.astimezone(zone).replace(tzinfo=None) != wall:
        return at, f"This time was skipped in {clock}, where the clocks went forward."
    if local.tzname() != printed and printed not in _SEASONLESS:
        return at, f"“{printed}” contradicts the date: {clock} was on {local.tzname()} then; read as that."
    if printed in _SHARED and clock != site_timezone:
        return at, f"“{printed}” means several zones; read as {clock}."
    return at, None


def _at_offset(wall: datetime, offset: re.Match[str], printed: str) -> tuple[datetime | None, str | None]:
    distance = timedelta(hours=int(offset[2]), minutes=int(offset[3] or 0))
    if distance > timedelta(hours=14):
        return None, f"No clock on earth is at “{printed}”."
    return wall.replace(tzinfo=timezone(-distance if offset[1] == "-" else distance)).astimezone(UTC), None


def _uses(zone: str, abbreviation: str, year: int) -> bool:
    """Tell whether a zone's clock goes by that abbreviation in summer or winter."""
    days = (datetime(year, month, 1, tzinfo=ZoneInfo(zone)) for month in (1, 7))
    return abbreviation in {day.tzname() for day in days}


def _instant(wall: datetime, zone: tzinfo, fold: int = 0) -> datetime:
    return wall.replace(tzinfo=zone, fold=fold).astimezone(UTC)
