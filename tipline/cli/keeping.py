"""Verbs on what is kept: retention, and the keys that seal."""

import json
import sys
from datetime import timedelta

import click

from tipline.cli import home as desk
from tipline.cli.root import tipline


@tipline.command()
@click.option("--dry-run", is_flag=True, help="Say what is due, and erase nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the counts as JSON.")
def purge(dry_run: bool, as_json: bool) -> None:
    """Erase what is kept no longer; the worker does it every hour."""
    from tipline import clock
    from tipline.keeping import clearing
    from tipline.keeping import purge as purging

    settings, now = desk.settings(), clock.now()
    db = desk.database(settings)
    if dry_run:
        found = purging.plan(db, settings, now)
    else:
        due = sum(each.count for each in purging.plan(db, settings, now))
        with click.progressbar(length=due, label="Erasing", file=sys.stderr) as bar:
            found = purging.purge(db, settings, now, progress=lambda each: bar.update(each.count))
        # By hand somebody waits for it to be gone from the index, too, not only within a day.
        clearing.clear(db, None, now=now, words_within=timedelta(0))
    if as_json:
        click.echo(json.dumps({each.rule.name: each.count for each in found}))
        return
    for each in found:
        kept = f"after {each.rule.days:,} days" if each.rule.days else "kept"
        click.echo(f"{each.rule.name:<22}{kept:>18}{each.count:>12,}")
    total = sum(each.count for each in found)
    click.echo(f"{total:,} due; nothing was erased." if dry_run else f"{total:,} erased.")
