"""The reading pane: one tip and all that belongs to it, in a fixed number of queries."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from tipline.assist.names import Known
from tipline.assist.reading import reading_of
from tipline.at_once import Answers
from tipline.models import Channel, How, Kind, Reason, State, Tip, show_ref
from tipline.models.desk import SUGGESTED
from tipline.text.linkify import linkify, paragraphs
from tipline.text.times import count
from tipline.triage.belongings import MISSING as MISSING
from tipline.triage.belongings import belongings
from tipline.triage.body_shown import body_shown
from tipline.triage.choices import REASON_CHOICES, choices_for, snoozes
from tipline.triage.claims import ClaimShown
from tipline.triage.claims import shown as claim_shown
from tipline.triage.files import files_of
from tipline.triage.likely import linking
from tipline.triage.listing import Listing
from tipline.triage.messages import conversation_with
from tipline.triage.pane_shown import Pane
from tipline.triage.score_shown import score_shown
from tipline.triage.sealed_shown import contact_shown, hold_shown
from tipline.triage.shown import (
    Decided,
    Happening,
    Labeled,
    LinkLine,
    NoteLine,
    Pairs,
    PersonLine,
    StoryLine,
    Viewer,
)  # fmt: skip
from tipline.triage.similar import other_of, regrouped, suggestions
from tipline.triage.story_search import story_search
from tipline.triage.together_shown import together
from tipline.triage.typed import NOTHING_TYPED, Typed
from tipline.triage.waiting import waiting
from tipline.triage.words import (
    CHANNELS,
    HOWS,
    KINDS,
    REASONS,
    STATES,
    age,
    age_in_minutes,
    exact,
    happened,
    moment,
    why_held_back,
)  # fmt: skip


def pane(
    session: Session,
    ref: str,
    listing: Listing,
    viewer: Viewer,
    *,
    stories: str | None = None,
    problem: str = "",
    opened: Mapping[str, str] | None = None,
    written: str = "",
    typed: Typed = NOTHING_TYPED,
) -> Pane:
    """Put one tip, read in a list, into words.

    `stories` is what was searched for among the stories; None fills the search with the names in the
    tip. `opened` is the contact for who just opened it; `written` stands in the next message already, and
    `typed` in the fields of a form that was refused.
    Raise NotFound when there is no such tip.
    """
    read = belongings(session, ref, viewer.user_id)
    [tip], [group], others, now = read["tip"], read["group"], read["others"], viewer.now
    found = reading_of(session, read, now)
    decided_with = [other for other in others if other.state == tip.state]
    carried = _carried(tip, listing, decided_with)
    told, linked = found.told, [line.slug for line in read["links"]]
    offered, shared = linking(told.likely, read, viewer), together(read, viewer)
    search = story_search(
        session, tip, viewer, carried, text=stories, names=told.names, linked=linked, likely=offered.likely
    )
    return Pane(
        **_as_sent(tip, viewer),
        **body_shown(session, tip, told.known, read["around"][0].watched, now),
        back_href=listing.href(),
        carried=carried,
        facts=_facts(tip),
        story=_page_of(read),
        people=_people(told.known),
        links=tuple(_link_line(line, now) for line in read["links"]),
        contact=contact_shown(read, viewer, opened),
        hold=hold_shown(tip, viewer),
        score=score_shown(found.facts),
        held_back=why_held_back(tip.held_back) if tip.quarantined else "",
        decided=_decided(read, viewer),
        choices=choices_for(tip.state),
        reasons=REASON_CHOICES,
        snoozes=snoozes(viewer),
        others=tuple(other_of(tip, other, listing, viewer) for other in others),
        others_words=_others_words(group.size - 1, len(decided_with)),
        suggestions=suggestions(tip, found.alike, found.alike_rows, listing, viewer),
        regrouped=regrouped(read, viewer),
        claim=_claim(read, viewer),
        list=listing.query_string(),
        together=shared,
        history=tuple(_happening(event, viewer) for event in read["events"]),
        notes=tuple(_note(note, viewer) for note in read["notes"]),
        conversation=conversation_with(read, viewer, written),
        can_promote=viewer.may_draft,
        suggested=SUGGESTED in shared.tags,
        drafts=_drafts(read) if viewer.may_draft else (),
        linking=offered,
        search=search,
        files=tuple(files_of(session, viewer.keyring, tip)),
        may_open=viewer.may_open,
        problem=problem,
        typed=typed,
    )


def _as_sent(tip: Any, viewer: Viewer) -> dict[str, Any]:
    """Put what stands on the tip itself into words."""
    return {
        "ref": tip.ref,
        "ref_shown": show_ref(tip.ref),
        "href": f"/newsroom/tips/{tip.ref}",
        "version": tip.version,
        "state": tip.state,
        "state_label": STATES[State(tip.state)],
        "kind_label": KINDS[Kind(tip.kind)],
        "channel_label": CHANNELS[Channel(tip.channel)],
        "how_label": HOWS[How(tip.how)] if tip.how else "",
        "age": age_in_minutes(tip.received_at, viewer.now),
        "waiting": waiting(tip.state, tip.received_at, viewer.now, viewer.limits),
        "at_iso": tip.received_at.isoformat(),
        "at_exact": exact(tip.received_at, viewer.zone),
        "language": tip.language,
    }


def _carried(tip: Tip, listing: Listing, together: Iterable[Tip]) -> Pairs:
    members = (("tip", f"{other.ref}:{other.version}") for other in together)
    return (("version", str(tip.version)), ("list", listing.query_string()), *members)


def _others_words(others: int, together: int) -> str:
    if others < 1:
        return ""
    says = f"{others:,} more {'says' if others == 1 else 'say'} the same"
    return f"{says}; what you decide holds for {count(together + 1, 'tip', 'tips')}" if together else says


def _link_line(line: Any, now: datetime) -> LinkLine:
    slug, headline, by, at = line
    return LinkLine(slug, headline, f"/stories/{slug}", by or "Tipline", f"{age(at, now)} ago")


def _people(known: Iterable[Known]) -> tuple[PersonLine, ...]:
    return tuple(PersonLine(person.name, Listing(state=None, person=person.slug).href()) for person in known)


def _facts(tip: Tip) -> tuple[Labeled, ...]:
    told = [("About", tip.about), ("Where", tip.place), ("When", tip.happened)]
    facts = [Labeled(label, value) for label, value in told if value]
    if tip.link:
        facts.append(Labeled("Link", linkify(tip.link)))
    if tip.page_url:
        facts.append(Labeled("Sent from", linkify(tip.page_url)))
    return tuple(facts)


def _page_of(read: Answers) -> StoryLine | None:
    [around] = read["around"]
    return StoryLine(f"/stories/{around.slug}", around.headline) if around.slug else None


def _decided(read: Answers, viewer: Viewer) -> Decided | None:
    [tip], [around] = read["tip"], read["around"]
    if tip.state == State.PENDING or tip.decided_at is None:
        return None
    by = f" by {around.decided_by}" if around.decided_by else ""
    if tip.snoozed_until:
        what = f"Put off until {moment(tip.snoozed_until, viewer.zone, viewer.now)},"
    else:
        what = STATES[State(tip.state)]
    words = f"{what}{by}, {age(tip.decided_at, viewer.now)} ago."
    reason = tip.reason_text or (f"{REASONS[Reason(tip.reason)]}." if tip.reason else "")
    return Decided(words, reason, bool(read["undoable"]))


def _claim(read: Answers, viewer: Viewer) -> ClaimShown:
    [group], [around] = read["group"], read["around"]
    return claim_shown(
        group.claimed_by_id, around.claimed_by, group.claimed_until, viewer_id=viewer.user_id, now=viewer.now
    )


def _happening(event: Any, viewer: Viewer) -> Happening:
    at = exact(event.at, viewer.zone)
    return Happening(
        happened(event, viewer.zone), f"{age(event.at, viewer.now)} ago", event.at.isoformat(), at
    )


def _note(note: Any, viewer: Viewer) -> NoteLine:
    at, ago = exact(note.at, viewer.zone), f"{age(note.at, viewer.now)} ago"
    return NoteLine(note.name, ago, note.at.isoformat(), at, paragraphs(note.body))


def _drafts(read: Answers) -> tuple[StoryLine, ...]:
    return tuple(StoryLine(f"/newsroom/drafts/{draft.ref}", draft.headline) for draft in read["drafts"])
