"""Where the reader's form stands: on its own page, or in a frame on another site."""

from dataclasses import dataclass
from urllib.parse import urlencode

from flask import request

from tipline.intake.page_url import clean_page_url
from tipline.models import Channel
from tipline.web.headers import FRAMED_PATH
from tipline.web.request import settings


@dataclass(frozen=True)
class Door:
    """A way in to the form."""

    path: str
    channel: Channel
    layout: str  # what form and receipt stand in


PAGE = Door("/tip", Channel.FORM, "base.html")
FRAME = Door(FRAMED_PATH, Channel.EMBED, "frame.html")


def door() -> Door:
    """Return the way by which this request came."""
    return FRAME if request.path == FRAMED_PATH else PAGE


def action(language: str) -> str:
    """Return where the form is sent: here, with all that the address says."""
    said = {"lang": language, "url": page_url(), "host": host()}
    query = urlencode({name: value for name, value in said.items() if value})
    return f"{door().path}?{query}" if query else door().path


def surroundings() -> dict[str, object]:
    """Return what the templates of form and receipt are told about where they stand."""
    here = door()
    return {"layout": here.layout, "framed": here is FRAME, "host": host() if here is FRAME else ""}


def page_url() -> str:
    """Return the address of the page that the reader came from, as that page says it; "" for none."""
    return clean_page_url(request.args.get("url", ""))


def host() -> str:
    """Return the origin that the frame may talk to; "" unless it is one that may embed the form."""
    asked = request.args.get("host", "")
    return asked if door() is FRAME and asked in settings().embed_origins else ""
