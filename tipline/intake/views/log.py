"""Log a tip that somebody told us: the page, what it sends, and the receipt to be read out."""

from dataclasses import replace
from http import HTTPStatus
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from flask import Blueprint, request
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response

from tipline import clock
from tipline.errors import Conflict
from tipline.intake import queries
from tipline.intake.forms import MAX_BODY, line
from tipline.intake.log_shown import channel_choices, how_choices, kind_choices, language_choices
from tipline.intake.logged import LogForm, log_tip, prepare_logged
from tipline.intake.storing import Arrival
from tipline.intake.token import FormToken, issue, read
from tipline.intake.views.gate import ATTEMPTS
from tipline.models import Kind, Permission, show_ref
from tipline.text.times import exact
from tipline.web.access import allow, staff
from tipline.web.render import page
from tipline.web.request import keyring, reading, settings, writing

blueprint = Blueprint("log", __name__)
NOT_OURS = "This page is of no use any more. Nothing is lost: press “Log the tip” once more."
SENT_ALREADY = (
    "This form has been sent once, with other words, and that tip is stored. "
    "Press “Log the tip” once more to store this as a second one."
)


@blueprint.after_request
def keep_out_of_stores(response: Response) -> Response:
    """No cache may hold a receipt, or a token that makes one."""
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/newsroom/log")
@allow(Permission.TRIAGE)
def form() -> Response:
    slug = line(request.args.get("story", "")[:200])
    story = queries.story_for(reading(), slug) if slug else None
    given = {"kind": Kind.TIP, "language": settings().language}
    fresh = LogForm(None, data=given, zone=_zone(), now=clock.now())
    return _page(fresh, issue(keyring(), now=clock.now(), story=story.slug if story else ""))


@blueprint.post("/newsroom/log")
@allow(Permission.TRIAGE)
def log() -> Response:
    """Store what the form says, or show it again with what is wrong."""
    sent, stamp = LogForm(request.form, zone=_zone(), now=clock.now()), request.form.get("token", "")
    token = read(keyring(), stamp)
    valid = sent.validate()
    if token is None:
        return _again(sent, NOT_OURS)
    if not valid:
        return _page(sent, stamp, HTTPStatus.UNPROCESSABLE_ENTITY)
    arrival = _stored(sent, token)
    return _receipt(arrival, sent) if arrival else _again(sent, SENT_ALREADY, story=token.story)


def _stored(sent: LogForm, token: FormToken) -> Arrival | None:
    """Store the tip, or find that this very form is stored; None when it was sent with other words."""
    for _attempt in range(ATTEMPTS):
        arrival = prepare_logged(keyring(), sent, token=token, by=staff())
        try:
            with writing() as session:
                log_tip(session, arrival, by=staff(), now=clock.now())
        except IntegrityError:
            there = queries.logged_as(reading(), arrival.lookup_hash)
            if there is None:
                continue  # the ref was taken: another is drawn
            ref, mac = there
            return replace(arrival, tip={**arrival.tip, "ref": ref}) if mac == arrival.answers_mac else None
        return arrival
    raise Conflict("No free ref was found for a tip.")


def _receipt(arrival: Arrival, sent: LogForm) -> Response:
    ref = str(arrival.tip["ref"])
    return page(
        "intake/logged.html",
        HTTPStatus.CREATED,
        section="log",
        words=arrival.words,
        ref=ref,
        ref_shown=show_ref(ref),
        received=exact(sent.received_at, str(_zone())),
        reachable=arrival.contact is not None,
        receipt_at=f"{urlsplit(settings().site_url or request.host_url).netloc}/receipt",
    )


def _again(sent: LogForm, sentence: str, *, story: str = "") -> Response:
    """Show the form with a new token, under which it can be sent."""
    sent.form_errors.append(sentence)
    fresh = issue(keyring(), now=clock.now(), story=story)
    return _page(sent, fresh, HTTPStatus.UNPROCESSABLE_ENTITY)


def _page(sent: LogForm, stamp: str, status: HTTPStatus = HTTPStatus.OK) -> Response:
    token = read(keyring(), stamp)
    story = queries.story_for(reading(), token.story) if token and token.story else None
    return page(
        "intake/log.html",
        status,
        section="log",
        form=sent,
        token=stamp,
        story=story,
        most=MAX_BODY,
        kinds=kind_choices(sent.text("kind")),
        hows=how_choices(sent.text("how")),
        channels=channel_choices(sent.text("channel")),
        languages=language_choices(sent.text("language")),
        latest=sent.now.astimezone(_zone()).strftime("%Y-%m-%dT%H:%M"),
        zone=str(_zone()).replace("_", " "),
        more_open=any(sent[name].data or sent[name].errors for name in ("happened", "link", "how")),
    )


def _zone() -> ZoneInfo:
    return ZoneInfo(staff().timezone or settings().site_timezone)
