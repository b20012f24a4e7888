"""Verbs on tips in bulk."""

import sys
from pathlib import Path

import click

from tipline.cli import home as desk
from tipline.cli.root import tipline
from tipline.errors import TiplineError

STATES = ("all", "pending", "accepted", "declined", "spam", "snoozed")


@tipline.group()
def tips() -> None:
    """Tips in bulk."""


@tips.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the counts as JSON.")
def tips_import(file: Path, as_json: bool) -> None:
    """Import tips from a .csv or .jsonl file, whose columns are the form's fields.

    Each row passes the form's checks; those that are refused are told with their lines. A file can be given
    again: what is here already is left as it is.
    """
    import json

    from tipline import clock
    from tipline.intake.importing import count_rows, import_tips
    from tipline.keys import Keyring

    settings = desk.settings()
    db, keyring = desk.database(settings), Keyring.of_settings(settings)
    try:
        rows = count_rows(file)
        with click.progressbar(length=rows, label="Importing", file=sys.stderr) as bar:
            report = import_tips(db, keyring, file, now=clock.now(), progress=bar.update)
    except OSError as error:
        raise TiplineError(f"{file} cannot be read: {error.strerror}.") from error
    if as_json:
        click.echo(json.dumps({**report.counts(), "failures": report.failures}))
    else:
        click.echo(", ".join(f"{count:,} {name}" for name, count in report.counts().items()))
        for failure in report.failures:
            click.echo(failure, err=True)
    if report.failures:
        sys.exit(1)


@tips.command("export")
@click.option("--state", type=click.Choice(STATES), default="all", show_default=True)
@click.option("--format", "kind", type=click.Choice(("csv", "jsonl")), default="csv", show_default=True)
@click.option("--search", default="", help="As in the queue's search field.")
def tips_export(state: str, kind: str, search: str) -> None:
    """Print tips, newest first, without how to reach their tipsters."""
    from tipline import audit, clock
    from tipline.keys import Keyring
    from tipline.search.query import Asker
    from tipline.triage.export import Export, Format, lines, record_export
    from tipline.triage.listing import Listing

    settings, now = desk.settings(), clock.now()
    asked = Export(Listing.of({"state": state, "q": search}), Format(kind), audit.MACHINE, Asker(now=now))
    db = desk.database(settings)
    with db.write() as session:
        record_export(session, asked, now=now)
    for line in lines(db, Keyring.of_settings(settings), asked):
        click.echo(line, nl=False)
