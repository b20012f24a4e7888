"""The languages readers are spoken to in, and the catalogues that hold their words."""

from gettext import NullTranslations

LANGUAGES = {"en": "English"}
DEFAULT = "en"


def N_(message: str) -> str:  # noqa: N802 - gettext's own name
    """Mark a message that stands in a constant, to be translated where it is shown."""
    return message


def catalogue(language: str) -> NullTranslations:  # noqa: ARG001
    """Return the words of one of `LANGUAGES`."""
    return NullTranslations()


def filled(message: str, values: dict[str, object]) -> str:
    """Put values into a translated message: “%(count)s left”."""
    return message % values if values else message
