"""The receipt's page: where the tip stands, the conversation, and the answer."""

import secrets
from collections.abc import Mapping
from http import HTTPStatus

from flask import request
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response

from tipline import clock
from tipline.errors import Conflict
from tipline.intake import actions, queries, receipt, status
from tipline.intake.forms import MAX_BODY, line, prose
from tipline.intake.views.gate import ATTEMPTS, NOT_STORED, admitted, blueprint, wait
from tipline.languages import N_
from tipline.models import Tip, new_ref
from tipline.web.access import public
from tipline.web.language import _, language, number
from tipline.web.render import page
from tipline.web.request import keyring, reading, settings, writing

TOO_MANY_TRIES = N_("There were many tries from your network. Wait ten minutes, then press “Open” once more.")
NO_WORDS = N_("Type the six words of your receipt.")
UNKNOWN = N_(
    "We don’t know these words. Check their spelling and that there are six of them, in their order."
)
NOT_OURS = N_("“%(word)s” is not one of our words. Check its spelling.")
NO_MESSAGE = N_("Write what you want to add.")
TOO_LONG = N_("Shorten your message to %(most)s characters; it has %(length)s now.")


@blueprint.route("/receipt", methods=["GET", "POST"], endpoint="receipt")
@public
def open_receipt() -> Response:
    if request.method != "POST":
        return _code_page("", {}, HTTPStatus.OK)
    code = line(request.form.get("code"))
    found = _find(code)
    return found if isinstance(found, Response) else _status_page(found, code)


@blueprint.route("/receipt/reply", methods=["POST"])
@public
def reply() -> Response:
    code, message = line(request.form.get("code")), prose(request.form.get("message"))
    found = _find(code)
    if isinstance(found, Response):
        return found
    if sentence := _wrong_with(message):
        return _status_page(
            found, code, errors={"message": sentence}, status_code=HTTPStatus.UNPROCESSABLE_ENTITY
        )
    _add(found, message)
    changed = queries.tip_of_receipt(reading(), keyring(), code) or found
    return _status_page(changed, code, said=True, status_code=HTTPStatus.CREATED)


def _find(code: str) -> Tip | Response:
    """Return the tip of a receipt, or the page that says why there is none; what was typed is kept."""
    if not admitted("receipt"):
        return wait(_code_page(code, {"code": _(TOO_MANY_TRIES)}, HTTPStatus.TOO_MANY_REQUESTS), "receipt")
    if not receipt.letters(code):
        return _code_page(code, {"code": _(NO_WORDS)}, HTTPStatus.UNPROCESSABLE_ENTITY)
    found = queries.tip_of_receipt(reading(), keyring(), code)
    if found is not None:
        return found
    strange = receipt.misspelled(code)
    sentence = _(NOT_OURS, word=strange[0]) if strange else _(UNKNOWN)
    return _code_page(code, {"code": sentence}, HTTPStatus.NOT_FOUND)


def _code_page(code: str, errors: Mapping[str, str], status_code: int) -> Response:
    message = prose(request.form.get("message"))
    return page("intake/receipt.html", status_code, code=code, errors=errors, message=message)


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
