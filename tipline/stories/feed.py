"""The feed: RSS 2.0 with full text, so that a reader needs nothing else.

Fields as in www.rssboard.org/rss-specification; the text goes into content:encoded (RSS 1.0's content
module), the author into dc:creator, because RSS's own author must be an e-mail address.
"""

from collections.abc import Sequence
from email.utils import format_datetime
from xml.etree import ElementTree  # builds only, parses nothing

from markupsafe import escape

from tipline.models import Story
from tipline.text.clean import clean
from tipline.text.story_html import story_blocks

CONTENT_TYPE = "application/rss+xml; charset=utf-8"
STORIES = 30

_ATOM = "http://www.w3.org/2005/Atom"
_CONTENT = "http://purl.org/rss/1.0/modules/content/"
_CREATOR = "http://purl.org/dc/elements/1.1/"
for _prefix, _space in (("atom", _ATOM), ("content", _CONTENT), ("dc", _CREATOR)):
    ElementTree.register_namespace(_prefix, _space)


def feed(stories: Sequence[Story], *, site_name: str, site_url: str) -> bytes:
    """Return the feed of `stories`, newest first; the same stories always give the same bytes."""
    rss = ElementTree.Element("rss", version="2.0")
    channel = ElementTree.SubElement(rss, "channel")
    _add(channel, "title", site_name)
    _add(channel, "link", f"{site_url}/")
    _add(channel, "description", f"The latest stories of {site_name}.")
    link = {"href": f"{site_url}/feed.xml", "rel": "self", "type": "application/rss+xml"}
    ElementTree.SubElement(channel, f"{{{_ATOM}}}link", link)
    if stories:
        _add(
            channel,
            "lastBuildDate",
            format_datetime(max(story.imported_at for story in stories), usegmt=True),
        )
    for story in stories:
        _add_story(channel, story, site_url)
    written: bytes = ElementTree.tostring(rss, encoding="utf-8", xml_declaration=True)
    return written


def _add_story(channel: ElementTree.Element, story: Story, site_url: str) -> None:
    item = ElementTree.SubElement(channel, "item")
    address = f"{site_url}/stories/{story.slug}"
    _add(item, "title", story.headline)
    _add(item, "link", address)
    _add(item, "guid", address)
    _add(item, "pubDate", format_datetime(story.published_at, usegmt=True))
    if story.byline:
        _add(item, f"{{{_CREATOR}}}creator", story.byline)
    for tag in story.tags:
        _add(item, "category", tag)
    if story.dek:
        _add(item, "description", str(escape(story.dek)))
    _add(item, f"{{{_CONTENT}}}encoded", "\n".join(story_blocks(story.body, story.body_html)))


def _add(parent: ElementTree.Element, name: str, text: str) -> None:
    # XML 1.0 has no way to write a control character
    ElementTree.SubElement(parent, name).text = clean(text)
