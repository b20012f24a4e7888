"""The routes of the queue; each works as a page, and as a fragment when htmx asks."""

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from tipline import clock
from tipline.models import Permission, new_ref, parse_ref
from tipline.text.clean import clean_line
from tipline.triage.answers import (
    answer,
    go_on,
    gone,
    install,
    listing_looked_at,
    show,
    stay,
    taken_back,
    tip_page,
    unwritten,
    written_so_far,
)
from tipline.triage.contact import open_contact
from tipline.triage.decide import decide as decide_tip
from tipline.triage.forms import Posted, choice_of, listing_of, ref_or_none, regrouping_of
from tipline.triage.hold import hold, lift
from tipline.triage.links import link as link_tip
from tipline.triage.links import unlink as unlink_tip
from tipline.triage.listing import QUEUE
from tipline.triage.looking import viewer_now
from tipline.triage.mentions import mention
from tipline.triage.messages import send_message, take_back
from tipline.triage.notes import add_note
from tipline.triage.pane import pane
from tipline.triage.queries import place_of
from tipline.triage.queue_page import queue_page
from tipline.triage.saved_replies import text_of_reply
from tipline.triage.undo import undo as undo_batch
from tipline.web.access import allow, staff
from tipline.web.render import page
from tipline.web.request import is_htmx, keyring, reading, settings, writing

blueprint = Blueprint("triage", __name__)
install(blueprint)


@blueprint.get("/newsroom/")
@allow(Permission.TRIAGE)
def newsroom() -> Response:
    return redirect(QUEUE, 303)


@blueprint.get("/newsroom/queue")
@allow(Permission.TRIAGE)
def queue() -> Response:
    """Show a list and, beside it, the tip that was chosen or else the first one."""
    return queue_page(request.args.to_dict())


@blueprint.get("/newsroom/tips/<ref>")
@allow(Permission.TRIAGE)
def tip(ref: str) -> Response:
    return show(parse_ref(ref), listing_looked_at())


@blueprint.get("/newsroom/tips/<ref>/stories")
@allow(Permission.TRIAGE)
def search_stories(ref: str) -> Response:
    """Search the story that a tip belongs to."""
    text = request.args.get("q", request.args.get("stories"))
    shown = pane(reading(), parse_ref(ref), listing_looked_at(), viewer_now(), stories=text)
    if is_htmx():
        return page("triage/_story_search.html", search=shown.search)
    return tip_page(shown)


@blueprint.post("/newsroom/tips/<ref>/decision")
@allow(Permission.TRIAGE)
def decide(ref: str) -> Response:
    ref, viewer, posted = parse_ref(ref), viewer_now(), Posted.of(request.form)
    choice = choice_of(request.form, viewer)
    place = place_of(reading(), posted.listing, ref, asker=viewer_now().asker)
    with writing() as session:
        outcome = decide_tip(
            session, ref, choice.decision,
            version=posted.version, members=posted.members, by=staff(), now=viewer.now,
            reason=choice.reason, reason_text=choice.reason_text, until=choice.until,
        )  # fmt: skip
    return go_on(ref, posted.listing, place, outcome)


@blueprint.post("/newsroom/tips/<ref>/links")
@allow(Permission.TRIAGE)
def link(ref: str) -> Response:
    ref, posted = parse_ref(ref), Posted.of(request.form)
    place = place_of(reading(), posted.listing, ref, asker=viewer_now().asker)
    with writing() as session:
        outcome = link_tip(
            session, ref, _story(),
            version=posted.version, members=posted.members, by=staff(), now=clock.now(),
        )  # fmt: skip
    return go_on(ref, posted.listing, place, outcome)


@blueprint.post("/newsroom/tips/<ref>/unlink")
@allow(Permission.TRIAGE)
def unlink(ref: str) -> Response:
    ref, posted = parse_ref(ref), Posted.of(request.form)
    with writing() as session:
        outcome = unlink_tip(session, ref, _story(), version=posted.version, by=staff(), now=clock.now())
    return answer(ref, posted.listing, ref, outcome)


@blueprint.post("/newsroom/tips/<ref>/group")
@allow(Permission.TRIAGE)
def regroup(ref: str) -> Response:
    """Join the groups of two tips, split one out, or set them apart, as the form's `act` says."""
    ref, posted, act = parse_ref(ref), Posted.of(request.form), regrouping_of(request.form)
    seen = {**posted.members, ref: posted.version}
    with writing() as session:
        other = parse_ref(request.form.get("other", ""))
        outcome = act(session, ref, other, versions=seen, by=staff(), now=clock.now())
    return answer(ref, posted.listing, ref, outcome)


@blueprint.post("/newsroom/tips/<ref>/undo")
@allow(Permission.TRIAGE)
def undo(ref: str) -> Response:
    """Take back what the form names: a batch, or the decision that made a version of the tip."""
    ref, batch = parse_ref(ref), request.form.get("batch")
    version = None if batch else Posted.of(request.form).version
    listing = listing_of(request.form) if request.form.get("list") else listing_looked_at()
    with writing() as session:
        outcome = undo_batch(
            session,
            ref,
            by=staff(),
            now=clock.now(),
            batch=parse_ref(batch) if batch else None,
            version=version,
        )
    return taken_back(ref, listing, outcome)


@blueprint.post("/newsroom/tips/<ref>/notes")
@allow(Permission.TRIAGE)
def note(ref: str) -> Response:
    ref = parse_ref(ref)
    with writing() as session:
        kept = add_note(session, ref, request.form.get("body", ""), by=staff(), now=clock.now())
        mention(session, settings(), kept, ref, by=staff(), now=clock.now())
    return stay(ref, listing_of(request.form))


@blueprint.post("/newsroom/tips/<ref>/contact")
@allow(Permission.OPEN_SEALED)
def contact(ref: str) -> Response:
    """Show how to reach a tipster, in this one answer, which nothing stores."""
    ref = parse_ref(ref)
    with writing() as session:
        opened = open_contact(
            session, keyring(), ref, request.form.get("reason", ""), by=staff(), now=clock.now()
        )
    return show(ref, listing_of(request.form), opened=opened)


@blueprint.post("/newsroom/tips/<ref>/hold")
@allow(Permission.OPEN_SEALED)
def legal_hold(ref: str) -> Response:
    """Put a tip on legal hold, or lift it (`act` is "lift")."""
    ref, reason, left = parse_ref(ref), request.form.get("reason", ""), True
    with writing() as session:
        if request.form.get("act") == "lift":
            left = lift(session, ref, reason, by=staff(), now=clock.now())
        else:
            hold(session, ref, reason, by=staff(), now=clock.now())
    listing = listing_of(request.form)
    return stay(ref, listing) if left else gone(listing)


@blueprint.post("/newsroom/tips/<ref>/messages")
@allow(Permission.TRIAGE)
def message(ref: str) -> Response:
    ref, form = parse_ref(ref), request.form
    if form.get("act") == "fill":
        return show(ref, listing_of(form), written=_filled_in(ref))
    own = ref_or_none(form.get("message")) or new_ref()
    with writing() as session:
        send_message(session, ref, form.get("body", ""), own=own, by=staff(), now=clock.now())
    return stay(ref, listing_of(form))


@blueprint.post("/newsroom/tips/<ref>/messages/<message>/take-back")
@allow(Permission.TRIAGE)
def take_back_message(ref: str, message: str) -> Response:
    ref = parse_ref(ref)
    with writing() as session:
        words = take_back(session, ref, parse_ref(message), by=staff(), now=clock.now())
    return unwritten(ref, listing_of(request.form), "message", words)


def _filled_in(ref: str) -> str:
    """Return what is written to a tipster so far, with the saved reply that was chosen."""
    reply = parse_ref(request.form.get("reply", ""))
    text = text_of_reply(reading(), reply, ref, by=staff(), newsroom=settings().site_name)
    return "\n\n".join(part for part in (written_so_far(), text) if part)


def _story() -> str:
    return clean_line(request.form.get("story", "")[:200])
