"""Put the statistics into six charts with a sentence each: three over the days, three by what is asked for.

Everything here is pure: numbers in, words and marks out. Each mark leads to the tips that it counts.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from statistics import median
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from markupsafe import Markup

from tipline.insight.measures import QUARTER, By, Pace, Sample
from tipline.models import Channel, Kind
from tipline.text import charts
from tipline.text.charts import Chart, Mark

Draw = Callable[[Chart], Markup]
QUEUE = "/newsroom/queue"
MOST_NAMED = 8  # stories or people in a chart
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
KINDS = {Kind.TIP: "Tips", Kind.CORRECTION: "Corrections", Kind.RELEASE: "Press releases",
         Kind.QUESTION: "Questions"}  # fmt: skip
CHANNELS = {Channel.FORM: "Web form", Channel.EMBED: "Form on another site", Channel.PHONE: "Phone",
            Channel.EMAIL: "E-mail", Channel.IMPORT: "Import"}  # fmt: skip
WORDS = {By.KIND: "kind", By.CHANNEL: "channel", By.STORY: "story", By.PERSON: "person", By.HOUR: "hour"}


@dataclass(frozen=True)
class Panel:
    """A chart with its picture, its table and its file; `unit` heads the values of both."""

    chart: Chart
    picture: Markup
    first_head: str
    unit: str

    @property
    def name(self) -> str:
        return self.chart.name


@dataclass(frozen=True)
class Span:
    """The days that are looked at, in the zone of who looks."""

    days: tuple[date, ...]
    zone: ZoneInfo

    def day_of(self, seconds: int) -> date:
        return _day(seconds // QUARTER, self.zone)

    def href(self, q: str = "", day: date | None = None, **more: str) -> str:
        """Return the queue's list of all tips of a day, of the whole span without one."""
        before = (day or self.days[-1]) + timedelta(days=1)
        dates = f"after:{day or self.days[0]} before:{before}"
        return f"{QUEUE}?{urlencode({'state': 'all', **more, 'q': f'{q} {dates}'.strip()})}"


@dataclass(frozen=True)
class Part:
    """The tips that have one thing in common."""

    label: str
    href: str
    samples: Sequence[Sample]

    @property
    def short(self) -> str:
        """The label as a sentence can hold it."""
        return charts.short(self.label)

    @property
    def share_used(self) -> float | None:
        return sum(each.used for each in self.samples) / len(self.samples) if self.samples else None

    @property
    def wait(self) -> float | None:
        """The median of seconds to the first decision, of those that were decided."""
        return _median(each.waited for each in self.samples)


def span_of(days: int, now: datetime, zone: ZoneInfo) -> Span:
    """Return the last so many days, today included."""
    today = now.astimezone(zone).date()
    return Span(tuple(today - timedelta(days=back) for back in range(days - 1, -1, -1)), zone)


def inflow(span: Span, received: Mapping[int, int]) -> Panel:
    """Show how many tips came on each day."""
    counts = _by_day(span, received)
    total, best = sum(counts.values()), max(span.days, key=lambda day: counts[day])
    sentence = "No tip came in this time."
    if total:
        average = total / len(span.days)
        a_day = f"{average:,.0f} a day" if average >= 1 else "less than one a day"
        sentence = f"{_tips(total)} came, {a_day}; most on {_date(best)}: {counts[best]:,}."
    marks = [_of_day(day, counts[day], _tips(counts[day]), span.href(day=day)) for day in span.days]
    return _panel(charts.bars, "inflow", "Tips that came", sentence, marks, "Day", "Tips")


def backlog(span: Span, received: Mapping[int, int], left: Mapping[int, int], waiting: int) -> Panel:
    """Show how many tips waited at the end of each day, counted back from those that wait now."""
    came, gone = _by_day(span, received), _by_day(span, left)
    waited, stands = {}, waiting
    for day in reversed(span.days):
        waited[day] = stands
        stands = max(stands - came[day] + gone[day], 0)
    change = waiting - waited[span.days[0]]
    compared = f"{abs(change):,} {'more' if change > 0 else 'fewer'} than" if change else "as many as"
    verb = "waits" if waiting == 1 else "wait"
    sentence = f"{_tips(waiting)} {verb} now, {compared} on {_date(span.days[0])}."
    marks = [_of_day(day, waited[day], _tips(waited[day]), _waiting_before(day)) for day in span.days]
    return _panel(charts.line, "backlog", "Tips that wait", sentence, marks, "End of", "Tips")


def first_decision(span: Span, samples: Iterable[Sample]) -> Panel:
    """Show how long half of the tips of each day waited for their first decision."""
    days: dict[date, list[Sample]] = defaultdict(list)
    for each in samples:
        days[span.day_of(each.received)].append(each)
    whole = _median(each.waited for some in days.values() for each in some)
    sentence = "Nothing of this time is decided yet."
    if whole is not None:
        sentence = f"Half of all decided tips were decided within {duration(whole)}."
    waits = {day: _median(each.waited for each in days[day]) for day in span.days}
    marks = [_of_day(day, wait, _wait_words(wait), span.href(day=day)) for day, wait in waits.items()]
    return _panel(
        charts.line, "wait", "Time to the first decision", sentence, marks, "Day", "Seconds, median"
    )


def by_count(by: By, parts: Sequence[Part], total: int) -> Panel:
    """Show how many tips there are of each part."""
    marks = [Mark(part.label, len(part.samples), f"{len(part.samples):,}", part.href) for part in parts]
    sentence = _nothing(by)
    if best := max(parts, key=lambda part: len(part.samples), default=None):
        share = _percent(len(best.samples) / total) if total else "0 %"
        sentence = f"{best.short}: {len(best.samples):,} of {_tips(total)}, {share}."
    return _panel(_picture(by), "count", f"Tips by {WORDS[by]}", sentence, marks, _head(by), "Tips")


def by_use(by: By, parts: Sequence[Part], samples: Sequence[Sample]) -> Panel:
    """Show which share of each part was used."""
    marks = [Mark(part.label, part.share_used, _percent(part.share_used), part.href) for part in parts]
    sentence = _nothing(by)
    if samples:
        used = sum(each.used for each in samples)
        share = _percent(used / len(samples))
        sentence = f"{share} were linked to a story or published: {used:,} of {_tips(len(samples))}."
    return _panel(
        _picture(by), "used", f"Share used by {WORDS[by]}", sentence, marks, _head(by), "Share used"
    )


def by_wait(by: By, parts: Sequence[Part]) -> Panel:
    """Show how long half of each part waited for the first decision."""
    marks = [Mark(part.label, part.wait, _wait_words(part.wait), part.href) for part in parts]
    decided = [(part.wait, part.short) for part in parts if part.wait is not None]
    sentence = "Nothing of this time is decided yet."
    if decided:
        (soon, first), (late, last) = min(decided), max(decided)
        sentence = f"Soonest: {first}, half within {duration(soon)}."
        if first != last:
            sentence = f"{sentence[:-1]}; latest: {last}, {duration(late)}."
    title, unit = f"Time to the first decision by {WORDS[by]}", "Seconds, median"
    return _panel(_picture(by), "speed", title, sentence, marks, _head(by), unit)


def parts_of(
    by: By, samples: Sequence[Sample], span: Span, named: Mapping[object, tuple[str, str]]
) -> list[Part]:
    """Sort the tips by what they are told apart by; of stories and people those with the most.

    Args:
        named: slug and name of stories and people, by the key of their tips.
    """
    keyed: dict[object, list[Sample]] = defaultdict(list)
    for each in samples:
        keyed[_key(by, each, span, named)].append(each)
    if by is By.HOUR:
        return [Part(f"{hour:02}:00", span.href(), keyed[hour]) for hour in range(24)]
    if by is By.KIND:
        return [Part(label, span.href(kind=kind), keyed[kind]) for kind, label in KINDS.items()]
    if by is By.CHANNEL:
        return [Part(label, span.href(f"from:{name}"), keyed[name]) for name, label in CHANNELS.items()]
    found = [(slug, name) for slug, name in set(named.values()) if (slug, name) in keyed]
    found.sort(key=lambda each: (-len(keyed[each]), each))
    return [Part(each[1], _of_named(by, span, each[0]), keyed[each]) for each in found[:MOST_NAMED]]


def pace_words(pace: Pace) -> str:
    """Say how the newsroom as a whole decides."""
    if not pace.decisions:
        return "Nobody decided anything in this time."
    undone = f"{_percent(pace.undone / pace.decisions)} of {pace.decisions:,} decisions were taken back"
    if pace.seconds is None:
        return f"{undone}."
    gap = duration(pace.seconds)
    return f"One decision follows another within {gap} (median while somebody works); {undone}."


def duration(seconds: float) -> str:
    """Say a length of time in its largest fitting unit: 40 s, 14 min, 3.5 h, 2 days."""
    if seconds < 60:
        return f"{seconds:.0f} s"
    if seconds < 3600:
        return f"{seconds / 60:.0f} min"
    if seconds < 48 * 3600:
        return f"{seconds / 3600:.1f}".removesuffix(".0") + " h"
    return f"{seconds / 86400:.0f} days"


def _key(by: By, sample: Sample, span: Span, named: Mapping[object, tuple[str, str]]) -> object:
    if by is By.HOUR:
        return datetime.fromtimestamp(sample.received, UTC).astimezone(span.zone).hour
    return named.get(sample.key) if by in {By.STORY, By.PERSON} else sample.key


def _by_day(span: Span, quarters: Mapping[int, int]) -> dict[date, int]:
    counts = dict.fromkeys(span.days, 0)
    for quarter, count in quarters.items():
        day = _day(quarter, span.zone)
        if day in counts:
            counts[day] += count
    return counts


@lru_cache(maxsize=20_000)
def _day(quarter: int, zone: ZoneInfo) -> date:
    return datetime.fromtimestamp(quarter * QUARTER, UTC).astimezone(zone).date()


def _panel(
    draw: Draw, name: str, title: str, sentence: str, marks: Sequence[Mark], first_head: str, unit: str
) -> Panel:
    tallest = max((mark for mark in marks if mark.value), key=lambda mark: mark.value or 0, default=None)
    chart = Chart(name, title, sentence, marks, tallest.words if tallest else "")
    return Panel(chart, draw(chart), first_head, unit)


def _picture(by: By) -> Draw:
    return charts.bars if by is By.HOUR else charts.rows


def _of_named(by: By, span: Span, slug: str) -> str:
    return span.href(story=slug) if by is By.STORY else span.href(person=slug)


def _waiting_before(day: date) -> str:
    return f"{QUEUE}?{urlencode({'q': f'before:{day + timedelta(days=1)}'})}"


def _head(by: By) -> str:
    return WORDS[by].capitalize()


def _nothing(by: By) -> str:
    told = {
        By.STORY: "No tip of this time came from a story.",
        By.PERSON: "No tip of this time says that it is about a known person.",
    }
    return told.get(by, "No tip came in this time.")


def _median(values: Iterable[int | None]) -> float | None:
    known = [value for value in values if value is not None]
    return float(median(known)) if known else None


def _of_day(day: date, value: float | None, words: str, href: str) -> Mark:
    return Mark(_date(day), value, words, href, exact=day.isoformat())


def _date(day: date) -> str:
    return f"{day.day} {MONTHS[day.month - 1]}"


def _tips(number: int) -> str:
    return f"{number:,} {'tip' if number == 1 else 'tips'}"


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share * 100:.0f} %"


def _wait_words(seconds: float | None) -> str:
    return "–" if seconds is None else duration(seconds)
