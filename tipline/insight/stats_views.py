"""The statistics: a page of six charts, and each chart as a file."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from flask import Blueprint, request
from werkzeug.wrappers import Response

from tipline import clock
from tipline.errors import NotFound
from tipline.insight import measures, stats
from tipline.insight.measures import MOST_TIPS, By, Period, Sample
from tipline.insight.stats import Panel, Span
from tipline.models import Permission
from tipline.text.spreadsheet import BYTE_ORDER_MARK, csv_line
from tipline.text.times import date_in
from tipline.web.access import allow, staff
from tipline.web.render import page
from tipline.web.request import reading, settings

blueprint = Blueprint("stats", __name__)
STATS = "/newsroom/stats"
PERIODS = {"7": "7 days", "30": "30 days", "90": "90 days"}
USUAL_DAYS = "30"
BYS = {By.KIND: "Kind", By.CHANNEL: "Channel", By.STORY: "Story", By.PERSON: "Person", By.HOUR: "Hour"}


@dataclass(frozen=True)
class Asked:
    """What the address asks for; what it says wrongly is as if it said nothing."""

    days: str
    by: By

    @classmethod
    def of_request(cls) -> "Asked":
        days, by = request.args.get("days", ""), request.args.get("by", "")
        return cls(days if days in PERIODS else USUAL_DAYS, By(by) if by in set(By) else By.KIND)

    def href(self, file: str = "", **other: str) -> str:
        return f"{STATS}{file}?{urlencode({'days': self.days, 'by': self.by.value, **other})}"


@blueprint.get(STATS)
@allow(Permission.TRIAGE)
def charts() -> Response:
    asked = Asked.of_request()
    span, period = _span(asked)
    panels, looked_at = _panels(asked, span, period)
    return page(
        "insight/stats.html",
        section="stats",
        panels=[(panel, asked.href(f"/{panel.name}.csv")) for panel in panels],
        pace=stats.pace_words(measures.pace(reading(), period)),
        periods=[(label, asked.href(days=days), days == asked.days) for days, label in PERIODS.items()],
        bys=[(label, asked.href(by=by.value), by is asked.by) for by, label in BYS.items()],
        cut=looked_at >= MOST_TIPS,
        most=f"{MOST_TIPS:,}",
        zone=str(span.zone).replace("_", " "),
    )


@blueprint.get(f"{STATS}/<name>.csv")
@allow(Permission.TRIAGE)
def file(name: str) -> Response:
    """Give out the values of a chart; days are ISO dates, times in seconds, shares between 0 and 1."""
    asked = Asked.of_request()
    panels, _ = _panels(asked, *_span(asked))
    panel = next((each for each in panels if each.name == name), None)
    if panel is None:
        raise NotFound("There is no such chart.")
    lines = [csv_line((mark.exact or mark.label, mark.value)) for mark in panel.chart.marks]
    text = BYTE_ORDER_MARK + csv_line((panel.first_head, panel.unit)) + "".join(lines)
    response = Response(text, content_type="text/csv; charset=utf-8")
    today = date_in(settings().site_timezone, clock.now())
    response.headers["Content-Disposition"] = f'attachment; filename="tips-{name}-{today}.csv"'
    return response


def _span(asked: Asked) -> tuple[Span, Period]:
    zone = ZoneInfo(staff().timezone or settings().site_timezone)
    span = stats.span_of(int(asked.days), clock.now(), zone)
    since = datetime.combine(span.days[0], time(), zone).astimezone(UTC)
    until = datetime.combine(span.days[-1] + timedelta(days=1), time(), zone).astimezone(UTC)
    return span, Period(since, until, staff().id)


def _panels(asked: Asked, span: Span, period: Period) -> tuple[list[Panel], int]:
    """Return the six charts, and how many tips were looked at one by one."""
    session, by = reading(), asked.by
    received = measures.received_by_quarter(session, period)
    left = measures.left_by_quarter(session, period)
    samples = measures.samples(session, period, by)
    parts = stats.parts_of(by, samples, span, _named(by, samples))
    return [
        stats.inflow(span, received),
        stats.backlog(span, received, left, measures.waiting(session, period.viewer_id)),
        stats.first_decision(span, samples),
        stats.by_count(by, parts, len(samples)),
        stats.by_use(by, parts, samples),
        stats.by_wait(by, parts),
    ], len(samples)


def _named(by: By, samples: list[Sample]) -> dict[object, tuple[str, str]]:
    keys = {each.key for each in samples if each.key is not None}
    if by is By.STORY:
        return measures.stories_named(reading(), [key for key in keys if isinstance(key, int)])
    return measures.people_named(reading(), [str(key) for key in keys]) if by is By.PERSON else {}
