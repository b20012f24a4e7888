"""The form on another site: the script that puts a button there, and the frame that it opens."""

import hashlib
import json
from functools import cache

from flask import Blueprint, make_response, request
from werkzeug.wrappers import Response

from tipline import paths
from tipline.intake.views.gate import blueprint
from tipline.intake.views.tip import tip
from tipline.web.access import public
from tipline.web.headers import FRAMED_PATH
from tipline.web.language import _
from tipline.web.request import settings

# Apart from the readers' pages, which nobody may store: this one file is kept for an hour.
script = Blueprint("embed", __name__)
AN_HOUR = "public, max-age=3600"


@blueprint.route(FRAMED_PATH, methods=["GET", "POST"], endpoint="embed")
@public
def framed_tip() -> Response:
    return tip()


@script.get("/embed.js")
@public
def embed_js() -> Response:
    """Give the script, with what it says and where it may open the form."""
    newsroom = settings()
    said = {
        "origins": newsroom.embed_origins,
        "accent": newsroom.accent,
        "button": _("Got A Tip?"),
        "name": newsroom.site_name,
        "title": _("Send a tip to %(newsroom)s", newsroom=newsroom.site_name),
        "apart": _("Open in a new tab"),
        "close": _("Close"),
    }
    text = f"{{\n{_source()}\nput({json.dumps(said)});\n}}\n"
    response: Response = make_response(text)
    response.content_type = "text/javascript; charset=utf-8"
    response.headers["Cache-Control"] = AN_HOUR
    response.headers["Vary"] = "Accept-Language"
    # Pages of other sites load this file; nothing else here is meant for them.
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.set_etag(hashlib.sha256(text.encode()).hexdigest()[:20])
    return response.make_conditional(request.environ)


@cache
def _source() -> str:
    return (paths.static() / "embed.js").read_text(encoding="utf-8")
