"""Whole numbers as each language writes them: 20,000 in English, 20.000 in German."""

from babel.numbers import format_decimal

from tipline.languages import DEFAULT
from tipline.text.catalogue import locale


def decimal(number: int, language: str = DEFAULT) -> str:
    """Write a whole number, with the digits 0 to 9 in every language."""
    if -1000 < number < 1000:
        return str(number)
    if language == DEFAULT:
        return f"{number:,}"
    return format_decimal(number, locale=locale(language), numbering_system="latn")
