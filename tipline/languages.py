"""Which languages readers are spoken to in, and the mark for words that are to be translated.

It stands below everything, so that errors and settings can mark their words too; what is done with them
is in `text/language.py` (choosing, catalogues) and `web/language.py` (requests).
"""

LANGUAGES = {
    "en": "English",
    "es": "Español",
    "fr": "Français",
    "de": "Deutsch",
    "pt": "Português",
    "uk": "Українська",
    "ar": "العربية",
    "zh": "中文",
}
DEFAULT = "en"


def N_(message: str) -> str:  # noqa: N802 - gettext's own name
    """Mark a message that stands in a constant, to be translated where it is shown."""
    return message
