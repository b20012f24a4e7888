"""Routes of the drafts: board, editor, preview, history, steps."""

from collections.abc import Callable
from functools import partial

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from tipline import clock
from tipline.drafts import actions, publishing, queries
from tipline.drafts.forms import DraftForm, NotAnAddress, sent_address, sent_step, sent_version
from tipline.drafts.shown import (
    Clock,
    ShownConflict,
    article,
    column,
    conflict,
    draft_href,
    revision_line,
    shown_draft,
    source,
)
from tipline.errors import Conflict, NotFound
from tipline.models import Draft, DraftState, Permission, parse_ref
from tipline.models.draft import DraftStep, NoHeadline
from tipline.web.access import allow, staff
from tipline.web.render import page
from tipline.web.request import reading, settings, writing

blueprint = Blueprint("drafts", __name__)

# A column that is empty on most days is shown only when it holds something.
_ALWAYS = frozenset({DraftState.DRAFT, DraftState.IN_REVIEW, DraftState.APPROVED, DraftState.SENT})


@blueprint.route("/newsroom/drafts")
@allow(Permission.DRAFT)
def board() -> Response:
    totals = queries.count_by_state(reading(), staff().id)
    columns = [
        column(state, totals.get(state, 0), queries.cards(reading(), state, staff().id), _clock())
        for state in DraftState
        if state in _ALWAYS or totals.get(state)
    ]
    return page("drafts/board.html", section="drafts", columns=columns)


@blueprint.route("/newsroom/drafts", methods=["POST"])
@allow(Permission.DRAFT)
def promote() -> Response:
    # the rows that were ticked in the queue say which version was seen, too
    ticked = [text.partition(":")[0] for text in request.form.getlist("tip")]
    refs = [parse_ref(ref) for ref in (*request.form.getlist("tips"), *ticked) if ref]
    with writing() as session:
        draft = actions.promote(session, refs, by=staff(), now=clock.now())
    return redirect(draft_href(draft.ref), 303)


@blueprint.route("/newsroom/drafts/<ref>")
@allow(Permission.DRAFT)
def editor(ref: str) -> Response:
    draft = _draft(ref)
    return _editor(draft, DraftForm.showing(draft, _clock().zone))


@blueprint.route("/newsroom/drafts/<ref>", methods=["POST"])
@allow(Permission.DRAFT)
def save(ref: str) -> Response:
    form, version = DraftForm.sent(_clock().zone), sent_version()
    if not form.validate():
        return _editor(_draft(ref), form, status=422, version=version)
    try:
        with writing() as session:
            draft = actions.save(
                session, parse_ref(ref), form.text(), version=version, by=staff(), now=clock.now()
            )
    except Conflict as error:
        draft = _draft(ref)
        told = conflict(draft, queries.since(reading(), draft, version), error.message, _clock())
        return _editor(draft, form, status=409, told=told)
    return redirect(draft_href(draft.ref), 303)


@blueprint.route("/newsroom/drafts/<ref>/preview")
@allow(Permission.DRAFT)
def preview(ref: str) -> Response:
    draft = _draft(ref)
    return page(
        "drafts/preview.html", section="drafts", draft=_shown(draft), article=article(draft), unsaved=False
    )


@blueprint.route("/newsroom/drafts/<ref>/preview", methods=["POST"])
@allow(Permission.DRAFT)
def preview_unsaved(ref: str) -> Response:
    draft, form = _draft(ref), DraftForm.sent(_clock().zone)
    if not form.validate():
        return _editor(draft, form, status=422)
    text = form.text()
    return page(
        "drafts/preview.html",
        section="drafts",
        draft=_shown(draft),
        article=article(text),
        unsaved=text != actions.DraftText.of(draft),
    )


@blueprint.route("/newsroom/drafts/<ref>/state", methods=["POST"])
@allow(Permission.DRAFT)
def step(ref: str) -> Response:
    wanted, version = sent_step(), sent_version()
    if wanted is DraftStep.PUBLISH:
        return _publish(ref, version)
    take = publishing.unpublish if wanted is DraftStep.UNPUBLISH else partial(actions.take_step, step=wanted)
    return _take(take, ref, version)


def _publish(ref: str, version: int) -> Response:
    try:
        address = sent_address()
    except NotAnAddress as error:
        draft = _draft(ref)
        return _editor(draft, DraftForm.showing(draft, _clock().zone), status=422, no_address=error.message)
    return _take(partial(publishing.publish, address=address), ref, version)


def _take(take: Callable[..., Draft], ref: str, version: int) -> Response:
    try:
        with writing() as session:
            draft = take(session, parse_ref(ref), version=version, by=staff(), now=clock.now())
    except NoHeadline as error:
        draft = _draft(ref)
        form = DraftForm.showing(draft, _clock().zone)
        form.headline.errors = [error.message]
        return _editor(draft, form, status=422, refused="The draft stays as it is")
    return redirect(draft_href(draft.ref), 303)


@blueprint.route("/newsroom/drafts/<ref>/revisions/<int(max=999999999):number>")
@allow(Permission.DRAFT)
def revision(ref: str, number: int) -> Response:
    draft = _draft(ref)
    found = queries.revision_of(reading(), draft.id, number)
    if found is None:
        raise NotFound("This draft has no such version.")
    kept, by = found
    saved = queries.Saved(kept.number, by, kept.saved_at, len(kept.body))
    return page(
        "drafts/revision.html",
        section="drafts",
        draft=_shown(draft),
        article=article(kept),
        revision=revision_line(draft, saved, _clock()),
    )


@blueprint.route("/newsroom/drafts/<ref>/revisions/<int(max=999999999):number>/restore", methods=["POST"])
@allow(Permission.DRAFT)
def restore(ref: str, number: int) -> Response:
    version = sent_version()
    with writing() as session:
        draft = actions.restore(session, parse_ref(ref), number, version=version, by=staff(), now=clock.now())
    return redirect(draft_href(draft.ref), 303)


def _draft(ref: str) -> Draft:
    return actions.find(reading(), parse_ref(ref), by=staff())


def _clock() -> Clock:
    return Clock(clock.now(), staff().timezone or settings().site_timezone)


def _shown(draft: Draft) -> object:
    return shown_draft(draft, queries.history(reading(), draft.id)[0], _clock())


def _editor(
    draft: Draft,
    form: DraftForm,
    *,
    status: int = 200,
    told: ShownConflict | None = None,
    version: int | None = None,
    no_address: str = "",
    refused: str = "The draft has not been saved yet",
) -> Response:
    """Show the editor; `version` is what the text was written on, where it is not the newest."""
    saved = queries.history(reading(), draft.id)
    tips = queries.sources(reading(), draft.id)
    return page(
        "drafts/editor.html",
        status=status,
        section="drafts",
        draft=shown_draft(draft, saved[0], _clock()),
        version=draft.version if version is None else version,
        form=form,
        sources=[source(number, tip, _clock()) for number, tip in enumerate(tips, start=1)],
        revisions=[revision_line(draft, each, _clock()) for each in saved],
        conflict=told,
        address=request.form.get("url", ""),
        no_address=no_address,
        refused=refused,
    )
