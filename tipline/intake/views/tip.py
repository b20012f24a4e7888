"""The form: shown, sent, and shown again with what is wrong, or with the receipt."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from http import HTTPStatus
from typing import TypeVar

from flask import request
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from tipline import clock
from tipline.errors import Conflict, TiplineError
from tipline.intake import actions, queries, receipt
from tipline.intake.forms import TipForm, line
from tipline.intake.queries import StoryLine
from tipline.intake.staging import Sending, StillArriving, drop_twins, uploads_of
from tipline.intake.storing import Arrival
from tipline.intake.token import MISSING, FormToken, Stamping, issue
from tipline.intake.views.door import PAGE, door, page_url, surroundings
from tipline.intake.views.doubt import challenge_for, doubt_about, held_back, must_be_asked
from tipline.intake.views.files import FormFiles, files_of_form, no_files, take_files
from tipline.intake.views.form_page import filled_page, form_language, fresh_page
from tipline.intake.views.gate import ATTEMPTS, blueprint, later, tried, wait
from tipline.intake.views.receipt_page import receipt_page
from tipline.languages import N_
from tipline.models import Kind, Sign
from tipline.web import errors
from tipline.web.access import public
from tipline.web.language import _
from tipline.web.render import page
from tipline.web.request import keyring, reading, shelf, writing_room

SENT_ALREADY = N_(
    "This form has been sent once, with other words, and that tip is safe with us. "
    "Press “Send” once more to send this as a second one."
)
ERASED = N_(
    "What this form sent was erased with its six words, and nothing of it was stored now. "
    "Press “Send” once more to send this as a new tip."
)
TOO_MANY_TIPS = N_(
    "A lot has come from your network in the last minutes, so we are taking a break. "
    "Nothing is lost: wait ten minutes, then press “Send” once more."
)
NOT_NOW = N_(
    "We could not store it just now; that is our fault, not yours. Everything you wrote is still here: "
    "wait a minute, then press “Send” once more."
)
NOT_HERE_YET = N_("This form has not reached us yet. Write what you know and press “Send”.")
T = TypeVar("T")
LONGEST_SLUG = 200


@blueprint.route("/tip", methods=["GET", "POST"])
@public
def tip() -> Response:
    return _sent() if request.method == "POST" else _shown()


def _shown() -> Response:
    is_plain = door() is PAGE and not (request.query_string and page_url())
    if is_plain and not request.query_string:
        return fresh_page(issue(keyring(), now=clock.now()), None)
    slug, person, kind = (line(request.args.get(name)) for name in ("story", "about", "kind"))
    story = _story_line(slug) if slug else _story_here()
    stamp = issue(keyring(), now=clock.now(), story=story.slug if story else "")
    if is_plain and not (person or kind):
        return fresh_page(stamp, story)
    given = {
        "about": _if_there(lambda: queries.person_name(reading(), person), None) if person else None,
        "kind": kind if kind in set(Kind) else Kind.TIP,
    }
    form = TipForm(None, data=given, meta={"csrf_context": Stamping(keyring(), clock.now(), _was_sent)})
    return filled_page(form, no_files(stamp), {}, HTTPStatus.OK, story=story, stamp=stamp)


def _story_here() -> StoryLine | None:
    """Find the story whose page the reader comes from."""
    address = page_url()
    return _if_there(lambda: queries.story_at(reading(), address), None) if address else None


def _sent() -> Response:
    fields = request.form
    form = TipForm(fields, meta={"csrf_context": Stamping(keyring(), clock.now(), _was_sent)})
    files = files_of_form(form)
    try:
        take_files(files)
        if "drop" in fields:
            return _without_the_story(form, files)
        if "speak" in fields:  # another language: nothing is sent yet
            return _again(form, files, {}, HTTPStatus.OK)
        return _receipt_again(form, files) if "again" in fields else _answer(form, files)
    except HTTPException:
        raise
    except Exception as error:  # noqa: BLE001 - whatever failed here, the reader keeps what they wrote
        errors.note(error)
        return _not_now(form, files)


def _answer(form: TipForm, files: FormFiles) -> Response:
    now, attempt = clock.now(), tried("tip")
    if not attempt.admitted:
        errors = {**files.errors, "token": _(TOO_MANY_TIPS)}
        return wait(_again(form, files, errors, HTTPStatus.TOO_MANY_REQUESTS), "tip")
    if not form.validate() or files.errors:
        return _again(form, files, form.sentences(files.errors), HTTPStatus.UNPROCESSABLE_ENTITY)
    token = form.presented
    assert token is not None, "validate() has refused a form without one"
    doubt = doubt_about(form, token, lately=attempt.lately, now=now)
    # Asked of nobody whose tip is here: a retry is shown its receipt.
    if must_be_asked(doubt, token) and not _was_sent(token):
        return _ask(form, files, now=now)
    return _take(form, files, token, held_back=held_back(doubt))


def _ask(form: TipForm, files: FormFiles, *, now: datetime) -> Response:
    """Show the form once more, with something for the browser to work out."""
    challenge = challenge_for(form, now=now)
    return _again(form, files, {}, HTTPStatus.UNPROCESSABLE_ENTITY, challenge=challenge)


def _take(form: TipForm, files: FormFiles, token: FormToken, *, held_back: tuple[Sign, ...]) -> Response:
    """Store the tip, or show the receipt again when this form's tip is here already."""
    answers = replace(
        form.answers(language=form_language()),
        channel=door().channel,
        page_url="" if token.story else page_url(),
    )
    for _attempt in range(ATTEMPTS):
        arrival = actions.prepare(keyring(), answers, token=token, now=clock.now(), held_back=held_back)
        try:
            _store(arrival, files.sending)
        except (IntegrityError, StillArriving) as error:
            stored = queries.answers_mac_of(reading(), arrival.lookup_hash)
            if stored is None and isinstance(error, IntegrityError):
                continue  # the ref was taken: another is drawn
            if wrong := _other_than_stored(stored, arrival, files):
                return _again(form, files, wrong, HTTPStatus.UNPROCESSABLE_ENTITY)
            drop_twins(shelf(), files.stage, arrival.lookup_hash)
        story = _story_line(arrival.story) if arrival.story else None
        return receipt_page(arrival.words, answers.kind, story.headline if story else None)
    raise Conflict("No free ref was found for a tip.")


def _store(arrival: Arrival, sending: Sending) -> None:
    database = writing_room()
    if not database.write_together(lambda driver: actions.submit(driver, arrival, sending)):
        with database.write_core() as connection:
            actions.submit(connection, arrival, sending)


def _other_than_stored(stored: bytes | None, arrival: Arrival, files: FormFiles) -> dict[str, str]:
    """Say why this is no retry of what is stored, or return nothing when it is one."""
    if stored is None:
        return {"files": files.in_part()}
    if queries.was_erased(reading(), arrival.lookup_hash):
        return {"token": _(ERASED)}
    uploads = uploads_of(reading(), arrival.lookup_hash, files.stage)
    same = stored == files.sending.mixed(arrival.answers_mac, uploads)
    return {} if same else {"token": _(SENT_ALREADY)}


def _receipt_again(form: TipForm, files: FormFiles) -> Response:
    """Show the receipt of a form that has arrived, to whoever holds its token.

    The form's script sends a tip in the background and comes here with what it was given, so that the
    receipt is a page of its own, which survives a reload.
    """
    token = form.presented
    if token is None:
        return _again(form, files, {"token": _(MISSING)}, HTTPStatus.UNPROCESSABLE_ENTITY)
    words = receipt.words_of(keyring(), token)
    hashed = receipt.lookup_hash(keyring(), words, key_id=token.key_id)
    sent = queries.sent_as(reading(), hashed)
    if sent is None:
        wrong = {"token": _(ERASED)} if queries.was_erased(reading(), hashed) else {"body": _(NOT_HERE_YET)}
        return _again(form, files, wrong, HTTPStatus.UNPROCESSABLE_ENTITY)
    kind, headline = sent
    return receipt_page(words, Kind(kind), headline)


def _without_the_story(form: TipForm, files: FormFiles) -> Response:
    stamp = issue(keyring(), now=clock.now())
    return filled_page(form, files, files.errors, HTTPStatus.OK, stamp=stamp)


def _not_now(form: TipForm, files: FormFiles) -> Response:
    # The same token: if the tip did arrive after all, sending it once more makes no second one.
    stamp = form.token.data if form.presented else None
    files.known = False  # whoever cannot store may not be able to list them either
    if "again" in request.form and stamp:
        return later(
            page("intake/receipt_later.html", HTTPStatus.SERVICE_UNAVAILABLE, token=stamp, **surroundings())
        )
    return later(_again(form, files, {"token": _(NOT_NOW)}, HTTPStatus.SERVICE_UNAVAILABLE, stamp=stamp))


def _again(
    form: TipForm,
    files: FormFiles,
    sentences: dict[str, str],
    status_code: int,
    stamp: str | None = None,
    challenge: str = "",
) -> Response:
    presented = form.presented
    story = _story_line(presented.story) if presented and presented.story else None
    return filled_page(form, files, sentences, status_code, story=story, stamp=stamp, challenge=challenge)


def _story_line(slug: str) -> StoryLine | None:
    """Return the story as the form names it; without its headline while the database is away."""
    without: StoryLine | None = StoryLine(slug[:LONGEST_SLUG], "")
    return _if_there(lambda: queries.story_for(reading(), slug), without)


def _if_there(ask: Callable[[], T], otherwise: T) -> T:
    """Return what the database says: the form does without when it says nothing."""
    try:
        return ask()
    except (TiplineError, SQLAlchemyError) as error:
        errors.note(error)
        return otherwise


def _was_sent(token: FormToken) -> bool:
    words = receipt.words_of(keyring(), token)
    hashed = receipt.lookup_hash(keyring(), words, key_id=token.key_id)
    return queries.answers_mac_of(reading(), hashed) is not None
