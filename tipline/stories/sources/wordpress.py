"""Read stories from WordPress's REST API: the JSON of GET /wp-json/wp/v2/posts.

Field by field as its schema has them (developer.wordpress.org/rest-api/reference/posts); what any
post gets wrong is told of that post, and the others are read all the same.
"""

import re
from datetime import UTC
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from tipline.errors import Invalid, TooLarge
from tipline.stories.sources.found import MAX_CANDIDATES, Found, FoundStory, Related, Unreadable
from tipline.stories.sources.furniture import part_furniture
from tipline.stories.sources.printed_time import read_machine_time
from tipline.stories.sources.safe_json import read_json
from tipline.text.clean import clean_line
from tipline.text.names import find_candidates
from tipline.text.plain import link_addresses, plain_line, plain_paragraphs
from tipline.text.sanitize import clean_story_html

KIND = "wordpress"

_PARAGRAPH = re.compile(r"<p>(.*?)</p>", re.DOTALL)
_AUTOMATIC_ENDS = ("[…]", "[...]", "Continue reading →", "Read more")


def parse(data: bytes, name: str, site_timezone: str) -> list[Found]:
    """Read the posts of an answer of WordPress, in their order, each as a story or as a failure."""
    try:
        posts = _posts(read_json(data))
    except Invalid as error:
        return [Unreadable(name, error.message)]
    return [
        _read(post, f"{name}, post {number}", site_timezone) for number, post in enumerate(posts, start=1)
    ]


def _posts(answer: Any) -> list[Any]:
    """Find the posts in an answer: a list, one post, or WordPress saying what went wrong."""
    if isinstance(answer, list):
        return answer
    if isinstance(answer, dict) and "title" in answer:
        return [answer]
    if isinstance(answer, dict) and isinstance(answer.get("message"), str):
        raise Invalid(f"WordPress answered: {plain_line(answer['message'])[:200]}")
    raise Invalid("It is not a list of WordPress posts.")


def _read(post: Any, where: str, site_timezone: str) -> Found:
    try:
        return _read_post(post, site_timezone)
    except (Invalid, TooLarge) as error:
        return Unreadable(where, error.message)


def _read_post(post: Any, site_timezone: str) -> FoundStory:
    if not isinstance(post, dict):
        raise Invalid("It is not a post, but something else.")
    _refuse_unpublished(post)
    number, url = _remote_number(post), _web_address(post.get("link"))
    headline = plain_line(_rendered(post, "title"))
    if not headline:
        raise Invalid("It has no title.")
    content = _rendered(post, "content")
    body_html = _without_furniture(clean_story_html(content))
    paragraphs, furniture = part_furniture(plain_paragraphs(content))
    links = link_addresses(content)
    people = "\n".join([headline, *paragraphs, *(related.title for related in furniture.related)])
    return FoundStory(
        source=KIND,
        # Numbers are counted by each site for itself.
        remote_id=f"{urlsplit(url).netloc.lower()}:{number}" if url else number,
        url=url,
        slug=clean_line(_text(post.get("slug"))) or None,
        headline=headline,
        dek=_dek(_rendered(post, "excerpt")),
        body="\n\n".join(paragraphs),
        body_html=body_html,
        byline=_byline(post),
        credits=tuple(furniture.credits),
        credit_raw=furniture.credit_raw,
        related=tuple(Related(line.title, line.url or links.get(line.title)) for line in furniture.related),
        tags=_tags(post),
        candidates=tuple(find_candidates(people)[:MAX_CANDIDATES]),
        **_published(post, site_timezone),
    )


def _without_furniture(html: str) -> str:
    """Drop the paragraphs that hold only a related link or a credit: the page prints them in their place."""

    def keep(found: re.Match[str]) -> str:
        line = plain_line(found.group(1))
        return found.group() if not line or part_furniture([line])[0] else ""

    return _PARAGRAPH.sub(keep, html)


def _refuse_unpublished(post: dict[str, Any]) -> None:
    if post.get("status", "publish") != "publish":
        raise Invalid(f"It is not published: its status is “{clean_line(_text(post['status']))[:40]}”.")
    content = post.get("content")
    if isinstance(content, dict) and content.get("protected") is True:
        raise Invalid("It is protected by a password.")


def _remote_number(post: dict[str, Any]) -> str:
    number = post.get("id")
    if isinstance(number, bool) or not isinstance(number, int) or not 0 < number < 2**63:
        raise Invalid("It has no id, by which it would be known again.")
    return str(number)


def _rendered(post: dict[str, Any], field: str) -> str:
    """Return a field's HTML; some plugins flatten {"rendered": …} to the text itself."""
    value = post.get(field)
    value = value.get("rendered") if isinstance(value, dict) else value
    if value is not None and not isinstance(value, str):
        raise Invalid(f"Its {field} is not text.")
    return value or ""


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _web_address(value: object) -> str | None:
    """Return an http address, None for anything else."""
    address = clean_line(_text(value))
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    return address if parts.scheme in {"http", "https"} and parts.netloc else None


def _dek(excerpt: str) -> str:
    dek = plain_line(excerpt)
    for ending in _AUTOMATIC_ENDS:
        if dek.endswith(ending):
            return dek.removesuffix(ending).rstrip(" .…") + "…"
    return dek


def _published(post: dict[str, Any], site_timezone: str) -> dict[str, Any]:
    """Read the time: `date_gmt` has no Z and is UTC all the same; drafts once had zeros there."""
    raw, local = clean_line(_text(post.get("date_gmt"))), clean_line(_text(post.get("date")))
    if at := read_machine_time(raw, UTC):
        return {"published_at": at, "published_raw": raw}
    if at := read_machine_time(local, ZoneInfo(site_timezone)):
        flag = f"WordPress gave no time in UTC; its local time is read as {site_timezone}."
        return {"published_at": at, "published_raw": local, "published_flag": flag}
    return {
        "published_raw": raw or local or None,
        "published_flag": "WordPress gave no time that can be read.",
    }


def _byline(post: dict[str, Any]) -> str | None:
    names = [plain_line(_text(author.get("name"))) for author in _embedded(post, "author")]
    return " and ".join(name for name in names if name) or None


def _tags(post: dict[str, Any]) -> tuple[str, ...]:
    names = (
        plain_line(_text(t.get("name")))
        for t in _embedded(post, "wp:term")
        if t.get("taxonomy") == "post_tag"
    )
    return tuple(dict.fromkeys(name for name in names if name))


def _embedded(post: dict[str, Any], relation: str) -> list[dict[str, Any]]:
    """List what the answer embeds under a relation (asked for with `?_embed`), out of any inner lists."""
    embedded = post.get("_embedded")
    values = embedded.get(relation) if isinstance(embedded, dict) else None
    found: list[dict[str, Any]] = []
    for value in values if isinstance(values, list) else []:
        found += [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, dict)]
    return found
