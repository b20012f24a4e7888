"""Turn the HTML of a story into the plain paragraphs that search, matching and people read."""

import re
from collections.abc import Iterator
from html import unescape

from tipline.text.clean import clean, clean_line
from tipline.text.tags import Tag, read_tags

_SPACES = re.compile(r"\s+")
_INLINE_NAMES = """
a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark q s samp small span strike
strong sub sup time tt u var wbr
"""
_INLINE = frozenset(_INLINE_NAMES.split())


def plain_paragraphs(html: str) -> list[str]:
    """List the paragraphs of `html` as text; a line break inside one is a newline."""
    texts: list[str] = []
    for block in _blocks(html):
        lines = (_SPACES.sub(" ", clean(unescape(line))).strip() for line in block)
        if text := "\n".join(line for line in lines if line):
            texts.append(text)
    return texts


def plain_line(html: str) -> str:
    """Return the text of `html` on one line."""
    return clean_line(" ".join(plain_paragraphs(html)))


def link_addresses(html: str) -> dict[str, str]:
    """Map the text of each link in `html` to its address, where that is http or https."""
    links: dict[str, str] = {}
    address, text = "", ""
    for token in read_tags(html):
        if isinstance(token, str):
            text += token
        elif token.name == "a":
            if token.closes and address:
                links.setdefault(plain_line(text), address)
            address, text = _web_address(token), ""
    return links


def _web_address(link: Tag) -> str:
    address = clean_line(unescape(link.href or ""))
    return address if address.lower().startswith(("http://", "https://")) else ""


def _blocks(html: str) -> Iterator[list[str]]:
    """Yield the blocks of `html` as lines; two breaks in a row part blocks as well."""
    lines: list[str] = []
    line: list[str] = []  # in pieces: joining them one by one would be quadratic
    for token in read_tags(html):
        if isinstance(token, str):
            line.append(token)
            continue
        is_break = token.name == "br"
        if not is_break and token.name in _INLINE:
            continue
        ended, line = "".join(line), []
        lines.append(ended)
        if not is_break or not ended.strip():
            yield lines
            lines = []
    yield [*lines, "".join(line)]
