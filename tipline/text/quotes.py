"""The words of a tip in a draft: as a quote in Markdown that ends with its marker, and as a headline."""

MAX_CHARACTERS = 2000
_FIRST_WORDS = 12
_MAX_FIRST_CHARACTERS = 100


def first_words(text: str) -> str:
    """Return the first words of a text, as a headline to improve on."""
    return shortened(" ".join(text.split()[:_FIRST_WORDS]), _MAX_FIRST_CHARACTERS)


def marker(ref_shown: str) -> str:
    """Return what leads back to a tip: `[tip K7Q2-FD9X]`."""
    return f"[tip {ref_shown}]"


def quote(text: str, ref_shown: str, most: int = MAX_CHARACTERS) -> str:
    """Return the words of a tip with the marker that leads back to it."""
    return f"{shortened(text.strip(), most)}\n\n{marker(ref_shown)}"


def blockquote(text: str) -> str:
    """Return a text as a quote in Markdown."""
    return "\n".join(f"> {line}".rstrip() for line in text.splitlines())


def without_quote(markdown: str, ref_shown: str) -> str:
    """Return Markdown in which the quotes of a tip, edited or not, hold its marker alone.

    A quote is what stands above the marker in its block quote, up to the marker of another tip.
    """
    kept: list[str] = []
    since = 0  # where in `kept` the quote under way begins
    for line in markdown.split("\n"):
        said = line.strip()
        if not said.startswith(">"):
            since = len(kept) + 1
        elif marker(ref_shown) in said:
            kept[since:] = []
            line = f"> {marker(ref_shown)}"
        kept.append(line)
        if said.startswith(">") and "[tip " in said:
            since = len(kept)
    return "\n".join(kept)


def shortened(text: str, most: int) -> str:
    """Return a text of at most so many characters."""
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"
