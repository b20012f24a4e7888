"""The form: shown, sent, and shown again with what is wrong, or with the receipt."""

from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus

from flask import request
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response

from tipline import clock
from tipline.errors import Conflict
from tipline.intake import actions, queries, receipt, status
from tipline.intake.forms import MAX_BODY, TipForm, line
from tipline.intake.posted import posted
from tipline.intake.token import FormToken, Stamping
from tipline.intake.views.door import action, door, host, language, page_url
from tipline.intake.views.gate import ATTEMPTS, NOT_STORED, admitted, blueprint, wait
from tipline.web.access import public
from tipline.web.render import page
from tipline.web.request import keyring, reading, writing

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
    if not admitted("tip"):
        return wait(_form_page(form, {"token": TOO_MANY_TIPS}, HTTPStatus.TOO_MANY_REQUESTS), "tip")
    if not form.validate():
        return _form_page(form, form.sentences(), HTTPStatus.UNPROCESSABLE_ENTITY)
    return _take(form)


def _show_form() -> Response:
    story = _story_asked_for()
    person = queries.person_name(reading(), slug) if (slug := line(request.args.get("about"))) else None
    stamping = Stamping(keyring(), clock.now(), _was_sent, story.slug if story else "")
    form = TipForm(None, data={"about": person}, meta={"csrf_context": stamping})
    return _form_page(form, {}, HTTPStatus.OK, story)


def _story_asked_for() -> queries.StoryLine | None:
    """Find the story that the form is opened about: the one named, or the one whose page embeds it."""
    if slug := line(request.args.get("story")):
        return queries.story_for(reading(), slug)
    return queries.story_at(reading(), address) if (address := page_url()) else None


def _take(form: TipForm) -> Response:
    """Store the tip, or show the receipt again when this form's tip is here already."""
    token = form.presented
    assert token is not None, "validate() has refused a form without one"
    answers = replace(
        form.answers(language=language()),
        channel=door().channel,
        page_url="" if token.story else page_url(),
    )
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
    return page(
        "intake/receipt_shown.html",
        HTTPStatus.CREATED,
        layout=door().layout,
        host=host(),
        words=arrival.words,
        sent=sent,
    )


def _form_page(
    form: TipForm, errors: Mapping[str, str], status_code: int, story: queries.StoryLine | None = None
) -> Response:
    presented = form.presented
    if presented and presented.story:
        story = queries.story_for(reading(), presented.story)
    spoken = language()
    return page(
        door().form,
        status_code,
        token=form.fresh_token,
        story=story,
        values=form.data,
        kinds=status.kind_options(form.text("kind")),
        hows=status.how_options(form.text("how")),
        errors=errors,
        opened=form.opened(),
        max_body=MAX_BODY,
        action=action(),
        host=host(),
        dir="rtl" if spoken and spoken.partition("-")[0].lower() in RIGHT_TO_LEFT else "ltr",
    )


def _was_sent(token: FormToken) -> bool:
    words = receipt.words_of(keyring(), token)
    hashed = receipt.lookup_hash(keyring(), words, key_id=token.key_id)
    return queries.answers_mac_of(reading(), hashed) is not None
