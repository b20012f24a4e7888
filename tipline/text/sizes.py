"""How large a file is, as people say it in each language."""

from babel.units import format_unit

from tipline.languages import DEFAULT
from tipline.text.catalogue import locale

UNITS = ("byte", "kilobyte", "megabyte", "gigabyte")
ENGLISH = ("bytes", "kB", "MB", "GB")


def size_words(size_bytes: int, language: str = DEFAULT) -> str:
    """Return a size in its unit: “512 bytes”, “2.1 MB”, in French “2,1 Mo”; a kB has 1,024 bytes."""
    size, unit = float(size_bytes), 0
    while size >= 999.5 and unit < len(UNITS) - 1:
        size, unit = size / 1024, unit + 1
    number = round(size, 1 if unit and size < 9.95 else 0)
    if language == DEFAULT:
        return f"{number:g} {ENGLISH[unit]}"
    return format_unit(
        number, f"digital-{UNITS[unit]}", length="short", locale=locale(language), numbering_system="latn"
    )
