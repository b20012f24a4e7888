"""What a new draft starts with: a headline to improve on, and the words of its tips as quotes."""

from collections.abc import Sequence

from tipline.models import Tip, show_ref

MAX_HEADLINE_CHARACTERS = 300
MAX_QUOTE_CHARACTERS = 2000
_MAX_OPENING_CHARACTERS = 150_000
_FIRST_WORDS = 12
_MAX_FIRST_CHARACTERS = 100


def opening_headline(tips: Sequence[Tip], story_headline: str | None) -> str:
    """Return the headline of the story that the tips are about, or the first words of the first tip."""
    if story_headline:
        return story_headline[:MAX_HEADLINE_CHARACTERS]
    return _shortened(" ".join(tips[0].body.split()[:_FIRST_WORDS]), _MAX_FIRST_CHARACTERS)


def opening_body(tips: Sequence[Tip]) -> str:
    """Return Markdown with a quote of each tip; long tips are shortened so that all of them fit."""
    most = min(MAX_QUOTE_CHARACTERS, _MAX_OPENING_CHARACTERS // len(tips))
    return "\n\n".join(_blockquote(quote(tip, most)) for tip in tips) + "\n"


def quote(tip: Tip, most: int = MAX_QUOTE_CHARACTERS) -> str:
    """Return the words of a tip with the marker that leads back to it."""
    return f"{_shortened(tip.body.strip(), most)}\n\n[tip {show_ref(tip.ref)}]"


def _blockquote(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.splitlines())


def _shortened(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"
