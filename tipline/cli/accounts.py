"""Verbs on accounts."""

import sys
from typing import TYPE_CHECKING

import click

from tipline.cli import home as desk
from tipline.cli.root import tipline
from tipline.errors import Invalid
from tipline.setting_values import is_text

if TYPE_CHECKING:
    from tipline.config import Settings

ROLES = click.Choice(["moderator", "editor", "admin"])


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

    settings = desk.settings()
    db = desk.database(settings)
    password = _first_line() if password_stdin else None
    hashed = (
        passwords.hash_password(passwords.checked(password, email=email)) if password is not None else None
    )
    with db.write() as session:
        added = actions.create_user(session, email=email, name=name or email.split("@")[0], role=Role(role),
                                    password_hash=hashed, now=clock.now())  # fmt: skip
        token = None if hashed else actions.start_reset(session, added, now=clock.now())
    click.echo(f"Added {added.email} as {role}.")
    if token:
        click.echo(_choose_at(settings, token))


@user.command("list")
def user_list() -> None:
    """List all accounts."""
    from tipline.accounts import queries

    with desk.database(desk.settings()).read() as session:
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

    with desk.database(desk.settings()).write() as session:
        actions.disable(session, email, now=clock.now())
    click.echo(f"Disabled {email}.")


@user.command("reset")
@click.argument("email")
def user_reset(email: str) -> None:
    """Print a link with which somebody chooses a new password."""
    from tipline import clock
    from tipline.accounts import actions, queries

    settings = desk.settings()
    with desk.database(settings).write() as session:
        token = actions.start_reset(session, queries.user_named(session, email), now=clock.now())
    click.echo(_choose_at(settings, token))


def _first_line() -> str:
    wrong = Invalid("The password on standard input is not written in UTF-8.")
    try:
        line = sys.stdin.readline().rstrip("\n")
    except UnicodeDecodeError as error:
        raise wrong from error
    if not is_text(line):  # where no language is set, Python lets other bytes through
        raise wrong
    return line


def _choose_at(settings: "Settings", token: str) -> str:
    path = f"/newsroom/reset/{token}"
    if settings.site_url:
        return f"Within an hour, choose a password at {settings.site_url}{path}"
    return f"Within an hour, choose a password at {path}, after the address that `tipline serve` prints."
