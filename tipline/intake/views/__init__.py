"""The readers' routes: the form, the receipt, the reply. No cookie is read or set on any of them.

`log` alone is for staff.
"""

from tipline.intake.views import erasing, files, keeping_words, receipt, tip
from tipline.intake.views.embed import script
from tipline.intake.views.gate import blueprint
from tipline.intake.views.log import blueprint as log

__all__ = ["blueprint", "erasing", "files", "keeping_words", "log", "receipt", "script", "tip"]
