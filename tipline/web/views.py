"""Pages that belong to no feature: static files, theme, privacy, help, and what operators watch."""

import gzip
import mimetypes
from functools import cache
from http import HTTPStatus

from flask import Blueprint, Response, abort, current_app, make_response, request, send_from_directory

from tipline import paths
from tipline.errors import NotFound
from tipline.languages import N_
from tipline.web import health
from tipline.web.access import public
from tipline.web.privacy import privacy_page
from tipline.web.render import asset, page
from tipline.web.request import settings

blueprint = Blueprint("web", __name__)
PACKED = (".css", ".js", ".svg")
FOREVER = "public, max-age=31536000, immutable"


@blueprint.route("/static/<path:name>")
@public
def static(name: str) -> Response:
    if name not in _names():
        abort(HTTPStatus.NOT_FOUND)
    packed = _packed(name) if request.accept_encodings["gzip"] else None
    if packed is None:
        response = send_from_directory(paths.static(), name, max_age=3600)
    else:
        response = make_response(packed)
        response.content_type = f"{mimetypes.guess_type(name)[0]}; charset=utf-8"
        response.content_encoding = "gzip"
        response.cache_control.public, response.cache_control.max_age = True, 3600
    response.vary.add("Accept-Encoding")
    if (version := request.args.get("v")) and asset(name).endswith(f"?v={version}"):
        response.headers["Cache-Control"] = FOREVER
    return response


@cache
def _names() -> frozenset[str]:
    """Return what there is: no other name is looked for, or remembered."""
    root = paths.static()
    return frozenset(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())


@cache
def _packed(name: str) -> bytes | None:
    """Return a text of ours compressed, once for each process; None for what is no text."""
    return gzip.compress((paths.static() / name).read_bytes(), mtime=0) if name.endswith(PACKED) else None


@blueprint.route("/theme.css")
@public
def theme() -> Response:
    """Give the newsroom's own accent, if it has one, over the tokens'."""
    accent = settings().accent
    response = make_response(f":root {{ --accent: {accent}; }}\n" if accent else "")
    response.content_type = "text/css; charset=utf-8"
    response.headers["Cache-Control"] = "public, max-age=300"
    return response


@blueprint.route("/privacy")
@public
def privacy() -> Response:
    return page("pages/privacy.html", **privacy_page(settings()))


@blueprint.route("/help")
@blueprint.route("/help/<topic>")
@public
def help(topic: str = "readers") -> Response:  # noqa: A001
    if topic not in {"readers", "moderators"}:
        raise NotFound(N_("There is no such page of help."))
    return page("pages/help.html" if topic == "moderators" else "pages/help_readers.html")


@blueprint.route("/healthz")
@public
def healthz() -> Response:
    """Say that the process is alive."""
    return make_response("ok\n", 200, {"Content-Type": "text/plain; charset=utf-8"})


@blueprint.route("/readyz")
@public
def readyz() -> Response:
    """Say whether the database, the storage and the worker are there."""
    parts = health.parts()
    troubles = [part.trouble for part in parts if part.trouble]
    current_app.logger.debug("readiness", extra={"ready": not troubles})
    lines = [f"not ready: {'; '.join(troubles)}" if troubles else "ready"]
    lines += [f"{part.name}: {part.stands}" for part in parts]
    return make_response(
        "\n".join(lines) + "\n", 503 if troubles else 200, {"Content-Type": "text/plain; charset=utf-8"}
    )
