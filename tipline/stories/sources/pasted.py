"""Lay out a pasted page: which line is the headline, which are the story, which are neither.

A page copied from a browser has lost its mark-up, but not its order: menu, headline, a picture's
alternative text that repeats the headline, paragraphs, "Related Posts", the printed time.
"""

import re
from dataclasses import dataclass, field

from tipline.stories.sources.printed_time import PrintedTime, read_printed_time
from tipline.text.tokens import words

_MENU_LINES = """
about | about us | advertise | celebrities | celebrity news | contact | contact us | exclusives |
follow us | got a tip | home | latest | latest news | log in | login | menu | most popular | news |
newsletter | photos | podcast | podcasts | privacy | search | shop | sign in | sign out | sign up |
skip | skip to content | skip to main content | skip to navigation | star seeker | subscribe |
trending | videos
"""
_MENU = frozenset(line.strip() for line in _MENU_LINES.replace("\n", " ").split("|"))
_BUTTON_LINES = "advertisement | close | copy link | email | print | share | share this | tweet"
_BUTTONS = frozenset(_BUTTON_LINES.split(" | "))
_END_LINES = """
comments | latest posts | leave a comment | leave a reply | more from us | more stories | read more
stories | recent posts | recommended | recommended for you | related articles | related posts | related
stories | you may also like | you might also like
"""
_END = frozenset(line.strip() for line in _END_LINES.replace("\n", " ").split("|"))

_BYLINE = re.compile(r"by ((?:\S+ ){0,5}\S+)", re.IGNORECASE)
_TAGS = re.compile(r"(?:filed under|tags|tagged|topics) ?: *(\S.*)", re.IGNORECASE)
_ADDRESS = re.compile(r"(?:source: ?|url: ?)?(https?://\S+)", re.IGNORECASE)
_WRAPPED_CHARACTERS = range(50, 101)
_MENU_WITHIN = 30  # lines from the top
_MAX_WORDS_OF_SITE_NAME = 4
_ALT_TEXT_WITHIN = 3  # lines after the headline
_MIN_SHARE_REPEATED = 0.6
_MIN_WORDS_REPEATED = 3


@dataclass(slots=True)
class Layout:
    """The lines of a page by what they are."""

    headline: str = ""
    story: list[str] = field(default_factory=list)
    byline: str | None = None
    tags: list[str] = field(default_factory=list)
    url: str | None = None
    printed: PrintedTime | None = None


def lay_out(text: str, site_timezone: str) -> Layout:
    """Sort the lines of a clean `text`; the headline is empty if there is none."""
    page = Layout()
    lines = _below_menu([line for line in _take_lines(text) if _plain(line) not in _BUTTONS])
    end = next((at for at, line in enumerate(lines) if at and _plain(line) in _END), len(lines))
    story, below = lines[:end], lines[end:]
    page.printed = _printed(story, site_timezone) or _printed(below[::-1], site_timezone)
    story = [line for line in story if not _take_furnishing(line, page, site_timezone)]
    for line in below:
        _take_furnishing(line, page, site_timezone)
    at = _find_headline(story)
    if at is not None:
        page.headline, page.story = story[at], _without_alt_text(story[at], story[at + 1 :])
    return page


def _take_lines(text: str) -> list[str]:
    """List the lines that hold something; a paragraph wrapped at a fixed width becomes one line."""
    lines: list[str] = []
    for block in re.split(r"\n\n+", "\n".join(line.strip() for line in text.split("\n"))):
        together = [line for line in block.split("\n") if line]
        wrapped = len(together) > 1 and all(len(line) in _WRAPPED_CHARACTERS for line in together[:-1])
        lines += [" ".join(together)] if wrapped else together
    return lines


def _plain(line: str) -> str:
    return " ".join(words(line))


def _below_menu(lines: list[str]) -> list[str]:
    """Leave out the menu on top, and the site's name that may stand in it."""
    below = 0
    for at, line in enumerate(lines[:_MENU_WITHIN]):
        if _is_menu(line):
            below = at + 1
        elif len(line.split()) > _MAX_WORDS_OF_SITE_NAME:
            break
    return lines[below:]


def _is_menu(line: str) -> bool:
    return _plain(line) in _MENU or not _plain(line)


def _printed(lines: list[str], site_timezone: str) -> PrintedTime | None:
    """Find the printed time that says most: one with a time of day before one without."""
    times = [time for line in lines if (time := read_printed_time(line, site_timezone))]
    return next((time for time in times if ":" in time.raw), times[0] if times else None)


def _take_furnishing(line: str, page: Layout, site_timezone: str) -> bool:
    """Note a line that is a time, a byline, tags or the page's address; tell whether it was one."""
    if read_printed_time(line, site_timezone):
        return True
    if tags := _TAGS.fullmatch(line):
        page.tags = page.tags or [tag.strip() for tag in tags[1].split(",") if tag.strip()]
        return True
    if address := _ADDRESS.fullmatch(line):
        page.url = page.url or address[1]
        return True
    byline = _BYLINE.fullmatch(line)
    if (
        byline
        and page.byline is None
        and byline[1][0].isupper()
        and not line.endswith((".", "!", "?", ":", "”"))
    ):
        page.byline = byline[1]
        return True
    return False


def _find_headline(lines: list[str]) -> int | None:
    """Find the headline: the line that the next one repeats, else the first that is no menu."""
    for at in range(min(len(lines) - 1, 8)):
        if _repeats(lines[at + 1], lines[at]):
            return at
    return 0 if lines else None


def _without_alt_text(headline: str, lines: list[str]) -> list[str]:
    near, rest = lines[:_ALT_TEXT_WITHIN], lines[_ALT_TEXT_WITHIN:]
    return [line for line in near if not _repeats(line, headline)] + rest


def _repeats(line: str, headline: str) -> bool:
    """Tell whether `line` says in lower case what the headline says, as pictures' alt texts do."""
    said, meant = set(words(line)), set(words(headline))
    return (
        line == line.lower()
        and headline != headline.lower()
        and len(said) >= _MIN_WORDS_REPEATED
        and len(line) < 2 * len(headline)
        and len(said & meant) >= _MIN_SHARE_REPEATED * len(said)
    )
