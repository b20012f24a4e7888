"""The audit trail, for administrators."""

import re
from dataclasses import asdict
from urllib.parse import urlencode

from flask import Blueprint, request
from werkzeug.wrappers import Response

from tipline import clock
from tipline.errors import Invalid
from tipline.insight import queries, shown
from tipline.insight.queries import Asked
from tipline.models import Permission
from tipline.text.clean import clean_line
from tipline.web.access import allow, staff
from tipline.web.render import page
from tipline.web.request import reading, settings

blueprint = Blueprint("insight", __name__)
AUDIT = "/newsroom/audit"


@blueprint.get(AUDIT)
@allow(Permission.AUDIT)
def audit() -> Response:
    asked, session, now = _asked(), reading(), clock.now()
    rows, after = queries.events(session, asked)
    zone = staff().timezone or settings().site_timezone
    return page(
        "insight/audit.html",
        section="audit",
        events=[shown.line(row, zone, now) for row in rows],
        filters={"subject": shown.subject_typed(asked.subject)},
        actors=shown.actors(queries.staff(session), asked.actor),
        kinds=shown.kinds(queries.kinds(session), asked.kind),
        chain=shown.chain(queries.chain(session), now),
        older_href=_address(asked, after) if after else None,
        newest_href=_address(asked, None) if asked.after else None,
    )


def _asked() -> Asked:
    """Read the filters of the address; what no event can have finds nothing."""
    given = request.args
    after = given.get("after", "")
    if after and not re.fullmatch(r"[0-9]{1,18}", after):
        raise Invalid("This link to older events is cut short; start again from the newest.")
    return Asked(
        actor=clean_line(given.get("actor", "")),
        kind=clean_line(given.get("kind", "")),
        subject=shown.subject_asked(given.get("subject", "")),
        after=int(after) if after else None,
    )


def _address(asked: Asked, after: int | None) -> str:
    filters = {**asdict(asked), "after": after}
    chosen = urlencode({name: value for name, value in filters.items() if value})
    return f"{AUDIT}?{chosen}" if chosen else AUDIT
