"""The command `tipline`, to which the other files add their verbs."""

import click

from tipline import __version__
from tipline.errors import Invalid
from tipline.setting_values import is_text


class Verb(click.Command):
    """A verb that takes words in UTF-8 only; the names of files are bytes, and may be any."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        rest = super().parse_args(ctx, args)
        for each in self.params:
            said = ctx.params.get(each.name or "")
            is_word = isinstance(each.type, click.types.StringParamType)
            if is_word and said is not None and not is_text(said):
                raise Invalid(f"{each.human_readable_name} is not written in UTF-8; type it anew.")
        return rest


class Verbs(click.Group):
    """Verbs on one thing."""

    command_class = Verb
    group_class = type


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="tipline")
def tipline() -> None:
    """The tip desk of a newsroom."""
