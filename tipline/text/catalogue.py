"""The words of each language, read from `translations/*.po` when the first reader of it comes.

The catalogues are text that people review; nothing is compiled at installation. Babel reads each once a
process into gettext's own class, whose look-up is a dictionary's. A message that is missing or fuzzy
stays English; so does everything when a catalogue cannot be read, which the log says.
"""

import logging
from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po

from tipline import paths
from tipline.languages import DEFAULT, LANGUAGES

log = logging.getLogger("tipline.text")


class Catalogue(GNUTranslations):
    """A catalogue that leaves the empty message empty; gettext keeps its header there."""

    def gettext(self, message: str) -> str:
        return super().gettext(message) if message else ""


@cache
def catalogue(language: str) -> NullTranslations:
    """Return the words of one of `LANGUAGES`; a language without a catalogue gets them in English."""
    if language == DEFAULT or language not in LANGUAGES:
        return NullTranslations()
    path = paths.translations() / f"{language}.po"
    try:
        with path.open("rb") as file:
            read = read_po(file, locale=language, abort_invalid=True)
        compiled = BytesIO()
        write_mo(compiled, read)
        compiled.seek(0)
        return Catalogue(compiled)
    except (OSError, ValueError, SyntaxError, PoFileError):
        log.exception("a catalogue cannot be read: its readers get English", extra={"path": str(path)})
        return NullTranslations()


@cache
def locale(language: str) -> Locale:
    """Return how a language writes dates and numbers."""
    return Locale.parse(language)
