"""Read a story from the text of a page, as somebody copied it out of a browser."""

from tipline.stories.sources.found import MAX_CANDIDATES, Found, FoundStory, Unreadable
from tipline.stories.sources.furniture import part_furniture
from tipline.stories.sources.pasted import lay_out
from tipline.text.clean import clean
from tipline.text.names import find_candidates

KIND = "text"

MAX_HEADLINE_CHARACTERS = 300


def parse(data: bytes, name: str, site_timezone: str) -> list[Found]:
    """Read the one story of a pasted page; `name` (file or address) is for the reason of a failure."""
    page = lay_out(clean(_decode(data)), site_timezone)
    paragraphs, furniture = part_furniture(page.story)
    if not page.headline:
        return [Unreadable(name, "It holds no text that could be a headline.")]
    if len(page.headline) > MAX_HEADLINE_CHARACTERS:
        reason = f"Its headline is over {MAX_HEADLINE_CHARACTERS} characters. Put it on a line of its own."
        return [Unreadable(name, reason)]
    if not paragraphs:
        return [Unreadable(name, "It holds a headline, but no paragraph of a story.")]
    people = "\n".join([page.headline, *paragraphs, *(related.title for related in furniture.related)])
    return [
        FoundStory(
            source=KIND,
            url=page.url,
            headline=page.headline,
            body="\n\n".join(paragraphs),
            byline=page.byline,
            credits=tuple(furniture.credits),
            credit_raw=furniture.credit_raw,
            related=tuple(furniture.related),
            tags=tuple(page.tags),
            published_at=page.printed.at if page.printed else None,
            published_raw=page.printed.raw if page.printed else None,
            published_flag=page.printed.flag if page.printed else "No time is printed on the page.",
            candidates=tuple(find_candidates(people)[:MAX_CANDIDATES]),
        )
    ]


def _decode(data: bytes) -> str:
    """Decode what an editor saved: UTF-8 or UTF-16 with its mark, else the Western Windows set."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")
