"""The readers' routes: the form, the receipt, the reply. No cookie is read or set on any of them."""

import re
import secrets
from collections.abc import Mapping
from http import HTTPStatus

from flask import Blueprint, current_app, request
from flask.blueprints import BlueprintSetupState
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response

from tipline import clock
from tipline.errors import Conflict
from tipline.intake import actions, queries, receipt, status
from tipline.intake.forms import MAX_BODY, TipForm, line, prose
from tipline.intake.limits import RULES, Limits
from tipline.intake.posted import posted
from tipline.intake.token import FormToken, Stamping
from tipline.models import Tip, new_ref
from tipline.web.access import public
from tipline.web.render import page
from tipline.web.request import keyring, reading, settings, writing

blueprint = Blueprint("intake", __name__)
EXTENSION = "tipline.intake.limits"
ATTEMPTS = 3  # a new ref clashes with an old one once in about 2 ** 40 / tips
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}")  # BCP 47, the forms that pages come in
RIGHT_TO_LEFT = frozenset({"ar", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"})

SENT_ALREADY = (
    "This form has been sent once, with other words, and that tip is safe with us. "
    "Press “Send the tip” once more to send this as a second one."
)
TOO_MANY_TIPS = (
    "A lot has come from your network in the last minutes, so we are taking a break. "
    "Nothing is lost: wait ten minutes, then press “Send the tip” once more."
)
TOO_MANY_TRIES = "There were many tries from your network. Wait ten minutes, then press “Open” once more."
NO_WORDS = "Type the six words of your receipt."
UNKNOWN = "We don’t know these words. Check their spelling and that there are six of them, in their order."
NOT_OURS = "“{word}” is not one of our words. Check its spelling."
NOT_STORED = "We could not store this. Go back and send it again; your browser still has what you wrote."
NO_MESSAGE = "Write what you want to add."


@blueprint.record
def give_limits(state: BlueprintSetupState) -> None:
    state.app.extensions[EXTENSION] = Limits()


@blueprint.after_request
def keep_out_of_stores(response: Response) -> Response:
    """No cache may hold a form, since two readers would share a token, or a receipt."""
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.route("/tip", methods=["GET", "POST"])
@public
def tip() -> Response:
    if request.method != "POST":
        return _show_form()
    now = clock.now()
    form = TipForm(posted(), meta={"csrf_context": Stamping(keyring(), now, _was_sent)})
    if not _admitted("tip"):
        return _wait(_form_page(form, {"token": TOO_MANY_TIPS}, HTTPStatus.TOO_MANY_REQUESTS), "tip")
    if not form.validate():
        return _form_page(form, form.sentences(), HTTPStatus.UNPROCESSABLE_ENTITY)
    return _take(form)


@blueprint.route("/receipt", methods=["GET", "POST"], endpoint="receipt")
@public
def open_receipt() -> Response:
    if request.method != "POST":
        return _code_page("", {}, HTTPStatus.OK)
    code = line(posted().get("code"))
    found = _find(code)
    return found if isinstance(found, Response) else _status_page(found, code)


@blueprint.route("/receipt/reply", methods=["POST"])
@public
def reply() -> Response:
    code, message = line(posted().get("code")), prose(posted().get("message"))
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


def _show_form() -> Response:
    story = queries.story_for(reading(), slug) if (slug := line(request.args.get("story"))) else None
    person = queries.person_name(reading(), slug) if (slug := line(request.args.get("about"))) else None
    stamping = Stamping(keyring(), clock.now(), _was_sent, story.slug if story else "")
    form = TipForm(None, data={"about": person}, meta={"csrf_context": stamping})
    return _form_page(form, {}, HTTPStatus.OK, story)


def _take(form: TipForm) -> Response:
    """Store the tip, or show the receipt again when this form's tip is here already."""
    token = form.presented
    assert token is not None, "validate() has refused a form without one"
    answers = form.answers(language=_language())
    for _ in range(ATTEMPTS):
        arrival = actions.prepare(keyring(), answers, token=token, now=clock.now())
        try:
            with writing() as session:
                actions.submit(session, arrival)
        except IntegrityError:
            stored = queries.answers_mac_of(reading(), arrival.lookup_hash)
            if stored is not None and stored != arrival.answers_mac:
                return _form_page(form, {"token": SENT_ALREADY}, HTTPStatus.UNPROCESSABLE_ENTITY)
            if stored is None:
                continue  # the ref was taken: another is drawn
        return _receipt_page(arrival, answers)
    raise Conflict(NOT_STORED)


def _receipt_page(arrival: actions.Arrival, answers: actions.Answers) -> Response:
    story = queries.story_for(reading(), arrival.story) if arrival.story else None
    sent = {
        "kind_label": status.KIND_LABELS[answers.kind],
        "story_headline": story.headline if story else None,
    }
    return page("intake/receipt_shown.html", HTTPStatus.CREATED, words=arrival.words, sent=sent)


def _form_page(
    form: TipForm, errors: Mapping[str, str], status_code: int, story: queries.StoryLine | None = None
) -> Response:
    presented = form.presented
    if presented and presented.story:
        story = queries.story_for(reading(), presented.story)
    language = _language()
    return page(
        "intake/tip.html",
        status_code,
        token=form.fresh_token,
        story=story,
        values=form.data,
        kinds=status.kind_options(form.text("kind")),
        hows=status.how_options(form.text("how")),
        errors=errors,
        opened=form.opened(),
        max_body=MAX_BODY,
        language=language,
        dir="rtl" if language and language.partition("-")[0].lower() in RIGHT_TO_LEFT else "ltr",
    )


def _find(code: str) -> Tip | Response:
    """Return the tip of a receipt, or the page that says why there is none; what was typed is kept."""
    if not _admitted("receipt"):
        return _wait(_code_page(code, {"code": TOO_MANY_TRIES}, HTTPStatus.TOO_MANY_REQUESTS), "receipt")
    if not receipt.letters(code):
        return _code_page(code, {"code": NO_WORDS}, HTTPStatus.UNPROCESSABLE_ENTITY)
    found = queries.tip_of_receipt(reading(), keyring(), code)
    if found is not None:
        return found
    strange = receipt.misspelled(code)
    return _code_page(
        code, {"code": NOT_OURS.format(word=strange[0]) if strange else UNKNOWN}, HTTPStatus.NOT_FOUND
    )


def _code_page(code: str, errors: Mapping[str, str], status_code: int) -> Response:
    message = prose(posted().get("message"))
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
        tip=status.tip_shown(tip, queries.story_of(session, tip), zone=zone),
        messages=[
            status.message_shown(message, newsroom=newsroom, zone=zone)
            for message in queries.conversation(session, tip.id, now=now)
        ],
        errors=errors or {},
        message="" if said else prose(posted().get("message")),
        once=secrets.token_urlsafe(12),
        said=said,
    )


def _add(tip: Tip, message: str) -> None:
    """Store an answer, unless the same page has sent it before."""
    ref = actions.message_ref(keyring(), tip.ref, once=line(posted().get("once")), body=message)
    for candidate in (ref, new_ref(), new_ref()):
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
        return NO_MESSAGE
    if len(message) > MAX_BODY:
        return f"Shorten your message to {MAX_BODY:,} characters; it has {len(message):,} now."
    return ""


def _was_sent(token: FormToken) -> bool:
    words = receipt.words_of(keyring(), token)
    hashed = receipt.lookup_hash(keyring(), words, key_id=token.key_id)
    return queries.answers_mac_of(reading(), hashed) is not None


def _admitted(what: str) -> bool:
    if settings().rate_limits == "off":
        return True
    limits: Limits = current_app.extensions[EXTENSION]
    return limits.admits(what, request.remote_addr or "", now=clock.now())


def _wait(response: Response, what: str) -> Response:
    response.headers["Retry-After"] = str(int(RULES[what].window.total_seconds()))
    return response


def _language() -> str | None:
    """Return the language that the address asks for, if it can be one."""
    asked = request.args.get("lang", "")
    return asked if LANGUAGE.fullmatch(asked) else None
