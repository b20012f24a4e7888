"""What a found story is in our table: its columns, bounded, and the digest that tells it has changed."""

import hashlib
import json
from dataclasses import asdict
from datetime import datetime
from typing import Any

from tipline.errors import Invalid
from tipline.models import StoryState
from tipline.stories.sources import FoundStory
from tipline.text.times import exact
from tipline.text.tokens import fold

MAX_HEADLINE_CHARACTERS = 1000
MAX_LINE_CHARACTERS = 1000
MAX_ADDRESS_CHARACTERS = 2000
MAX_REMOTE_ID_CHARACTERS = 500
MAX_RAW_CHARACTERS = 200
# Found by our own reading of the text, so that a better reading does not make every story "changed".
_NOT_OF_THE_SOURCE = "candidates"
_NO_TIME = "Its source gives no time."


def key_of(found: FoundStory) -> tuple[str, str]:
    """Return how a story is known again: its source and its name there.

    A pasted page has no name; the folded words of its headline stand for one.

    Raises:
        Invalid: the headline is too long to be one.
    """
    if len(found.headline) > MAX_HEADLINE_CHARACTERS:
        raise Invalid(f"Its headline is over {MAX_HEADLINE_CHARACTERS:,} characters.")
    name = found.remote_id or hashlib.sha256(fold(found.headline).encode()).hexdigest()
    if len(name) > MAX_REMOTE_ID_CHARACTERS:
        name = hashlib.sha256(name.encode()).hexdigest()
    return found.source, name


def digest_of(found: FoundStory) -> bytes:
    """Return the digest of all that the source says about a story."""
    facts = asdict(found)
    del facts[_NOT_OF_THE_SOURCE]
    return hashlib.sha256(json.dumps(facts, default=str, sort_keys=True).encode()).digest()


def columns_of(found: FoundStory, *, now: datetime, site_timezone: str) -> dict[str, Any]:
    """Return the columns that an import writes, all but the slug."""
    flag = found.published_flag
    if found.published_at is None:
        flag = f"{flag or _NO_TIME} It stands at the time it came in, {exact(now, site_timezone)}."
    return {
        "url": found.url if found.url and len(found.url) <= MAX_ADDRESS_CHARACTERS else None,
        "state": StoryState.PUBLISHED,
        "headline": found.headline,
        "dek": found.dek or None,
        "body": found.body,
        "body_html": found.body_html,
        "byline": _cut(found.byline, MAX_LINE_CHARACTERS),
        "credits": list(found.credits),
        "credit_raw": _cut(found.credit_raw, MAX_LINE_CHARACTERS),
        "tags": list(found.tags),
        "published_at": found.published_at or now,
        "published_raw": _cut(found.published_raw, MAX_RAW_CHARACTERS),
        "published_flag": _cut(flag, MAX_LINE_CHARACTERS),
        "digest": digest_of(found),
        "imported_at": now,
    }


def related_columns(found: FoundStory, story_id: int) -> list[dict[str, Any]]:
    """Return the rows of a story's "Related:" lines, in their order; which stories they mean comes later."""
    return [
        {
            "story_id": story_id,
            "position": position,
            "title": _cut(line.title, MAX_LINE_CHARACTERS),
            "url": line.url if line.url and len(line.url) <= MAX_ADDRESS_CHARACTERS else None,
        }
        for position, line in enumerate(found.related)
    ]


def _cut(text: str | None, most: int) -> str | None:
    return f"{text[: most - 1]}…" if text and len(text) > most else text or None
