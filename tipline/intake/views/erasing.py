"""The tipster takes back how to reach them, or the whole tip: asked once more, then done."""

from enum import StrEnum

from flask import request
from werkzeug.wrappers import Response

from tipline import audit, clock
from tipline.errors import Invalid
from tipline.intake.views.gate import blueprint
from tipline.intake.views.opening import Refused, code_sent, look_up, refusal_page
from tipline.keeping.erase import Erasure, erase_contact, erase_tip
from tipline.languages import N_
from tipline.models import Tip
from tipline.web.access import public
from tipline.web.render import page
from tipline.web.request import writing

NOT_A_PART = N_("Say what is to be erased. Nothing was erased.")


class Part(StrEnum):
    CONTACT = "contact"
    TIP = "tip"


@blueprint.route("/receipt/erase", methods=["POST"])
@public
def erase() -> Response:
    code = code_sent()
    found = look_up(code)
    if isinstance(found, Refused):
        return refusal_page(code, found)
    part = _part()
    if "sure" not in request.form:
        return page("intake/erase.html", code=code, part=part)
    return page("intake/erased.html", code=code, part=part, outcome=_erase(found, part))


def _part() -> Part:
    try:
        return Part(request.form.get("part", ""))
    except ValueError:
        raise Invalid(NOT_A_PART) from None


def _erase(tip: Tip, part: Part) -> Erasure:
    act = erase_tip if part is Part.TIP else erase_contact
    # to the minute, as whatever a tipster's act leaves behind
    with writing() as session:
        return act(session, tip, by=audit.READER, now=clock.to_minute(clock.now()))
