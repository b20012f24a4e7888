"""Verbs on stories and people, and on the audit trail."""

import re
import sys
from pathlib import Path

import click

from tipline.cli import home as desk
from tipline.cli.root import tipline
from tipline.errors import TiplineError

KINDS = ("auto", "wordpress", "text")  # those of `stories.sources`, which would be slow to import here
ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)


@tipline.group()
def stories() -> None:
    """Stories of the newsroom."""


@stories.command("import")
@click.argument("source", type=click.Path())
@click.option("--kind", default="auto", show_default=True, type=click.Choice(KINDS))
@click.option("--json", "as_json", is_flag=True, help="Print the counts as JSON.")
def stories_import(source: str, kind: str, as_json: bool) -> None:
    """Import stories from a file."""
    import json

    from tipline import clock
    from tipline.stories import sources
    from tipline.stories.actions import import_stories

    if ADDRESS.match(source):
        raise TiplineError("Stories cannot be read from an address yet; save them to a file and import that.")
    settings, file = desk.settings(), Path(source)
    found = sources.parse(_content(file), file.name, kind=kind, site_timezone=settings.site_timezone)
    report = import_stories(
        desk.database(settings), found, now=clock.now(), site_timezone=settings.site_timezone
    )
    counts = {name: getattr(report, name) for name in ("new", "changed", "unchanged", "gone", "failed")}
    if as_json:
        click.echo(json.dumps({**counts, "failures": report.failures}))
    else:
        click.echo(", ".join(f"{count} {name}" for name, count in counts.items()))
        for failure in report.failures:
            click.echo(failure, err=True)
    if counts["failed"]:
        sys.exit(1)


@tipline.group()
def people() -> None:
    """The Star Seeker's names."""


@people.command("import")
@click.argument("file", type=click.Path(path_type=Path))
def people_import(file: Path) -> None:
    """Import names from a CSV file with the columns name and aliases (separated by semicolons).

    The head may be left out, or be divided by semicolons or tabs as the lines are. Other columns are ignored.
    """
    from tipline import clock
    from tipline.stories.people import import_people

    report = import_people(desk.database(desk.settings()), _content(file), now=clock.now())
    click.echo(", ".join(f"{count} {name}" for name, count in report.counts().items()))
    for failure in report.failures:
        click.echo(failure, err=True)
    if report.failures:
        sys.exit(1)


@people.command("list")
def people_list() -> None:
    """List the people readers can find, A to Z."""
    from tipline.stories.desk_queries import list_people

    with desk.database(desk.settings()).read() as session:
        after: str | None = ""
        while after is not None:
            page = list_people(session, after=after)
            for each in page.people:
                click.echo(each.name)
            after = page.after


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise TiplineError(f"{file} cannot be read: {error.strerror}.") from error


@tipline.group()
def audit() -> None:
    """The audit trail."""


@audit.command("verify")
@click.option("--head", help="A head printed earlier and kept elsewhere; the chain must still contain it.")
def audit_verify(head: str | None) -> None:
    """Walk the chain of seals; say what was edited, deleted or cut off."""
    from tipline import audit as trail
    from tipline.keys import Keyring

    settings = desk.settings()
    with desk.database(settings).read() as session:
        report = trail.verify(session, Keyring.of(settings.encryption_keys), head=head)
    for fault in report.faults:
        click.echo(fault, err=True)
    click.echo(f"{report.sealed} events sealed, {report.unsealed} waiting for their seal; head {report.head}")
    if report.faults:
        raise TiplineError("The audit trail was tampered with.")
