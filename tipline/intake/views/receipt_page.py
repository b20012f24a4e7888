"""The page that shows a receipt: what every tip is answered with.

Rendered once for each language, kind and place, like the fresh form; the words and their code are set in.
"""

from http import HTTPStatus

from flask import render_template
from markupsafe import escape
from werkzeug.wrappers import Response

from tipline.intake import status
from tipline.intake.views import door
from tipline.models import Kind
from tipline.text.qr import qr_svg
from tipline.web.language import _
from tipline.web.spliced import Spliced, answer, kept

TEMPLATE = "intake/receipt_shown.html"

# What stands in the page that is kept ready, where each tip's own words go.
MARKS = {"spread": "receipt-words-go-here", "words": "receipt-in-a-line-goes-here",
         "code": "receipt-code-goes-here", "headline": "headline-goes-here"}  # fmt: skip


def receipt_page(words: list[str], kind: Kind, headline: str | None) -> Response:
    """Show the receipt's words, with the headline of the story that the tip is about."""
    label = _("A code for cameras that holds the six words, and nothing else")
    line = " ".join(words)
    filled = {
        "spread": " ".join(f"<span>{escape(word)}</span>" for word in words),
        "words": str(escape(line)),
        "code": str(qr_svg(line, label=label)),
        "headline": str(escape(headline or "")),
    }
    around = door.surroundings()
    key = (TEMPLATE, kind, headline is not None, *around.values())
    ready = kept(key, lambda: _spliced(kind, around, with_story=headline is not None))
    return answer(ready, filled, HTTPStatus.CREATED)


def _spliced(kind: Kind, around: dict[str, object], *, with_story: bool) -> Spliced:
    page = render_template(
        TEMPLATE,
        thanks=_(status.THANKS[kind]),
        headline=MARKS["headline"] if with_story else None,
        words=MARKS,
        sent=True,
        **around,
    )
    return Spliced(page, MARKS)
