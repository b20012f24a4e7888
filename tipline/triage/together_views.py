"""The routes of working together: claims, tags, assigning, corrections, hiding, many at once, mentions."""

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from tipline import clock
from tipline.models import Permission, parse_ref, show_ref
from tipline.text.clean import clean_line
from tipline.text.linkify import paragraphs
from tipline.triage import claims, tags
from tipline.triage.answers import answer, gone, install
from tipline.triage.assign import assign as assign_to
from tipline.triage.bulk import decide_many
from tipline.triage.correct import Correction
from tipline.triage.correct import correct as correct_tip
from tipline.triage.forms import MAX_MEMBERS, Posted, choice_of, listing_of, ticked_in
from tipline.triage.looking import viewer_now
from tipline.triage.mentions import mentions_of, named_for
from tipline.triage.restrict import escalate as escalate_tip
from tipline.triage.restrict import restrict as restrict_tip
from tipline.triage.restrict import reveal as reveal_tip
from tipline.triage.words import age, exact
from tipline.web.access import allow, staff
from tipline.web.render import page
from tipline.web.request import is_htmx, reading, settings, writing

blueprint = Blueprint("together", __name__)
install(blueprint)


@blueprint.post("/newsroom/tips/<ref>/claim")
@allow(Permission.TRIAGE)
def claim(ref: str) -> Response:
    """Claim a tip, or give the claim up (`act` is "release"); answer with who has it."""
    ref, listing, now = parse_ref(ref), listing_of(request.form), clock.now()
    with writing() as session:
        if request.form.get("act") == "release":
            claims.release(session, ref, by=staff())
        else:
            claims.claim(session, ref, by=staff(), now=now)
    if not is_htmx():
        return redirect(listing.href(tip=ref), 303)
    standing = claims.claim_of(reading(), ref, viewer_id=staff().id, now=now)
    shown = {"ref": ref, "claim": standing, "list": listing.query_string()}
    return page("triage/_claim.html", tip=shown)


@blueprint.post("/newsroom/tips/<ref>/tags")
@allow(Permission.TRIAGE)
def tag(ref: str) -> Response:
    """Put a tag on a tip, or take it off (`act` is "remove")."""
    ref, act = parse_ref(ref), tags.remove_tag if request.form.get("act") == "remove" else tags.add_tag
    with writing() as session:
        outcome = act(session, ref, request.form.get("tag", ""), by=staff(), now=clock.now())
    return answer(ref, listing_of(request.form), ref, outcome)


@blueprint.post("/newsroom/tips/<ref>/suggestion")
@allow(Permission.TRIAGE)
def suggest(ref: str) -> Response:
    """Suggest to the editors that they make a draft of a tip."""
    ref = parse_ref(ref)
    with writing() as session:
        outcome = tags.suggest(session, ref, by=staff(), now=clock.now())
    return answer(ref, listing_of(request.form), ref, outcome)


@blueprint.post("/newsroom/tips/<ref>/assign")
@allow(Permission.TRIAGE)
def assign(ref: str) -> Response:
    """Assign a tip to `assignee`: a colleague's address, "me", a desk, or nothing for nobody."""
    ref, wanted = parse_ref(ref), clean_line(request.form.get("assignee", "")[:300])
    to = staff().email if wanted == "me" else wanted
    with writing() as session:
        outcome = assign_to(session, ref, to, by=staff(), now=clock.now())
    return answer(ref, listing_of(request.form), ref, outcome)


@blueprint.post("/newsroom/tips/<ref>/correction")
@allow(Permission.TRIAGE)
def correct(ref: str) -> Response:
    ref, form, posted = parse_ref(ref), request.form, Posted.of(request.form)
    correction = Correction.of(form.get("kind", ""), form.get("about", ""), form.get("place", ""))
    with writing() as session:
        outcome = correct_tip(session, ref, correction, version=posted.version, by=staff(), now=clock.now())
    return answer(ref, posted.listing, ref, outcome)


@blueprint.post("/newsroom/tips/<ref>/restrict")
@allow(Permission.OPEN_SEALED)
def restrict(ref: str) -> Response:
    ref, form, posted = parse_ref(ref), request.form, Posted.of(request.form)
    with writing() as session:
        outcome = restrict_tip(
            session, ref, form.getlist("named"), form.get("reason", ""),
            version=posted.version, by=staff(), now=clock.now(),
        )  # fmt: skip
    return answer(ref, posted.listing, ref, outcome)


@blueprint.post("/newsroom/tips/<ref>/escalate")
@allow(Permission.TRIAGE)
def escalate(ref: str) -> Response:
    ref, posted = parse_ref(ref), Posted.of(request.form)
    with writing() as session:
        escalate_tip(
            session, settings(), ref, request.form.get("danger", ""),
            version=posted.version, by=staff(), now=clock.now(),
        )  # fmt: skip
    return gone(posted.listing, said="escalated")


@blueprint.post("/newsroom/tips/<ref>/reveal")
@allow(Permission.TRIAGE)
def reveal(ref: str) -> Response:
    """Open a hidden tip to everybody again; the guard lets in only who is named for it."""
    ref, posted = parse_ref(ref), Posted.of(request.form)
    with writing() as session:
        outcome = reveal_tip(
            session, ref, request.form.get("reason", ""),
            version=posted.version, by=staff(), now=clock.now(),
        )  # fmt: skip
    return answer(ref, posted.listing, ref, outcome)


@blueprint.post("/newsroom/queue/decide")
@allow(Permission.TRIAGE)
def decide_ticked() -> Response:
    """Decide the ticked tips, with the members that their rows showed.

    Those that changed meanwhile stay ticked, and are named.
    """
    form, viewer = request.form, viewer_now()
    choice, seen, listing = choice_of(form, viewer), ticked_in(form), listing_of(form)
    with writing() as session:
        bulk = decide_many(session, choice, seen, by=staff(), now=viewer.now)
    more = {"done": bulk.batch} if bulk.batch else {}
    kept = {"kept": ",".join(bulk.changed[:MAX_MEMBERS])} if bulk.changed else {}
    return redirect(listing.href(**more, **kept), 303)


@blueprint.get("/newsroom/mentions")
@allow(Permission.TRIAGE)
def mentions() -> Response:
    """List where colleagues named the one who looks: in notes, and for tips that few may see."""
    viewer, session = viewer_now(), reading()
    every = [*mentions_of(session, viewer.user_id), *named_for(session, viewer.user_id)]
    listed = [
        {
            "href": f"/newsroom/tips/{found.ref}",
            "ref_shown": show_ref(found.ref),
            "by": found.by,
            "age": age(found.at, viewer.now),
            "at_iso": found.at.isoformat(),
            "at_exact": exact(found.at, viewer.zone),
            "body_html": paragraphs(found.body),
        }
        for found in sorted(every, key=lambda each: each.at, reverse=True)
    ]
    return page("triage/mentions.html", section="mentions", mentions=listed)
