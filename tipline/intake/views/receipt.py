"""The receipt's page: where the tip stands, the conversation, and the answer."""

from collections.abc import Mapping
from http import HTTPStatus

from flask import request
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response

from tipline import clock
from tipline.errors import Conflict
from tipline.intake import actions, queries, receipt, status, token
from tipline.intake.forms import MAX_BODY, line, prose
from tipline.intake.posted import posted
from tipline.intake.staging import StillArriving, drop_twins_of, staged
from tipline.intake.views.files import FormFiles, no_files, take_files
from tipline.intake.views.gate import ATTEMPTS, NOT_STORED, admitted, blueprint, wait
from tipline.models import Tip, new_ref
from tipline.web.access import public
from tipline.web.render import page
from tipline.web.request import keyring, reading, settings, shelf, writing

TOO_MANY_TRIES = "There were many tries from your network. Wait ten minutes, then press “Open” once more."
NO_WORDS = "Type the six words of your receipt."
UNKNOWN = "We don’t know these words. Check their spelling and that there are six of them, in their order."
NOT_OURS = "“{word}” is not one of our words. Check its spelling."
NO_MESSAGE = "Write what you want to add."


@blueprint.route("/receipt", methods=["GET", "POST"], endpoint="receipt")
@public
def open_receipt() -> Response:
    if request.method != "POST":
        return _code_page("", {}, HTTPStatus.OK)
    code = line(posted().get("code"))
    files = take_files(_once())
    found = _find(code, files)
    return found if isinstance(found, Response) else _status_page(found, code, files)


@blueprint.route("/receipt/reply", methods=["POST"])
@public
def reply() -> Response:
    code, message = line(posted().get("code")), prose(posted().get("message"))
    files = take_files(_once())
    found = _find(code, files)
    if isinstance(found, Response):
        return found
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


def _find(code: str, files: FormFiles) -> Tip | Response:
    """Return the tip of a receipt, or the page that says why there is none; what was typed is kept."""
    if not admitted("receipt"):
        return wait(
            _code_page(code, {"code": TOO_MANY_TRIES}, HTTPStatus.TOO_MANY_REQUESTS, files), "receipt"
        )
    if not receipt.letters(code):
        return _code_page(code, {"code": NO_WORDS}, HTTPStatus.UNPROCESSABLE_ENTITY, files)
    found = queries.tip_of_receipt(reading(), keyring(), code)
    if found is not None:
        return found
    strange = receipt.misspelled(code)
    sentence = NOT_OURS.format(word=strange[0]) if strange else UNKNOWN
    return _code_page(code, {"code": sentence}, HTTPStatus.NOT_FOUND, files)


def _code_page(
    code: str, errors: Mapping[str, str], status_code: int, files: FormFiles | None = None
) -> Response:
    message = prose(posted().get("message"))
    stage = files.stage.token if files else ""
    return page("intake/receipt.html", status_code, code=code, errors=errors, message=message, stage=stage)


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
    newsroom, once = settings().site_name, _once()
    return page(
        "intake/status.html",
        status_code,
        code=code,
        standing=status.standing_of(tip, promoted=queries.is_promoted(session, tip.id)),
        tip=status.tip_shown(tip, queries.story_of(session, tip), zone=zone),
        messages=[
            status.message_shown(message, newsroom=newsroom, zone=zone)
            for message in queries.conversation(session, tip.id, now=now)
        ],
        errors=errors or {},
        message="" if said else prose(posted().get("message")),
        once=once,
        files=files.shown(once),
        said=said,
    )


def _add(tip: Tip, message: str, files: FormFiles) -> None:
    """Store an answer; one that the same page has sent before gets the files that it did not bring then."""
    for candidate in (_message_ref(tip, message), *(new_ref() for _ in range(ATTEMPTS - 1))):
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
    raise Conflict(NOT_STORED)


def _message_ref(tip: Tip, message: str) -> str:
    return actions.message_ref(keyring(), tip.ref, once=line(posted().get("once")), body=message)


def _wrong_with(message: str, files: FormFiles, tip: Tip) -> dict[str, str]:
    # files alone are an answer; a retry of one has them no more
    says = message.strip() or staged(reading(), keyring(), files.stage)
    if not says and not queries.has_message(reading(), _message_ref(tip, message), tip_id=tip.id):
        return {"message": NO_MESSAGE}
    if len(message) > MAX_BODY:
        return {"message": f"Shorten your message to {MAX_BODY:,} characters; it has {len(message):,} now."}
    return {}
