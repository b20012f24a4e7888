"""`tipline …`: every verb a thin call into a feature.

A verb exits 0 on success, 1 when it was refused or failed (one sentence on standard error, no
traceback), 2 on wrong usage. Imports stand inside the verbs, so that `tipline --help` answers at once.
"""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tipline import __version__
from tipline.errors import TiplineError

if TYPE_CHECKING:
    from tipline.config import Settings
    from tipline.db import Database

ROLES = click.Choice(["moderator", "editor", "admin"])


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="tipline")
def tipline() -> None:
    """The tip desk of a newsroom."""


def main() -> None:
    """Run a verb; turn what went wrong into a sentence and an exit code."""
    try:
        tipline.main(prog_name="tipline", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.ctx.get_help())
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(1)
    except TiplineError as error:
        click.echo(error.message, err=True)
        sys.exit(1)


def _settings(**overrides: str) -> "Settings":
    from tipline import logs
    from tipline.config import Settings, ensure_home

    settings = ensure_home(Settings.from_env(os.environ, **overrides))
    logs.configure(settings.log_format)
    return settings


def _database(settings: "Settings", *, upgrade: bool = True) -> "Database":
    from tipline import schema
    from tipline.db import Database

    db = Database(settings.database_url)
    if upgrade and (db.path is None or not db.path.exists() or schema.current(db) != schema.head()):
        schema.upgrade(db)
    return db


@tipline.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1, 64), help="Web processes.")
def serve(host: str, port: int, workers: int) -> None:
    """Serve the newsroom; on first start create its home and database."""
    settings = _settings()
    db = _database(settings)
    lines = [f"{settings.site_name} is at {settings.site_url or f'http://{host}:{port}'}"]
    if not _has_users(db):
        lines.append("Make the first account: tipline user add you@example.org --role admin")
    db.dispose()
    _serve(settings, host, port, workers, lines)


def _serve(settings: "Settings", host: str, port: int, workers: int, lines: list[str]) -> None:
    from tipline import serve as tree

    code = tree.serve(settings, host, port, workers, ready=lambda: click.echo("\n".join(lines)))
    if code:
        sys.exit(code)


def _has_users(db: "Database") -> bool:
    from tipline.accounts import queries

    with db.read() as session:
        return queries.any_user(session)


@tipline.command()
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option(
    "--home", type=click.Path(path_type=Path), help="Keep the demo here; a throwaway folder otherwise."
)
def demo(port: int, home: Path | None) -> None:
    """Serve a demo newsroom with stories, people and tips."""
    import tempfile

    if home:
        _demo(port, home)
        return
    with tempfile.TemporaryDirectory(prefix="tipline-demo-") as folder:
        _demo(port, Path(folder))


def _demo(port: int, home: Path) -> None:
    lines = _prepare_demo(home)
    _serve(_settings(), "127.0.0.1", port, 1, [f"The demo newsroom is at http://127.0.0.1:{port}", *lines])


def _prepare_demo(home: Path) -> list[str]:
    """Point the environment at `home`, fill it when it is new, and return the lines that name the logins."""
    from tipline.demo import build

    os.environ["TIPLINE_HOME"] = str(home)
    os.environ.setdefault("TIPLINE_SITE_NAME", build.SITE_NAME)
    settings = _settings()
    db = _database(settings)
    password_file = settings.home / "demo_password"
    if not _has_users(db):
        import secrets

        password = f"marquee-{secrets.token_hex(4)}"
        password_file.touch(mode=0o600)
        password_file.write_text(password)
        build.build(db, settings, password=password)
    elif not password_file.exists():
        raise TiplineError(f"{settings.home} holds a real newsroom; name another folder for the demo.")
    password = password_file.read_text()
    db.dispose()
    lines = [f"  {login.role:<10} {login.email:<24} {password}" for login in build.logins()]
    return ["Sign in under /newsroom with one of these:", *lines, "Ctrl-C ends it."]


@tipline.command()
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
def dev(port: int) -> None:
    """Serve the demo with reload and debugger, for work on Tipline itself."""
    import tempfile

    from tipline.app import create_app

    home = Path(os.environ.get("TIPLINE_HOME") or Path(tempfile.gettempdir()) / f"tipline-dev-{os.getuid()}")
    for line in _prepare_demo(home):
        click.echo(line)
    create_app(_settings()).run(port=port, debug=True, threaded=True)


@tipline.command()
def upgrade() -> None:
    """Bring the database's schema to this version."""
    from tipline import schema

    db = _database(_settings(), upgrade=False)
    schema.upgrade(db)
    click.echo(f"The schema is at {schema.current(db)}.")


@tipline.command()
@click.option("--once", is_flag=True, help="Do what is due, then end.")
def worker(once: bool) -> None:
    """Do the duties in the background: index, seal, wake, deliver."""
    from tipline import worker as duties

    duties.run(_settings(), once=once)


@tipline.command()
def config() -> None:
    """Print the effective settings, with secrets masked."""
    from tipline.config import Settings

    for name, value, doc in Settings.from_env(os.environ).masked():
        click.echo(f"{name}={value}\n    {doc}")


@tipline.group()
def user() -> None:
    """Accounts of the newsroom."""


@user.command("add")
@click.argument("email")
@click.option("--role", type=ROLES, required=True)
@click.option("--name", default="", help="As others see it; the part before the @ otherwise.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
def user_add(email: str, role: str, name: str, password_stdin: bool) -> None:
    """Add an account; without a password, print a link that lets its owner choose one."""
    from tipline import clock
    from tipline.accounts import actions, passwords
    from tipline.models import Role

    settings = _settings()
    db = _database(settings)
    password = sys.stdin.readline().rstrip("\n") if password_stdin else None
    hashed = (
        passwords.hash_password(passwords.checked(password, email=email)) if password is not None else None
    )
    with db.write() as session:
        added = actions.create_user(session, email=email, name=name or email.split("@")[0], role=Role(role),
                                    password_hash=hashed, now=clock.now())  # fmt: skip
        token = None if hashed else actions.start_reset(session, added, now=clock.now())
    click.echo(f"Added {added.email} as {role}.")
    if token:
        click.echo(f"Within an hour, choose a password at {settings.site_url or ''}/newsroom/reset/{token}")


@user.command("list")
def user_list() -> None:
    """List all accounts."""
    from tipline.accounts import queries

    with _database(_settings()).read() as session:
        for each in queries.all_users(session):
            click.echo(
                f"{each.email}\t{each.role}\t{each.name}\t{'disabled' if each.disabled_at else 'active'}"
            )


@user.command("disable")
@click.argument("email")
def user_disable(email: str) -> None:
    """Disable an account and end its sessions."""
    from tipline import clock
    from tipline.accounts import actions

    with _database(_settings()).write() as session:
        actions.disable(session, email, now=clock.now())
    click.echo(f"Disabled {email}.")


@user.command("reset")
@click.argument("email")
def user_reset(email: str) -> None:
    """Print a link with which somebody chooses a new password."""
    from tipline import clock
    from tipline.accounts import actions, queries

    settings = _settings()
    with _database(settings).write() as session:
        token = actions.start_reset(session, queries.user_named(session, email), now=clock.now())
    click.echo(f"Within an hour, choose a password at {settings.site_url or ''}/newsroom/reset/{token}")


@tipline.group()
def stories() -> None:
    """Stories of the newsroom."""


@stories.command("import")
@click.argument("source", type=click.Path(path_type=Path))
@click.option("--kind", default="auto", show_default=True, help="auto, wordpress or text.")
@click.option("--json", "as_json", is_flag=True, help="Print the counts as JSON.")
def stories_import(source: Path, kind: str, as_json: bool) -> None:
    """Import stories from a file."""
    import json

    from tipline import clock
    from tipline.stories import sources
    from tipline.stories.actions import import_stories

    settings = _settings()
    try:
        data = source.read_bytes()
    except OSError as error:
        raise TiplineError(f"{source} cannot be read: {error.strerror}.") from error
    found = sources.parse(data, source.name, kind=kind, site_timezone=settings.site_timezone)
    report = import_stories(_database(settings), found, now=clock.now(), site_timezone=settings.site_timezone)
    counts = {name: getattr(report, name) for name in ("new", "changed", "unchanged", "gone", "failed")}
    if as_json:
        click.echo(json.dumps({**counts, "failures": [str(failure) for failure in report.failures]}))
    else:
        click.echo(", ".join(f"{count} {name}" for name, count in counts.items()))
        for failure in report.failures:
            click.echo(str(failure), err=True)
    if counts["failed"]:
        sys.exit(1)


@tipline.group()
def audit() -> None:
    """The audit trail."""


@audit.command("verify")
@click.option("--head", help="A head printed earlier and kept elsewhere; the chain must still contain it.")
def audit_verify(head: str | None) -> None:
    """Walk the chain of seals; say what was edited, deleted or cut off."""
    from tipline import audit as trail
    from tipline.keys import Keyring

    settings = _settings()
    with _database(settings).read() as session:
        report = trail.verify(session, Keyring.of(settings.encryption_keys), head=head)
    for fault in report.faults:
        click.echo(fault, err=True)
    click.echo(f"{report.sealed} events sealed, {report.unsealed} waiting for their seal; head {report.head}")
    if report.faults:
        raise TiplineError("The audit trail was tampered with.")
