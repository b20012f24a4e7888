"""How the values of settings are written: each function reads one kind, or says what is wrong with the text.

Each takes the text of a variable and raises ValueError with the end of a sentence that begins with the
variable's name; `config.Settings` says the rest.
"""

import base64
import re
from collections.abc import Callable, Collection
from pathlib import Path
from zoneinfo import ZoneInfo

from tipline.languages import LANGUAGES

Parser = Callable[[str], str]
TEXT_CONTRAST = 4.5  # WCAG 2.2, 1.4.3
# What `scrub` knows how to read; its own names, which a test compares with these.
FILE_TYPES = (
    "jpeg", "png", "webp", "gif", "heic", "pdf", "docx", "xlsx", "pptx", "odt", "txt", "mp3", "m4a", "wav",
    "mp4", "mov", "webm",
)  # fmt: skip


def is_text(text: str) -> bool:
    """Say whether `text` was written in UTF-8: Python keeps other bytes of its start as lone surrogates."""
    return not re.search("[\ud800-\udfff]", text)


def spelled(pattern: str, wanted: str) -> Parser:
    """Return a parser of texts that are empty or match `pattern`."""

    def parse(text: str) -> str:
        if text and not re.fullmatch(pattern, text):
            raise ValueError(wanted)
        return text

    return parse


def one_of(choices: Collection[str], wanted: str) -> Parser:
    """Return a parser of some words."""

    def parse(text: str) -> str:
        if text not in choices:
            raise ValueError(wanted)
        return text

    return parse


on_off = one_of({"on", "off"}, "it must be on or off")
log_format = one_of({"text", "json"}, "it must be text or json")
language = one_of(LANGUAGES, f"it must be one of {', '.join(LANGUAGES)}")
_color = spelled(r"#[0-9a-fA-F]{6}", "it must be a color of six hexadecimal digits, for example #b3341f")


def folder(text: str) -> Path:
    try:
        return Path(text).expanduser().absolute()
    except RuntimeError as error:  # pathlib's word for a home that nobody has
        raise ValueError(
            f"nobody here is called {text.split('/')[0].removeprefix('~') or 'what ~ stands for'}; "
            "name a folder, for example /srv/tipline"
        ) from error


def color(text: str) -> str:
    color = _color(text).lower()
    if color and (contrast := _contrast_on_white(color)) < TEXT_CONTRAST:
        raise ValueError(f"text in {color} has a contrast of {contrast:.2f} on white and needs "
                         f"{TEXT_CONTRAST}; choose a darker one, for example #b3341f")  # fmt: skip
    return color


def _contrast_on_white(color: str) -> float:
    """Return what WCAG 2.2 calls the contrast ratio."""
    shares = [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = [
        share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares
    ]
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


def integer(example: int, *, most: int) -> Callable[[str], int]:
    """Return a parser of whole numbers from 0 to `most`."""

    def parse(text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,15}", text) or int(text) > most:
            raise ValueError(f"it must be a whole number from 0 to {most}, for example {example}")
        return int(text)

    return parse


def name(text: str) -> str:
    if not text.strip():
        raise ValueError("it must not be empty, for example The Lantern; leave it out for a neutral one")
    return text.strip()


def hours(text: str) -> float | None:
    """Read a number of hours, parts of one included; never is None."""
    if text == "never":
        return None
    if not re.fullmatch(r"[0-9]{1,4}(\.[0-9]{1,2})?", text) or not float(text):
        raise ValueError("it must be a number of hours, for example 4 or 0.5, or never")
    return int(text) if text.isdigit() else float(text)


def words(text: str) -> tuple[str, ...]:
    return tuple(re.split(r"[\s,]+", text.strip())) if text.strip() else ()


def lines(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split("|") if part.strip())


def file_types(text: str) -> tuple[str, ...]:
    found = tuple(word.lower() for word in words(text))
    for kind in found:
        if kind not in FILE_TYPES:
            raise ValueError(f"{kind} is no kind of file that can be read; there are {', '.join(FILE_TYPES)}")
    return found


def zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError("it must be a time zone's name, for example America/Los_Angeles") from error
    return text


def keys(text: str) -> tuple[tuple[str, bytes], ...]:
    """Read "id:base64 id:base64"; the first is the one that new rows are sealed with."""
    found: list[tuple[str, bytes]] = []
    for part in words(text):
        name, _, encoded = part.partition(":")
        try:
            key = base64.urlsafe_b64decode(encoded)
        except ValueError:
            key = b""
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,16}", name) or len(key) != 32:
            raise ValueError("each key must be a name, a colon and 32 bytes in base64, for example "
                             "2026a:" + "A" * 43 + "=")  # fmt: skip
        if name in dict(found):
            raise ValueError(f"two keys have the name {name}; give each a name of its own, for example "
                             "2026a:… 2026b:…")  # fmt: skip
        found.append((name, key))
    return tuple(found)


def secret(text: str) -> str:
    if text and len(text.strip()) < 32:
        raise ValueError("it must have at least 32 characters without space around them; leave it out and "
                         "one is made")  # fmt: skip
    return text
