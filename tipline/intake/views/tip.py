"""The form: shown, sent, and shown again with what is wrong, or with the receipt."""

import re
from collections.abc import Mapping
from http import HTTPStatus

from flask import request
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response

from tipline import clock
from tipline.errors import Conflict
from tipline.intake import actions, queries, receipt, status
from tipline.intake.forms import MAX_BODY, TipForm, line
from tipline.intake.posted import posted
from tipline.intake.staging import StillArriving, drop_twins, uploads_of
from tipline.intake.token import FormToken, Stamping
from tipline.intake.views.files import FormFiles, no_files, take_files
from tipline.intake.views.gate import ATTEMPTS, NOT_STORED, admitted, blueprint, wait
from tipline.web.access import public
from tipline.web.render import page
from tipline.web.request import keyring, reading, shelf, writing

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


@blueprint.route("/tip", methods=["GET", "POST"])
@public
def tip() -> Response:
    if request.method != "POST":
        return _show_form()
    now = clock.now()
    form = TipForm(posted(), meta={"csrf_context": Stamping(keyring(), now, _was_sent)})
    files = take_files(form.fresh_token)
    if not admitted("tip"):
        errors = {**files.errors, "token": TOO_MANY_TIPS}
        return wait(_form_page(form, files, errors, HTTPStatus.TOO_MANY_REQUESTS), "tip")
    if not form.validate() or files.errors:
        return _form_page(form, files, {**files.errors, **form.sentences()}, HTTPStatus.UNPROCESSABLE_ENTITY)
    return _take(form, files)


def _show_form() -> Response:
    story = queries.story_for(reading(), slug) if (slug := line(request.args.get("story"))) else None
    person = queries.person_name(reading(), slug) if (slug := line(request.args.get("about"))) else None
    stamping = Stamping(keyring(), clock.now(), _was_sent, story.slug if story else "")
    form = TipForm(None, data={"about": person}, meta={"csrf_context": stamping})
    return _form_page(form, no_files(form.fresh_token), {}, HTTPStatus.OK, story)


def _take(form: TipForm, files: FormFiles) -> Response:
    """Store the tip, or show the receipt again when this form's tip is here already."""
    token = form.presented
    assert token is not None, "validate() has refused a form without one"
    answers = form.answers(language=_language())
    for _ in range(ATTEMPTS):
        arrival = actions.prepare(keyring(), answers, token=token, now=clock.now())
        try:
            with writing() as session:
                actions.submit(session, arrival, files.sending)
        except (IntegrityError, StillArriving) as error:
            stored = queries.answers_mac_of(reading(), arrival.lookup_hash)
            if stored is None and isinstance(error, IntegrityError):
                continue  # the ref was taken: another is drawn
            if wrong := _other_than_stored(stored, arrival, files):
                return _form_page(form, files, wrong, HTTPStatus.UNPROCESSABLE_ENTITY)
            drop_twins(shelf(), files.stage, arrival.lookup_hash)
        return _receipt_page(arrival, answers)
    raise Conflict(NOT_STORED)


def _other_than_stored(stored: bytes | None, arrival: actions.Arrival, files: FormFiles) -> dict[str, str]:
    """Say why this is no retry of what is stored, or return nothing when it is one."""
    if stored is None:
        return {"files": files.in_part()}
    uploads = uploads_of(reading(), arrival.lookup_hash, files.stage)
    same = stored == files.sending.mixed(arrival.answers_mac, uploads)
    return {} if same else {"token": SENT_ALREADY}


def _receipt_page(arrival: actions.Arrival, answers: actions.Answers) -> Response:
    story = queries.story_for(reading(), arrival.story) if arrival.story else None
    sent = {
        "kind_label": status.KIND_LABELS[answers.kind],
        "story_headline": story.headline if story else None,
    }
    return page("intake/receipt_shown.html", HTTPStatus.CREATED, words=arrival.words, sent=sent)


def _form_page(
    form: TipForm,
    files: FormFiles,
    errors: Mapping[str, str],
    status_code: int,
    story: queries.StoryLine | None = None,
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
        files=files.shown(form.fresh_token),
        kinds=status.kind_options(form.text("kind")),
        hows=status.how_options(form.text("how")),
        errors=errors,
        opened=form.opened(),
        max_body=MAX_BODY,
        language=language,
        dir="rtl" if language and language.partition("-")[0].lower() in RIGHT_TO_LEFT else "ltr",
    )


def _was_sent(token: FormToken) -> bool:
    words = receipt.words_of(keyring(), token)
    hashed = receipt.lookup_hash(keyring(), words, key_id=token.key_id)
    return queries.answers_mac_of(reading(), hashed) is not None


def _language() -> str | None:
    """Return the language that the address asks for, if it can be one."""
    asked = request.args.get("lang", "")
    return asked if LANGUAGE.fullmatch(asked) else None
