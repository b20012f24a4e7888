"""The routes of files: the clean copy for whoever reads tips, the original for whoever gives a reason.

What strangers made is given out as a download, in a sandbox, under a generated name. Only pictures that we
have drawn anew are shown in the page.
"""

from collections.abc import Iterator

from flask import Blueprint, request
from werkzeug.wrappers import Response

from tipline import clock
from tipline.errors import Invalid
from tipline.models import Permission, parse_ref
from tipline.scrub.types import FileType
from tipline.storage.sealed import SealedFile
from tipline.text.clean import clean
from tipline.triage import files
from tipline.triage.answers import listing_looked_at, show
from tipline.triage.typed import Typed
from tipline.web.access import allow, staff
from tipline.web.request import reading, shelf, writing

blueprint = Blueprint("files", __name__)
SANDBOX = "default-src 'none'; sandbox; frame-ancestors 'none'"


@blueprint.get("/newsroom/files/<ref>")
@allow(Permission.TRIAGE)
def file(ref: str) -> Response:
    """Give out the clean copy; with `view=1` a picture, to be seen in the page."""
    found = files.find(reading(), parse_ref(ref), staff().id)
    files.require_copy(found.file)
    media_type = found.file.scrubbed_type or ""
    seen = request.args.get("view") == "1" and FileType.of(media_type) in files.SEEN_INLINE
    content, size_bytes = shelf().copy(found.file), found.file.scrubbed_bytes or 0
    return _given_out(content, size_bytes, media_type, found.name(media_type), inline=seen)


@blueprint.post("/newsroom/files/<ref>/original")
@allow(Permission.OPEN_SEALED)
def original(ref: str) -> Response:
    """Give out the original, once the reason is recorded."""
    found = files.find(reading(), parse_ref(ref), staff().id)
    files.require_original(found.file)
    given = request.form.get("why", "")
    try:
        why = files.reason_to_open(given)
    except Invalid as error:
        typed = Typed("original", error.message, {"file": (found.file.ref,), "why": (clean(given),)})
        return show(
            found.tip.ref, listing_looked_at(), problem=error.message, status=error.status, typed=typed
        )
    content = shelf().original(found.file)
    response = _given_out(
        content, found.file.size_bytes, found.file.media_type, found.name(found.file.media_type), inline=False
    )
    with writing() as session:
        files.open_original(session, found, why, by=staff(), now=clock.now())
    return response


def _given_out(content: SealedFile, size_bytes: int, media_type: str, name: str, *, inline: bool) -> Response:
    pieces = content.pieces()
    # whatever is wrong with the storage is said on a page, not by a download that breaks off
    first = next(pieces, b"")
    response = Response(_all(first, pieces), mimetype=media_type, direct_passthrough=True)
    response.content_length = size_bytes
    disposition = "inline" if inline else "attachment"
    response.headers["Content-Disposition"] = f'{disposition}; filename="{name}"'
    response.headers["Content-Security-Policy"] = SANDBOX
    response.headers["Cache-Control"] = "no-store"
    return response


def _all(first: bytes, pieces: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from pieces
