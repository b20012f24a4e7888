"""`tipline …`: every verb a thin call into a feature.

A verb exits 0 on success, 1 when it was refused or failed (one sentence on standard error, no
traceback), 2 on wrong usage. Imports stand inside the verbs, so that `tipline --help` answers at once.
"""

import sys

import click

from tipline.cli import accounts, content, evaluating, keeping, running, tips
from tipline.cli.output import tell_of_lost_output
from tipline.cli.root import tipline
from tipline.errors import TiplineError

__all__ = ["accounts", "content", "evaluating", "keeping", "main", "running", "tipline", "tips"]


def main() -> None:
    """Run a verb; turn what went wrong into a sentence and an exit code."""
    tell_of_lost_output()
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
