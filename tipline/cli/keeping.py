"""Verbs on what is kept: backups, retention, and the keys that seal."""

import json
import os
import sys
from datetime import timedelta
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click

from tipline.cli import home as desk
from tipline.cli.root import tipline
from tipline.errors import TiplineError

if TYPE_CHECKING:
    from tipline.config import Settings
    from tipline.db import Database
    from tipline.keeping.backup import BackedUp
    from tipline.keeping.reseal import Resealed
    from tipline.keys import Keyring


@tipline.command()
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
def backup(file: Path) -> None:
    """Copy database and files into one new file, while serving; the keys are not in it.

    "-" writes to standard output, such as into what encrypts it. A database on PostgreSQL is copied with
    pg_dump, before this copies the files.
    """
    from tipline.keeping import backup as copying
    from tipline.storage import storage_of

    settings = desk.settings()
    db, storage = desk.database(settings, upgrade=False), storage_of(settings)
    if db.path is not None and not db.path.exists():
        raise TiplineError(f"There is no database in {settings.home} yet.")
    count = sum(1 for _ in storage.list())
    with click.progressbar(length=count, label="Copying files", file=sys.stderr) as bar:
        if str(file) == "-":
            beside = db.path.parent if db.path else settings.home
            made = copying.stream_backup(db, storage, sys.stdout.buffer, beside, progress=bar.update)
        else:
            made = copying.back_up(db, storage, file.absolute(), progress=bar.update)
    _say_what_was_copied(made, file, settings)


def _say_what_was_copied(made: "BackedUp", file: Path, settings: "Settings") -> None:
    to_stderr = str(file) == "-"
    database = "the database and " if made.database else ""
    click.echo(f"Copied to {file}: {database}{made.file_count:,} parts of files.", err=to_stderr)
    if not made.database:
        click.echo(
            "The database is NOT in it, because it is on PostgreSQL: copy it with pg_dump, before the files.",
            err=True,
        )
    click.echo(
        f"Keep secret_key and encryption_keys of {settings.home} elsewhere: without them nothing opens.",
        err=to_stderr,
    )


@tipline.command()
@click.argument("file", type=click.File("rb"))
def restore(file: IO[bytes]) -> None:
    """Put a backup of this or an earlier version into a home that holds no newsroom yet.

    "-" reads standard input, such as from what decrypts it.
    """
    from tipline import schema
    from tipline.db import Database
    from tipline.keeping.restore import restore as put_back

    settings = desk.settings_as_found()
    with click.progressbar(length=_bytes_in(file), label="Restoring", file=sys.stderr) as bar:
        done = put_back(settings, file, progress=bar.update)
    if done.made_by.schema is None:
        click.echo(f"Restored {done.file_count:,} parts of files; the database is put back by pg_restore.")
        return
    db = Database(settings.database_url)
    click.echo(
        f"Restored into {settings.home}: the database, made by Tipline {done.made_by.version} and now at "
        f"schema {schema.current(db)}, and {done.file_count:,} parts of files."
    )
    lost = desk.said_of_lost_keys(db, settings)
    click.echo(lost or "The keys that it needs are here.")


def _bytes_in(file: IO[bytes]) -> int:
    """Return how long a file is; 0 for what comes through a pipe, whose length nobody knows."""
    try:
        return os.fstat(file.fileno()).st_size
    except OSError:
        return 0


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
    from tipline.keeping import lost_keys, reseal
    from tipline.keys import Keyring

    settings = desk.settings()
    db = desk.database(settings)
    with db.read() as session:
        held = reseal.held(session, Keyring.of_settings(settings))
    if as_json:
        click.echo(json.dumps({each.key_id: dict(each.counts) for each in held}))
        return
    click.echo(f"{'key':<18}" + "".join(f"{kind:>12}" for kind in held[0].counts))
    for each in held:
        counts = "".join(f"{count:>12,}" for count in each.counts.values())
        click.echo(f"{each.key_id:<18}{counts}  {each.state}")
    if lost := [each.key_id for each in held if each.state.startswith("MISSING")]:
        click.echo(lost_keys.sentence(lost, settings))


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
