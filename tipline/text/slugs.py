"""Make the last part of an address out of a headline or a name."""

from urllib.parse import unquote

from tipline.text.tokens import words

MAX_SLUG_CHARACTERS = 100


def slugify(text: str) -> str:
    """Return the folded words of `text` between hyphens, cut at a word; "" if it has none.

    A slug that is percent-encoded already (WordPress does that to other scripts) is decoded first.
    """
    slug = ""
    for word in words(unquote(text)):
        longer = f"{slug}-{word}" if slug else word
        if len(longer) > MAX_SLUG_CHARACTERS:
            break
        slug = longer
    return slug


def numbered(slug: str, number: int) -> str:
    """Return the slug for the `number`-th thing of that name: the first has none, the second "-2"."""
    return slug if number == 1 else f"{slug}-{number}"
