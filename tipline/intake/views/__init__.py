"""The readers' routes: the form, the receipt, the reply. No cookie is read or set on any of them."""

from tipline.intake.views import erasing, files, keeping_words, receipt, tip
from tipline.intake.views.embed import script
from tipline.intake.views.gate import blueprint

__all__ = ["blueprint", "erasing", "files", "keeping_words", "receipt", "script", "tip"]
