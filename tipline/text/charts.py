"""Bars and lines as SVG, to stand in a page: no style, no script, nothing to fetch.

A chart is one picture to a screen reader, with a title and a sentence; its table beside it says every value.
Its marks take their color from the page (`currentColor`), so that they are readable in every theme and in
forced colors. Over the picture lie links, one for each mark, for whoever points at it: they are hidden from
screen readers and from the Tab key, because the table's rows are the same links.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from markupsafe import Markup, escape

WIDTH, HEIGHT = 320, 150
TOP, BOTTOM, LEFT = 18, 20, 4
PLOT = HEIGHT - TOP - BOTTOM
SPREAD = 0.72  # of the room of a bar that it fills
LONGEST_LABEL = 36  # characters that fit beside a value
ROW = 30  # of a bar that lies, with its label above it
LEAST = 1.5  # so that one tip among thousands is seen


@dataclass(frozen=True)
class Mark:
    """One value of a chart; None where there is nothing to measure."""

    label: str
    value: float | None
    words: str  # the value as a person reads it
    href: str = ""
    exact: str = ""  # the label as a file says it, where that is more: 2026-03-08 for “8 Mar”


@dataclass(frozen=True)
class Chart:
    """What a picture needs: `name` is unique on its page."""

    name: str
    title: str
    sentence: str
    marks: Sequence[Mark]
    top_words: str  # what the highest mark stands for


def bars(chart: Chart) -> Markup:
    """Draw a bar for each mark, from left to right."""
    most, room = _most(chart), _room(chart)
    drawn = []
    for place, mark in enumerate(chart.marks):
        if mark.value:
            height = max(PLOT * mark.value / most, LEAST)
            x = LEFT + room * (place + (1 - SPREAD) / 2)
            drawn.append(_box(x, TOP + PLOT - height, room * SPREAD, height))
    picture = f'{_axis(chart)}<g class="chart-bars" fill="currentColor">{"".join(drawn)}</g>'
    return _svg(chart, picture, _columns(chart))


def rows(chart: Chart) -> Markup:
    """Draw a bar for each mark, one below the other, with its label and its value above it."""
    most, drawn = _most(chart), []
    for place, mark in enumerate(chart.marks):
        top, length = place * ROW, (WIDTH - 2 * LEFT) * (mark.value or 0) / most
        drawn.append(
            f'<text x="{LEFT}" y="{top + 13}">{escape(short(mark.label))}</text>'
            f'<text x="{WIDTH - LEFT}" y="{top + 13}" text-anchor="end">{escape(mark.words)}</text>'
            + (_box(LEFT, top + 18, max(length, LEAST), 7) if mark.value else "")
        )
    links = [_link(mark, _box(0, place * ROW, WIDTH, ROW)) for place, mark in enumerate(chart.marks)]
    picture = f'<g class="chart-rows" fill="currentColor">{"".join(drawn)}</g>'
    return _svg(chart, picture, links, height=max(len(chart.marks), 1) * ROW)


def line(chart: Chart) -> Markup:
    """Draw a line through the marks; it breaks where there is nothing to measure."""
    most, room = _most(chart), _room(chart)
    points = [
        (place, f"{LEFT + room * (place + 0.5):.1f},{TOP + PLOT - PLOT * mark.value / most:.1f}")
        for place, mark in enumerate(chart.marks)
        if mark.value is not None
    ]
    runs = groupby(enumerate(points), key=lambda each: each[1][0] - each[0])
    drawn = [_run([point for _, (_, point) in run]) for _, run in runs]
    picture = f'{_axis(chart)}<g class="chart-line" fill="none" stroke="currentColor">{"".join(drawn)}</g>'
    return _svg(chart, picture, _columns(chart))


def short(label: str) -> str:
    """Cut a label to what fits beside its value."""
    return label if len(label) <= LONGEST_LABEL else f"{label[: LONGEST_LABEL - 1].rstrip()}…"


def _run(points: list[str]) -> str:
    if len(points) == 1:
        x, y = points[0].split(",")
        return f'<circle cx="{x}" cy="{y}" r="2.5" fill="currentColor"/>'
    return f'<polyline stroke-width="2" stroke-linejoin="round" points="{" ".join(points)}"/>'


def _most(chart: Chart) -> float:
    return max((mark.value for mark in chart.marks if mark.value), default=1.0)


def _room(chart: Chart) -> float:
    return (WIDTH - 2 * LEFT) / max(len(chart.marks), 1)


def _box(x: float, y: float, width: float, height: float) -> str:
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"/>'


def _svg(chart: Chart, drawn: str, links: Sequence[str], *, height: int = HEIGHT) -> Markup:
    name = escape(chart.name)
    return Markup(  # noqa: S704 - numbers and names of ours; labels are escaped
        f'<svg class="chart" viewBox="0 0 {WIDTH} {height}">'
        f'<g role="img" aria-labelledby="{name}-t {name}-d">'
        f'<title id="{name}-t">{escape(chart.title)}</title>'
        f'<desc id="{name}-d">{escape(chart.sentence)}</desc>{drawn}</g>'
        f'<g class="chart-links" aria-hidden="true" fill="transparent">{"".join(links)}</g></svg>'
    )


def _axis(chart: Chart) -> str:
    """Draw the ground, the height of the highest mark, and the names of the first and the last."""
    ground = TOP + PLOT + 0.5
    ends = ""
    if chart.marks:
        first, last = escape(chart.marks[0].label), escape(chart.marks[-1].label)
        ends = f'<text x="{LEFT}" y="{HEIGHT - 5}">{first}</text>'
        if len(chart.marks) > 1:
            ends += f'<text x="{WIDTH - LEFT}" y="{HEIGHT - 5}" text-anchor="end">{last}</text>'
    return (
        f'<g class="chart-axis" fill="currentColor"><text x="{LEFT}" y="11">{escape(chart.top_words)}</text>'
        f'{ends}<path stroke="currentColor" d="M{LEFT} {ground}H{WIDTH - LEFT}"/>'
        f'<path stroke="currentColor" stroke-dasharray="2 4" d="M{LEFT} {TOP}.5H{WIDTH - LEFT}"/></g>'
    )


def _columns(chart: Chart) -> list[str]:
    room = _room(chart)
    return [_link(mark, _box(LEFT + room * place, TOP, room, PLOT)) for place, mark in enumerate(chart.marks)]


def _link(mark: Mark, box: str) -> str:
    if not mark.href:
        return ""
    said = f"{escape(mark.label)}: {escape(mark.words)}"
    return f'<a href="{escape(mark.href)}" tabindex="-1"><title>{said}</title>{box}</a>'
