"""The receipt's page: where the tip stands, the conversation, and the answer."""

from collections.abc import Mapping
from http import HTTPStatus

from flask import request
from sqlalchemy.exc import IntegrityError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from tipline import clock
from tipline.errors import Conflict
from tipline.intake import actions, queries, status, token
from tipline.intake.forms import MAX_BODY, line, prose
from tipline.intake.sent_files import sent_file
from tipline.intake.staging import StillArriving, drop_twins_of, staged
from tipline.intake.views.cut import status_of, with_cut_message
from tipline.intake.views.files import FormFiles, files_named, no_files, take_files
from tipline.intake.views.gate import ATTEMPTS, admitted, blueprint, later, wait
from tipline.intake.views.opening import Refused, code_page, code_sent, look_up, once_sent, refusal_page
from tipline.languages import N_
from tipline.models import Tip, new_ref
from tipline.web import errors as errors_seen
from tipline.web.access import public
from tipline.web.language import _, language, number
from tipline.web.render import page
from tipline.web.request import keyring, reading, settings, shelf, writing

NOT_NOW = N_(
    "We could not store it just now; that is our fault, not yours. What you wrote is still here: "
    "wait a minute, press “Open”, then send it once more."
)
ADD_SOMETHING = N_("Add something")
NO_MESSAGE = N_("Write what you want to add.")
TOO_MANY_REPLIES = N_(
    "Many messages have come from your network in the last minutes. "
    "Nothing you wrote is lost: wait ten minutes, then press “Send” once more."
)
TOO_LONG = N_("Shorten your message to %(most)s characters; it has %(length)s now.")


@blueprint.route("/receipt", methods=["GET", "POST"], endpoint="receipt")
@public
def open_receipt() -> Response:
    if request.method != "POST":
        return code_page("", {}, HTTPStatus.OK)
    code, files = code_sent(), take_files(files_named(_once()))
    found = look_up(code)
    if isinstance(found, Refused):
        return refusal_page(code, found)
    return _status_page(found, code, files, errors=files.errors)


@blueprint.route("/receipt/reply", methods=["POST"])
@public
def reply() -> Response:
    try:
        return _reply(code_sent())
    except HTTPException:
        raise
    except Exception as error:  # noqa: BLE001 - whatever failed here, the reader keeps what they wrote
        errors_seen.note(error)
        shown = code_page(code_sent(), {"code": _(NOT_NOW)}, HTTPStatus.SERVICE_UNAVAILABLE)
        return later(shown)


def _reply(code: str) -> Response:
    message, files = prose(request.form.get("message")), take_files(files_named(_once()))
    found = look_up(code)
    if isinstance(found, Refused):
        return refusal_page(code, found)
    if not admitted("reply"):
        errors = {**files.errors, "message": _(TOO_MANY_REPLIES)}
        page = _status_page(found, code, files, errors=errors, status_code=HTTPStatus.TOO_MANY_REQUESTS)
        return wait(page, "reply")
    if errors := {**_wrong_with(message, files, found), **files.errors}:
        return _status_page(found, code, files, errors=errors, status_code=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        _add(found, message, files)
    except StillArriving:
        errors = {"files": files.in_part()}
        return _status_page(found, code, files, errors=errors, status_code=HTTPStatus.UNPROCESSABLE_ENTITY)
    changed = queries.tip_of_receipt(reading(), keyring(), code) or found
    return _status_page(changed, code, no_files(_once()), said=True, status_code=HTTPStatus.CREATED)


def _once() -> str:
    """Return the mark of a page about to be shown, under which its files arrive."""
    return token.issue(keyring(), now=clock.now())


def _status_page(
    tip: Tip,
    code: str,
    files: FormFiles,
    *,
    errors: Mapping[str, str] | None = None,
    said: bool = False,
    status_code: int = HTTPStatus.OK,
) -> Response:
    session, zone, now = reading(), settings().site_timezone, clock.now()
    # an answer that may have arrived after all keeps its page's mark, so that it is stored once
    newsroom, once = settings().site_name, ("" if said else once_sent()) or _once()
    message = "" if said else prose(request.form.get("message"))
    return page(
        "intake/status.html",
        status_of(status_code),
        code=code,
        standing=status.standing_of(tip, promoted=queries.is_promoted(session, tip.id)),
        published=queries.published_as(session, tip.id),
        has_contact=queries.has_contact(session, tip.id),
        tip=status.tip_shown(tip, queries.story_of(session, tip), zone=zone, language=language()),
        sent_files=[sent_file(keyring(), file) for file in queries.files_of(session, tip)],
        messages=[
            status.message_shown(message, newsroom=newsroom, zone=zone, language=language())
            for message in queries.conversation(session, tip.id, now=now)
        ],
        most_messages=queries.MESSAGES_SHOWN,
        errors=with_cut_message(errors or {}, ADD_SOMETHING, message),
        message=message,
        once=once,
        files=files.shown(once),
        said=said,
    )


def _add(tip: Tip, message: str, files: FormFiles) -> None:
    """Store an answer; one that the same page has sent before gets the files that it did not bring then."""
    for candidate in (_message_ref(tip, message), *(new_ref() for _attempt in range(ATTEMPTS - 1))):
        try:
            with writing() as session:
                actions.reply(
                    session, tip.id, message, message_ref=candidate, now=clock.now(), sending=files.sending
                )
        except IntegrityError:
            if not queries.has_message(reading(), candidate, tip_id=tip.id):
                continue  # another tip's message is called so: another ref is drawn
            drop_twins_of(shelf(), files.stage, tip.id)
            with writing() as session:
                actions.add_files(session, tip.id, candidate, files.sending)
        return
    raise Conflict("No free ref was found for an answer.")


def _message_ref(tip: Tip, message: str) -> str:
    return actions.message_ref(keyring(), tip.ref, once=line(request.form.get("once")), body=message)


def _wrong_with(message: str, files: FormFiles, tip: Tip) -> dict[str, str]:
    # files alone are an answer; a retry of one has them no more
    says = message.strip() or staged(reading(), keyring(), files.stage)
    if not says and not queries.has_message(reading(), _message_ref(tip, message), tip_id=tip.id):
        return {"message": _(NO_MESSAGE)}
    if len(message) > MAX_BODY:
        return {"message": _(TOO_LONG, most=number(MAX_BODY), length=number(len(message)))}
    return {}
