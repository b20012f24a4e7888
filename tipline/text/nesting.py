"""Make any HTML well nested and shallow, in linear time, before a real parser sees it.

HTML lets a tag left open be opened again in every later paragraph, so that parsers that follow the
rules take quadratic time: 176 KB of nested inline tags kept bleach busy for 9.6 seconds. What leaves
here names only the given tags, closes each where it should, is never deeper than `MAX_DEPTH` and holds
at most `MAX_MARKS` tags and escaped characters (bleach is quadratic in these as well).
"""

from collections.abc import Set as AbstractSet
from html import escape, unescape

from tipline.errors import TooLarge
from tipline.text.tags import Tag, read_tags

MAX_DEPTH = 40
MAX_MARKS = 20_000

VOID = frozenset({"br", "hr"})
# What a newsroom's pages use for the same thing.
_SAME_AS = {
    "b": "strong", "i": "em", "strike": "s", "del": "s", "h1": "h2", "h5": "h4", "h6": "h4", "tfoot": "tbody",
    "div": "p", "section": "p", "article": "p", "figure": "p", "figcaption": "p", "caption": "p",
    "center": "p", "address": "p", "dt": "p", "dd": "p", "aside": "p", "header": "p", "footer": "p",
    "main": "p",
}  # fmt: skip
_BLOCKS = "blockquote", "h2", "h3", "h4", "hr", "ol", "p", "pre", "table", "ul"
_TEXT_BLOCKS = frozenset({"p", "h2", "h3", "h4", "pre"})
_CONTAINERS = frozenset({"blockquote", "li", "td", "th"})
# Beginning one of these ends what it cannot stand in, up to (never beyond) the container beside it.
_ENDS = dict.fromkeys(_BLOCKS, (_TEXT_BLOCKS, _CONTAINERS))
_ENDS |= {
    "a": (frozenset({"a"}), frozenset()),
    "li": (frozenset({"li"}), frozenset({"ul", "ol"})),
    "tr": (frozenset({"tr"}), frozenset({"table"})),
    "td": (frozenset({"td", "th"}), frozenset({"tr", "table"})),
    "th": (frozenset({"td", "th"}), frozenset({"tr", "table"})),
    "thead": (frozenset({"thead", "tbody"}), frozenset({"table"})),
    "tbody": (frozenset({"thead", "tbody"}), frozenset({"table"})),
}
# What these may stand in; elsewhere only their content is kept.
_PARENTS = {
    "li": {"ul", "ol"}, "tr": {"table", "thead", "tbody"}, "td": {"tr"}, "th": {"tr"},
    "thead": {"table"}, "tbody": {"table"},
}  # fmt: skip
# What these may hold directly; a parser would move anything else out of them, at a price.
_CHILDREN = {
    "table": {"thead", "tbody", "tr"}, "thead": {"tr"}, "tbody": {"tr"}, "tr": {"td", "th"},
    "ul": {"li"}, "ol": {"li"},
}  # fmt: skip


def well_nested(html: str, tags: AbstractSet[str]) -> str:
    """Rewrite `html` with the given tags only, each closed in its place; links keep http addresses.

    Raises:
        TooLarge: more than `MAX_DEPTH` tags are open at once, or over `MAX_MARKS` of them in all.

    """
    page = _Page(tags)
    for token in read_tags(html):
        if isinstance(token, str):
            page.add_text(token)
        elif token.closes:
            page.end(_SAME_AS.get(token.name, token.name))
        else:
            page.begin(Tag(_SAME_AS.get(token.name, token.name), closes=False, href=token.href))
    return page.finish()


class _Page:
    """The HTML written so far and the tags still open in it."""

    def __init__(self, tags: AbstractSet[str]) -> None:
        self._tags = tags
        self._open: list[str] = []
        self._written: list[str] = []
        self._marks = 0

    def add_text(self, source: str) -> None:
        text = unescape(source)
        blank = not text.strip()
        if self._open and self._open[-1] in _CHILDREN:
            if blank:
                return
            self._close_down_to(self._outermost_container())
        if blank and self._written and self._written[-1] == "<p>":
            return
        self._count(sum(text.count(character) for character in "&<>"))
        self._written.append(escape(text, quote=False))

    def begin(self, tag: Tag) -> None:
        name = tag.name
        if name not in self._tags:
            return
        if name in _ENDS:
            self._close_open(*_ENDS[name])
        parent = self._open[-1] if self._open else ""
        if name in _PARENTS and parent not in _PARENTS[name]:
            return
        if name not in _CHILDREN.get(parent, {name}):
            self._close_down_to(self._outermost_container())
        if name in VOID:
            self._count(1)
            self._written.append(f"<{name}>")
        elif name != "a":
            self._push(name, f"<{name}>")
        elif (address := unescape(tag.href or "").strip()).lower().startswith(("http://", "https://")):
            self._push(name, f'<a href="{escape(address)}">')

    def end(self, name: str) -> None:
        if name in self._open:
            self._close_down_to(len(self._open) - 1 - self._open[::-1].index(name))

    def finish(self) -> str:
        self._close_down_to(0)
        return "".join(self._written)

    def _push(self, name: str, written: str) -> None:
        if len(self._open) >= MAX_DEPTH:
            raise TooLarge(
                f"This text nests more than {MAX_DEPTH} tags in each other. Simplify its formatting."
            )
        self._count(1)
        self._open.append(name)
        self._written.append(written)

    def _count(self, marks: int) -> None:
        self._marks += marks
        if self._marks > MAX_MARKS:
            raise TooLarge(
                f"This text holds over {MAX_MARKS:,} tags and special characters. Shorten or split it."
            )

    def _close_open(self, names: AbstractSet[str], containers: AbstractSet[str]) -> None:
        for index in range(len(self._open) - 1, -1, -1):
            if self._open[index] in containers:
                return
            if self._open[index] in names:
                self._close_down_to(index)
                return

    def _outermost_container(self) -> int:
        """Find where the run of tables or lists begins that the last open tag belongs to."""
        index = len(self._open) - 1
        while index > 0 and self._open[index - 1] in _CHILDREN and self._open[index] in _PARENTS:
            index -= 1
        return index

    def _close_down_to(self, depth: int) -> None:
        while len(self._open) > depth:
            name = self._open.pop()
            if self._written[-1] == f"<{name}>" and name not in {"td", "th"}:
                self._written.pop()
            else:
                self._written.append(f"</{name}>")
