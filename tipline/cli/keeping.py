"""Verbs on what is kept: backups, retention, and the keys that seal."""

import json
import sys
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tipline.cli import home as desk
from tipline.cli.root import tipline
from tipline.errors import TiplineError

if TYPE_CHECKING:
    from tipline.db import Database
    from tipline.keeping.reseal import Resealed
    from tipline.keys import Keyring


@tipline.command()
@click.argument("folder", type=click.Path(path_type=Path))
def backup(folder: Path) -> None:
    """Copy database and files into a new folder, while serving; the keys are not in it.

    A database on PostgreSQL is copied with pg_dump, before the files; files in a bucket by their provider.
    """
    from tipline.keeping.backup import back_up
    from tipline.storage import storage_of

    settings = desk.settings()
    in_bucket = settings.storage_url.startswith("s3:")
    db = desk.database(settings, upgrade=False)
    if db.path is not None and not db.path.exists():
        raise TiplineError(f"There is no database in {settings.home} yet.")
    made = back_up(db.path, None if in_bucket else storage_of(settings), folder.absolute())
    parts = ["the database"] if made.database else []
    parts += [] if in_bucket else [f"{made.file_count:,} parts of files"]
    click.echo(f"Copied to {folder}: {' and '.join(parts) or 'nothing, all of it is kept elsewhere'}.")
    click.echo(
        f"Keep secret_key and encryption_keys of {settings.home} elsewhere: without them nothing opens."
    )


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


@tipline.group()
def keys() -> None:
    """The keys that seal contacts and files."""


@keys.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print the counts as JSON.")
def keys_list(as_json: bool) -> None:
    """List the keys, the one in use first, and how many rows still need each."""
    from tipline.keeping import reseal
    from tipline.keys import Keyring

    settings = desk.settings()
    with desk.database(settings).read() as session:
        held = reseal.held(session, Keyring.of_settings(settings))
    if as_json:
        click.echo(json.dumps({each.key_id: dict(each.counts) for each in held}))
        return
    click.echo(f"{'key':<18}" + "".join(f"{kind:>12}" for kind in held[0].counts))
    for each in held:
        counts = "".join(f"{count:>12,}" for count in each.counts.values())
        click.echo(f"{each.key_id:<18}{counts}  {each.state}")


@keys.command("rotate")
def keys_rotate() -> None:
    """Make a new key and seal everything anew, while serving; or finish what was broken off."""
    from tipline.keys import Keyring

    settings = desk.settings()
    db, ring = desk.database(settings), Keyring.of_settings(settings)
    done = _reseal(db, ring)
    if not done.count:
        ring = _with_new_key(ring)
        done = _reseal(db, ring)
    click.echo(f"{done.count:,} sealed anew with {ring.current}; older keys stay for receipts and the trail.")
    if done.broken:
        raise TiplineError(
            f"{done.broken:,} did not open and were left as they are; see `tipline keys list`."
        )


def _reseal(db: "Database", ring: "Keyring") -> "Resealed":
    from tipline.keeping import reseal

    with db.read() as session:
        waiting = reseal.waiting(session, ring)
    if not waiting:
        return reseal.Resealed(0, 0)
    with click.progressbar(length=waiting, label="Sealing anew", file=sys.stderr) as bar:
        return reseal.reseal(db, ring, progress=bar.update)


def _with_new_key(ring: "Keyring") -> "Keyring":
    from tipline.keys import a_key, as_setting

    if ring.file is None:
        raise TiplineError(
            "The keys are given by TIPLINE_ENCRYPTION_KEYS, so a new one is made there, in two steps, on "
            f"every machine. Add this one at the end and restart: {as_setting(a_key())} – then move it to "
            "the front, restart, and run `tipline keys rotate` again: it seals everything anew."
        )
    click.echo("Making a key known to every process…", err=True)
    try:
        ring.file.add()
    except OSError as error:
        raise TiplineError(
            f"The file of keys cannot be written ({error.strerror}); nothing was changed."
        ) from error
    return ring.file.ring(at_once=True)
