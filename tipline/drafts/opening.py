"""What a new draft starts with: a headline to improve on, and the words of its tips as quotes."""

from collections.abc import Sequence

from tipline.models import Tip, show_ref
from tipline.text import quotes

MAX_HEADLINE_CHARACTERS = 300
_MAX_OPENING_CHARACTERS = 150_000


def opening_headline(tips: Sequence[Tip], story_headline: str | None) -> str:
    """Return the headline of the story that the tips are about, or the first words of the first tip."""
    if story_headline:
        return story_headline[:MAX_HEADLINE_CHARACTERS]
    return quotes.first_words(tips[0].body)


def opening_body(tips: Sequence[Tip]) -> str:
    """Return Markdown with a quote of each tip; long tips are shortened so that all of them fit."""
    most = min(quotes.MAX_CHARACTERS, _MAX_OPENING_CHARACTERS // len(tips))
    return "\n\n".join(quotes.blockquote(quote(tip, most)) for tip in tips) + "\n"


def quote(tip: Tip, most: int = quotes.MAX_CHARACTERS) -> str:
    """Return the words of a tip with the marker that leads back to it."""
    return quotes.quote(tip.body, show_ref(tip.ref), most)
