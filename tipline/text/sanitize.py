"""Let through only the HTML that a newsroom's page needs: the one place that knows bleach.

Three walls in a row: our own linear pass bounds size and nesting, bleach keeps an allow-list, and nh3,
another parser in another language, keeps the same list again, because bleach has ended its life. The
Content-Security-Policy is the fourth. Pictures are not on the list: a page contacts no third party.
"""

import re
import threading

import nh3
from bleach.sanitizer import Cleaner
from markupsafe import Markup

from tipline.errors import TooLarge
from tipline.text.clean import clean
from tipline.text.nesting import well_nested

MAX_MARKDOWN_CHARACTERS = 200_000
MAX_STORY_CHARACTERS = 500_000

LINK_REL = "nofollow noopener noreferrer"
_TAG_NAMES = "a blockquote br code em h2 h3 h4 hr li ol p pre s strong sub sup table tbody td th thead tr ul"
TAGS = frozenset(_TAG_NAMES.split())
_ATTRIBUTES = {"a": {"href"}}
_PROTOCOLS = {"http", "https"}

_WEB_ADDRESS = re.compile(r"https?://[^\s/?#\\]", re.IGNORECASE)
_cleaners = threading.local()


def clean_markdown_html(html: str) -> Markup:
    """Clean HTML that we rendered from Markdown ourselves.

    Raises:
        TooLarge: over `MAX_MARKDOWN_CHARACTERS`, or nested too deeply.

    """
    return _clean(html, MAX_MARKDOWN_CHARACTERS)


def clean_story_html(html: str) -> Markup:
    """Clean HTML that came from a CMS.

    Raises:
        TooLarge: over `MAX_STORY_CHARACTERS`, or nested too deeply.

    """
    return _clean(html, MAX_STORY_CHARACTERS)


def _clean(html: str, max_characters: int) -> Markup:
    if len(html) > max_characters:
        raise TooLarge(
            f"This text is over {max_characters:,} characters when formatted. Shorten or split it."
        )
    bleached = _cleaner().clean(well_nested(clean(html), TAGS))
    return Markup(  # noqa: S704 - the result of two sanitizers
        nh3.clean(
            bleached,
            tags=set(TAGS),
            attributes=_ATTRIBUTES,
            attribute_filter=_keep_web_addresses,
            url_schemes=_PROTOCOLS,
            link_rel=LINK_REL,
        )
    )


def _cleaner() -> Cleaner:
    """Return this thread's Cleaner: making one costs a third of its work, and it holds a parser's state."""
    cleaner: Cleaner | None = getattr(_cleaners, "cleaner", None)
    if cleaner is None:
        cleaner = Cleaner(
            tags=TAGS,
            attributes={tag: sorted(names) for tag, names in _ATTRIBUTES.items()},
            protocols=_PROTOCOLS,
            strip=True,
            strip_comments=True,
        )
        _cleaners.cleaner = cleaner
    return cleaner


def _keep_web_addresses(_tag: str, attribute: str, value: str) -> str | None:
    """Drop relative addresses as well: on our pages they would lead to our own."""
    return value if attribute != "href" or _WEB_ADDRESS.match(value) else None
