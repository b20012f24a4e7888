"""The receipt's page: where the tip stands, the conversation, and the answer."""

import secrets
from collections.abc import Mapping
from http import HTTPStatus

from flask import request
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response

from tipline import clock
from tipline.errors import Conflict
from tipline.intake import actions, queries, status
from tipline.intake.forms import MAX_BODY, line, prose
from tipline.intake.views.gate import ATTEMPTS, NOT_STORED, blueprint
from tipline.intake.views.opening import Refused, code_page, code_sent, look_up, refusal_page
from tipline.languages import N_
from tipline.models import Tip, new_ref
from tipline.web.access import public
from tipline.web.language import _, language, number
from tipline.web.render import page
from tipline.web.request import keyring, reading, settings, writing

NO_MESSAGE = N_("Write what you want to add.")
TOO_LONG = N_("Shorten your message to %(most)s characters; it has %(length)s now.")


@blueprint.route("/receipt", methods=["GET", "POST"], endpoint="receipt")
@public
def open_receipt() -> Response:
    if request.method != "POST":
        return code_page("", {}, HTTPStatus.OK)
    code = code_sent()
    found = look_up(code)
    return refusal_page(code, found) if isinstance(found, Refused) else _status_page(found, code)


@blueprint.route("/receipt/reply", methods=["POST"])
@public
def reply() -> Response:
    code, message = code_sent(), prose(request.form.get("message"))
    found = look_up(code)
    if isinstance(found, Refused):
        return refusal_page(code, found)
    if sentence := _wrong_with(message):
        return _status_page(
            found, code, errors={"message": sentence}, status_code=HTTPStatus.UNPROCESSABLE_ENTITY
        )
    _add(found, message)
    changed = queries.tip_of_receipt(reading(), keyring(), code) or found
    return _status_page(changed, code, said=True, status_code=HTTPStatus.CREATED)


def _status_page(
    tip: Tip,
    code: str,
    *,
    errors: Mapping[str, str] | None = None,
    said: bool = False,
    status_code: int = HTTPStatus.OK,
) -> Response:
    session, zone, now = reading(), settings().site_timezone, clock.now()
    newsroom = settings().site_name
    return page(
        "intake/status.html",
        status_code,
        code=code,
        standing=status.standing_of(tip, promoted=queries.is_promoted(session, tip.id)),
        published=queries.published_as(session, tip.id),
        has_contact=queries.has_contact(session, tip.id),
        tip=status.tip_shown(tip, queries.story_of(session, tip), zone=zone, language=language()),
        messages=[
            status.message_shown(message, newsroom=newsroom, zone=zone, language=language())
            for message in queries.conversation(session, tip.id, now=now)
        ],
        errors=errors or {},
        message="" if said else prose(request.form.get("message")),
        once=secrets.token_urlsafe(12),
        said=said,
    )


def _add(tip: Tip, message: str) -> None:
    """Store an answer, unless the same page has sent it before."""
    ref = actions.message_ref(keyring(), tip.ref, once=line(request.form.get("once")), body=message)
    for candidate in (ref, *(new_ref() for _attempt in range(ATTEMPTS - 1))):
        try:
            with writing() as session:
                actions.reply(session, tip.id, message, message_ref=candidate, now=clock.now())
        except IntegrityError:
            if not queries.has_message(reading(), candidate, tip_id=tip.id):
                continue  # another tip's message is called so: another ref is drawn
        return
    raise Conflict(NOT_STORED)


def _wrong_with(message: str) -> str:
    if not message.strip():
        return _(NO_MESSAGE)
    if len(message) > MAX_BODY:
        return _(TOO_LONG, most=number(MAX_BODY), length=number(len(message)))
    return ""
