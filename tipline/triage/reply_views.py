"""The routes of saved replies: the list, and one form for a new one or for changing one."""

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from tipline.errors import Invalid
from tipline.languages import LANGUAGES
from tipline.models import Permission, parse_ref
from tipline.text.clean import clean, clean_line
from tipline.triage.saved_replies import (
    MAX_BODY_CHARACTERS,
    MAX_NAME_CHARACTERS,
    VARIABLES,
    Written,
    change_reply,
    delete_reply,
    find_reply,
    replies_of,
    save_reply,
)
from tipline.web.access import allow, staff
from tipline.web.render import page
from tipline.web.request import reading, settings, writing

blueprint = Blueprint("replies", __name__)
REPLIES = "/newsroom/replies"


@blueprint.get(REPLIES)
@allow(Permission.TRIAGE)
def saved() -> Response:
    return _page(Written("", settings().language, "", shared=False))


@blueprint.get(f"{REPLIES}/<ref>")
@allow(Permission.TRIAGE)
def show(ref: str) -> Response:
    reply = find_reply(reading(), parse_ref(ref), staff())
    return _page(Written(reply.name, reply.language, reply.body, reply.shared), ref=reply.ref)


@blueprint.post(REPLIES)
@allow(Permission.TRIAGE)
def add() -> Response:
    written = _written()
    try:
        with writing() as session:
            save_reply(session, written, by=staff())
    except Invalid as error:
        return _page(written, problem=error.message, status=error.status)
    return redirect(REPLIES, 303)


@blueprint.post(f"{REPLIES}/<ref>")
@allow(Permission.TRIAGE)
def edit(ref: str) -> Response:
    ref, written = parse_ref(ref), _written()
    try:
        with writing() as session:
            change_reply(session, ref, written, by=staff())
    except Invalid as error:
        return _page(written, ref=ref, problem=error.message, status=error.status)
    return redirect(REPLIES, 303)


@blueprint.post(f"{REPLIES}/<ref>/delete")
@allow(Permission.TRIAGE)
def remove(ref: str) -> Response:
    with writing() as session:
        delete_reply(session, parse_ref(ref), by=staff())
    return redirect(REPLIES, 303)


def _written() -> Written:
    form = request.form
    return Written(
        clean_line(form.get("name", "")), clean_line(form.get("language", "")),
        clean(form.get("body", "")).strip(), shared=bool(form.get("shared")),
    )  # fmt: skip


def _page(written: Written, *, ref: str = "", problem: str = "", status: int = 200) -> Response:
    chosen = find_reply(reading(), ref, staff()) if ref else None
    return page(
        "triage/replies.html",
        status,
        section="replies",
        replies=replies_of(reading(), staff()),
        chosen=chosen,
        written=written,
        problem=problem,
        languages=[(code, name, code == written.language) for code, name in LANGUAGES.items()],
        variables=[f"{{{name}}}" for name in VARIABLES],
        most_name=MAX_NAME_CHARACTERS,
        most_body=MAX_BODY_CHARACTERS,
    )
