"""The verb that measures what the machine adds."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tipline.assist.evaluate import SUBJECTS, subject
from tipline.cli import home as desk
from tipline.cli.root import tipline

if TYPE_CHECKING:
    from tipline.assist.evaluate import Report


@tipline.command()
@click.argument("what", type=click.Choice(SUBJECTS))
@click.option(
    "--data", type=click.Path(path_type=Path), help="Measure on the files of this folder, not on decisions."
)
@click.option("--json", "as_json", is_flag=True, help="Print the measures as JSON.")
def evaluate(what: str, data: Path | None, as_json: bool) -> None:
    """Measure how often the machine is right, on given data or on the newsroom's own decisions."""
    chosen = subject(what)
    if data:
        report = chosen.of_data(data)
    else:
        with desk.database(desk.settings()).read() as session:
            report = chosen.of_decisions(session)
    click.echo(json.dumps(report) if as_json else "\n".join(_lines(report)))


def _lines(report: "Report", *above: str) -> Iterator[str]:
    for name, value in report.items():
        if isinstance(value, dict):
            yield from _lines(value, *above, name)
        else:
            yield f"{' '.join((*above, name)):<40}{'none' if value is None else value:>10}"
