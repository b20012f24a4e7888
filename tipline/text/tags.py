"""Read HTML as a row of tags and texts, in linear time whatever it holds.

The parsers of bleach and of the standard library take seconds for some inputs of a few hundred
kilobytes. This reader builds no tree, never goes back, and is run before them. It need not agree with
a browser about every broken page: nothing it lets through is trusted for that.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_TAG_NAME = re.compile(r"</?([A-Za-z][^\s/>]*)")
_TAG_STEP = re.compile(r"=\s*([\"'])|>")
_HREF = re.compile(r"(?:^|[\s\"'/])href\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))", re.IGNORECASE)
# What stands inside these is not text for a reader.
_OPAQUE_NAMES = """
applet audio canvas head iframe math noembed noframes noscript object plaintext script select style svg
template textarea title video xmp
"""
_OPAQUE = frozenset(_OPAQUE_NAMES.split())


@dataclass(frozen=True, slots=True)
class Tag:
    """A start or end tag; `href` is as written, entities included."""

    name: str
    closes: bool
    href: str | None = None


def read_tags(html: str) -> Iterator[Tag | str]:
    """Yield tags and the texts between them; comments, scripts and the like are left out.

    Texts keep their entities. A tag that never ends takes the rest of the page with it, as in a browser.
    """
    position = 0
    while position < len(html):
        opening = html.find("<", position)
        if opening != position:
            yield html[position : opening if opening >= 0 else len(html)]
        if opening < 0:
            return
        position, token = _read_markup(html, opening)
        if token is None:
            continue
        yield token
        if isinstance(token, Tag) and token.name in _OPAQUE and not token.closes:
            position = _end_of_opaque(html, token.name, position)


def _read_markup(html: str, start: int) -> tuple[int, Tag | str | None]:
    """Read what begins with "<" at `start`: where it ends, and a tag, a stray "<" or nothing."""
    if html.startswith("<!--", start):
        return _after(html, "-->", start + 4), None
    if html.startswith(("<!", "<?"), start):
        return _after(html, ">", start), None
    name = _TAG_NAME.match(html, start)
    if name is None:
        return start + 1, "<"
    end = _end_of_tag(html, name.end())
    href = _HREF.search(html, name.end(), end)
    value = next((group for group in href.groups() if group is not None), None) if href else None
    return end, Tag(name.group(1).lower(), html[start + 1] == "/", value)


def _end_of_tag(html: str, position: int) -> int:
    while found := _TAG_STEP.search(html, position):
        if found.group(1) is None:
            return found.end()
        position = _after(html, found.group(1), found.end())
    return len(html)


def _end_of_opaque(html: str, name: str, position: int) -> int:
    closing = re.compile(rf"</{re.escape(name)}(?![^\s/>])", re.IGNORECASE).search(html, position)
    return closing.start() if closing else len(html)


def _after(html: str, mark: str, position: int) -> int:
    found = html.find(mark, position)
    return len(html) if found < 0 else found + len(mark)
