"""Where stories come from: one parser a kind of source, found by name or by looking at the data.

A new source is one file with `KIND` and `parse`, named in `_MODULES`. Parsers are pure: bytes in,
stories and failures out; fetching and storing is for others.
"""

import re
from collections.abc import Callable

from tipline.errors import Invalid
from tipline.stories.sources import text, wordpress
from tipline.stories.sources.found import Found, FoundStory, Related, Unreadable

__all__ = ["AUTO", "PARSERS", "Found", "FoundStory", "Related", "Unreadable", "detect", "parse"]

AUTO = "auto"

Parser = Callable[[bytes, str, str], list[Found]]
_MODULES = (text, wordpress)
PARSERS: dict[str, Parser] = {module.KIND: module.parse for module in _MODULES}

_LOOKED_AT_BYTES = 4096
_HTML = re.compile(rb"\s*(?:<!--.*?-->\s*)?<(?:!doctype html|html|head|body)\b", re.IGNORECASE | re.DOTALL)
_XML = re.compile(rb"\s*<\?xml|\s*<(?:rss|feed|urlset|sitemapindex)\b", re.IGNORECASE)


def parse(data: bytes, name: str, *, kind: str = AUTO, site_timezone: str) -> list[Found]:
    """Read the stories in `data`, each as a `FoundStory` or as an `Unreadable` with its reason.

    Args:
        data: what the source holds.
        name: its file name or address, for failures and to tell its kind.
        kind: a key of `PARSERS`, or "auto".
        site_timezone: the zone of the site's clock, for times printed without or with a wrong one.

    Raises:
        Invalid: there is no parser for that kind.

    """
    wanted = detect(data, name) if kind == AUTO else kind
    if wanted not in PARSERS:
        raise Invalid(
            f"Stories of the kind “{wanted}” cannot be read yet. Choose one of: {', '.join(PARSERS)}."
        )
    return PARSERS[wanted](data, name, site_timezone)


def detect(data: bytes, name: str) -> str:
    """Tell the kind of a source from how its data begins and, failing that, from its name.

    The answer may be a kind that has no parser yet (page, feed).
    """
    start = data[:_LOOKED_AT_BYTES].removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith((b"{", b"[{", b"[]")) or re.match(rb"\[\s+[{\]]", start):
        return wordpress.KIND
    if _XML.match(start):
        return "feed"
    if _HTML.match(start):
        return "page"
    return wordpress.KIND if name.lower().endswith(".json") else text.KIND
