"""Render the Markdown of a draft, with the few things a newsroom writes: no raw HTML, no pictures."""

from collections.abc import Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup, escape

from tipline.errors import TooLarge
from tipline.text.sanitize import MAX_MARKDOWN_CHARACTERS, clean_markdown_html


def render(markdown: str) -> Markup:
    """Render `markdown` to clean HTML; a top heading comes out as a second, below the headline.

    Raises:
        TooLarge: the text or what it renders to is beyond the sanitizer's limits.

    """
    if len(markdown) > MAX_MARKDOWN_CHARACTERS:
        raise TooLarge(f"This text is over {MAX_MARKDOWN_CHARACTERS:,} characters. Shorten or split it.")
    return clean_markdown_html(_parser.render(markdown))


def _picture_as_text(_renderer: object, tokens: Sequence[Token], index: int, *_: object) -> str:
    return str(escape(tokens[index].content))


_parser = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable(["strikethrough", "table"])
_parser.add_render_rule("image", _picture_as_text)
