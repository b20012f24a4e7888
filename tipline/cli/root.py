"""The command `tipline`, to which the other files add their verbs."""

import click

from tipline import __version__


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="tipline")
def tipline() -> None:
    """The tip desk of a newsroom."""
