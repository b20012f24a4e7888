"""Where the reader's form stands: on its own page, or in a frame on another site."""

import re
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import request

from tipline.intake.page_url import clean_page_url
from tipline.models import Channel
from tipline.web.headers import FRAMED_PATH
from tipline.web.request import settings

LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}")  # BCP 47, the forms that pages come in


@dataclass(frozen=True)
class Door:
    """A way in to the form."""

    path: str
    channel: Channel
    form: str  # the form's template
    layout: str  # what the receipt stands in


PAGE = Door("/tip", Channel.FORM, "intake/tip.html", "base.html")
FRAME = Door(FRAMED_PATH, Channel.EMBED, "intake/embed.html", "frame.html")


def door() -> Door:
    """Return the way by which this request came."""
    return FRAME if request.path == FRAMED_PATH else PAGE


def action() -> str:
    """Return where the form is sent: here, with all that the address says."""
    said = {"lang": language(), "url": page_url(), "host": host()}
    query = urlencode({name: value for name, value in said.items() if value})
    return f"{door().path}?{query}" if query else door().path


def language() -> str | None:
    """Return the language that the address asks for, if it can be one."""
    asked = request.args.get("lang", "")
    return asked if LANGUAGE.fullmatch(asked) else None


def page_url() -> str:
    """Return the address of the page that the reader came from, as that page says it; "" for none."""
    return clean_page_url(request.args.get("url", ""))


def host() -> str:
    """Return the origin that the frame may talk to; "" unless it is one that may embed the form."""
    asked = request.args.get("host", "")
    return asked if door() is FRAME and asked in settings().embed_origins else ""
