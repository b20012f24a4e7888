"""Where somebody goes on to after signing in: the page they wanted, with what they were sending."""

import re

from flask import current_app
from werkzeug.datastructures import MultiDict

from tipline.web.access import LOGIN, NOT_KEPT

HOME = "/newsroom/queue"
KEPT = "kept."
_OURS = re.compile(r"/newsroom/[^\s\\\x00-\x1f\x7f]*")


def destination(wanted: str, *, method: str = "GET") -> str:
    """Return `wanted` if it is a page of the newsroom that takes `method`, or else the queue."""
    if not _OURS.fullmatch(wanted) or wanted.startswith(LOGIN):
        return HOME
    path = wanted.partition("#")[0].partition("?")[0]
    return wanted if current_app.url_map.bind("localhost").test(path, method=method) else HOME


def kept(form: MultiDict[str, str]) -> list[dict[str, str]]:
    """Return what was being sent when a session ended, as `signed_out.html` carries it along."""
    return [
        {"name": name.removeprefix(KEPT), "value": value}
        for name, value in form.items(multi=True)
        if name.startswith(KEPT) and name.removeprefix(KEPT) not in NOT_KEPT
    ]
