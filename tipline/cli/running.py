"""Verbs that run the desk: serve it, show it, work in its background."""

import logging
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tipline.cli import home as desk
from tipline.cli.root import tipline
from tipline.errors import TiplineError

if TYPE_CHECKING:
    from tipline.config import Settings


@tipline.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1, 64), help="Web processes.")
def serve(host: str, port: int, workers: int) -> None:
    """Serve the newsroom; on first start create its home and database."""
    settings = desk.settings()
    db = desk.database(settings)
    lines = [f"{settings.site_name} is at {settings.site_url or f'http://{host}:{port}'}"]
    if not desk.has_users(db):
        lines.append("Make the first account: tipline user add you@example.org --role admin")
    if lost := desk.said_of_lost_keys(db, settings):
        logging.getLogger("tipline.keys").warning(lost)
        lines.append(lost)
    db.dispose()
    _serve(settings, host, port, workers, lines)


def _serve(settings: "Settings", host: str, port: int, workers: int, lines: list[str]) -> None:
    from tipline import serve as tree

    code = tree.serve(settings, host, port, workers, ready=lambda: click.echo("\n".join(lines)))
    if code:
        sys.exit(code)


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
    _serve(
        desk.settings(), "127.0.0.1", port, 1, [f"The demo newsroom is at http://127.0.0.1:{port}", *lines]
    )


def _prepare_demo(home: Path) -> list[str]:
    """Point the environment at `home`, fill it when it is new, and return the lines that name the logins."""
    from tipline.demo import build

    os.environ["TIPLINE_HOME"] = str(home)
    os.environ.setdefault("TIPLINE_SITE_NAME", build.SITE_NAME)
    settings = desk.settings()
    db = desk.database(settings)
    password_file = settings.home / "demo_password"
    if not desk.has_users(db):
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
    import signal
    import tempfile

    from tipline.app import create_app

    home = Path(os.environ.get("TIPLINE_HOME") or Path(tempfile.gettempdir()) / f"tipline-dev-{os.getuid()}")
    for line in _prepare_demo(home):
        click.echo(line)
    # A shell that starts us in the background has us ignore Ctrl-C; Python takes that over, Flask with it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    create_app(desk.settings()).run(port=port, debug=True, threaded=True)


@tipline.command()
def upgrade() -> None:
    """Bring the database's schema to this version."""
    from tipline import schema

    db = desk.database(desk.settings(), upgrade=False)
    schema.upgrade(db)
    click.echo(f"The schema is at {schema.current(db)}.")


@tipline.command()
@click.option("--once", is_flag=True, help="Do what is due, then end.")
def worker(once: bool) -> None:
    """Do the duties in the background: index, seal, wake, deliver."""
    from tipline import worker as duties

    settings = desk.settings()
    if once:  # who stays waits for its database
        desk.database(settings, upgrade=False).dispose()
    duties.run(settings, once=once)


@tipline.command()
def config() -> None:
    """Print the effective settings, with secrets masked."""
    from tipline.config import Settings

    for name, value, doc in Settings.from_env(os.environ).masked():
        click.echo(f"{name}={value}\n    {doc}")
