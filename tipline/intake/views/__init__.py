"""The readers' routes: the form, the receipt, the reply. No cookie is read or set on any of them."""

from tipline.intake.views import files, receipt, tip
from tipline.intake.views.gate import blueprint

__all__ = ["blueprint", "files", "receipt", "tip"]
