"""Show a story's text as blocks, so that a page can put something between two of them."""

import re
from collections.abc import Iterator

import nh3
from markupsafe import Markup

from tipline.text.linkify import paragraphs
from tipline.text.sanitize import LINK_REL, TAGS

_TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)[^>]*>")
_VOID = frozenset({"br", "hr"})


def story_blocks(body: str, body_html: str | None) -> list[Markup]:
    """List the paragraphs, lists and quotes of a story in their order, each well-formed by itself.

    Args:
        body: plain paragraphs, a blank line between two.
        body_html: the same as it was cleaned when it came in; shown instead where there is some.

    """
    if body_html:
        return [block for part in _top_level(body_html) if (block := _clean_again(part)).strip()]
    return [block for part in body.split("\n\n") if (block := paragraphs(part))]


def _top_level(html: str) -> Iterator[str]:
    """Cut after each element that no other element holds."""
    depth = start = 0
    for tag in _TAG.finditer(html):
        if tag[2] in _VOID:
            continue
        depth = max(0, depth + (-1 if tag[1] else 1))
        if not depth and tag[1] and tag[2] in _BLOCKS:
            yield html[start : tag.end()]
            start = tag.end()
    yield html[start:]


_BLOCKS = frozenset({"blockquote", "h2", "h3", "h4", "ol", "p", "pre", "table", "ul"})


def _clean_again(html: str) -> Markup:
    """Clean what comes out of the database: it costs little, and a restored backup is a stranger too."""
    return Markup(  # noqa: S704 - the result of a sanitizer
        nh3.clean(
            html,
            tags=set(TAGS),
            attributes={"a": {"href"}},
            url_schemes={"http", "https"},
            link_rel=LINK_REL,
        )
    )
