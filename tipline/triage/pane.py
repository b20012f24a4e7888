"""The reading pane: one tip and all that belongs to it, in a fixed number of queries."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import case, select
from sqlalchemy.orm import Session, aliased

from tipline.assist.names import Known, people_in, with_others
from tipline.errors import NotFound
from tipline.models import (
    Channel,
    Draft,
    DraftState,
    DraftTip,
    Event,
    Group,
    How,
    Kind,
    Link,
    LinkState,
    Note,
    Reason,
    State,
    Story,
    Tip,
    User,
    Verdict,
    show_ref,
)  # fmt: skip
from tipline.search.seen import seen_by
from tipline.text.linkify import linkify, paragraphs
from tipline.text.times import count
from tipline.triage.body_shown import body_shown
from tipline.triage.choices import REASON_CHOICES, choices_for, snoozes
from tipline.triage.claims import ClaimShown
from tipline.triage.claims import shown as claim_shown
from tipline.triage.files import files_of
from tipline.triage.likely import linking
from tipline.triage.listing import Listing
from tipline.triage.messages import conversation_with
from tipline.triage.queries import MEMBERS_SHOWN
from tipline.triage.score_shown import score_shown
from tipline.triage.sealed_shown import contact_shown, hold_shown
from tipline.triage.shown import (
    Decided,
    Happening,
    Labeled,
    LinkLine,
    NoteLine,
    Pairs,
    Pane,
    PersonLine,
    StoryLine,
    Viewer,
)  # fmt: skip
from tipline.triage.similar import other_of, regrouped, suggestions
from tipline.triage.story_search import story_search
from tipline.triage.together_shown import together
from tipline.triage.waiting import waiting
from tipline.triage.watching import version_watched
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
    why_held_back,
)  # fmt: skip

MISSING = "There is no such tip; it may have been erased."
EVENTS_SHOWN = 40
NOTES_SHOWN = 50


@dataclass(frozen=True)
class _Loaded:
    """A tip with the rows that it names."""

    tip: Tip
    group: Group
    story: Story | None
    claimed_by: str | None
    decided_by: str | None
    watch: str | None  # the version of the watched words


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
) -> Pane:
    """Put one tip, read in a list, into words.

    `stories` is what was searched for among the stories; None fills the search with the names in the
    tip. `opened` is the contact for who just opened it; `written` stands in the next message already.
    Raise NotFound when there is no such tip.
    """
    loaded = _load(session, ref, viewer)
    tip, now = loaded.tip, viewer.now
    others = _others(session, tip, viewer)
    decided_with = [other for other in others if other.state == tip.state]
    carried = _carried(tip, listing, decided_with)
    links = _links(session, tip)
    known = people_in(session, _text_of(tip))
    names, linked = with_others(known, _text_of(tip)), [line.slug for line in links]
    offered = linking(session, tip, known, viewer)
    search = story_search(
        session, tip, viewer, carried, text=stories, names=names, linked=linked, likely=offered.likely
    )
    return Pane(
        **_as_sent(tip, viewer),
        **body_shown(session, tip, known, loaded.watch),
        back_href=listing.href(),
        carried=carried,
        facts=_facts(tip),
        story=StoryLine(f"/stories/{loaded.story.slug}", loaded.story.headline) if loaded.story else None,
        people=_people(known),
        links=tuple(_link_line(line, now) for line in links),
        contact=contact_shown(session, tip, viewer, opened),
        hold=hold_shown(tip, viewer),
        score=score_shown(session, tip, loaded.group, known),
        held_back=why_held_back(tip.held_back) if tip.quarantined else "",
        decided=_decided(session, loaded, now),
        choices=choices_for(tip.state),
        reasons=REASON_CHOICES,
        snoozes=snoozes(viewer),
        others=tuple(other_of(tip, other, listing, viewer) for other in others),
        others_words=_others_words(loaded.group.size - 1, len(decided_with)),
        suggestions=suggestions(session, tip, listing, viewer),
        regrouped=regrouped(session, tip, viewer),
        claim=_claim(loaded, viewer),
        list=listing.query_string(),
        together=together(session, tip, viewer),
        history=tuple(_happening(event, viewer) for event in _events(session, tip)),
        notes=_notes(session, tip, viewer),
        conversation=conversation_with(session, tip, viewer, written),
        can_promote=viewer.may_draft,
        drafts=_drafts(session, tip) if viewer.may_draft else (),
        linking=offered,
        search=search,
        files=tuple(files_of(session, viewer.keyring, tip)),
        may_open=viewer.may_open,
        problem=problem,
    )


def _as_sent(tip: Tip, viewer: Viewer) -> dict[str, Any]:
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


def _load(session: Session, ref: str, viewer: Viewer) -> _Loaded:
    claimer, decider = aliased(User), aliased(User)
    query = (
        select(Tip, Group, Story, claimer.name, decider.name, version_watched())
        .join(Group, Group.id == Tip.group_id)
        .outerjoin(Story, Story.id == Tip.story_id)
        .outerjoin(claimer, claimer.id == Group.claimed_by_id)
        .outerjoin(decider, decider.id == Tip.decided_by_id)
    )
    row = session.execute(
        query.where(Tip.ref == ref, Tip.erased_at.is_(None), seen_by(viewer.user_id))
    ).first()
    if row is None:
        raise NotFound(MISSING)
    return _Loaded(*row)


def _text_of(tip: Tip) -> str:
    return f"{tip.about}\n{tip.body}" if tip.about else tip.body


def _others(session: Session, tip: Tip, viewer: Viewer) -> list[Tip]:
    """Load the other members of the group, those in the tip's own state first."""
    same_first = case((Tip.state == tip.state, 0), else_=1)
    query = select(Tip).where(Tip.group_id == tip.group_id, Tip.id != tip.id, seen_by(viewer.user_id))
    return list(session.scalars(query.order_by(same_first, Tip.id.desc()).limit(MEMBERS_SHOWN)))


def _carried(tip: Tip, listing: Listing, together: Iterable[Tip]) -> Pairs:
    members = (("tip", f"{other.ref}:{other.version}") for other in together)
    return (("version", str(tip.version)), ("list", listing.query_string()), *members)


def _others_words(others: int, together: int) -> str:
    if others < 1:
        return ""
    says = f"{others:,} more {'says' if others == 1 else 'say'} the same"
    return f"{says}; what you decide holds for {count(together + 1, 'tip', 'tips')}" if together else says


def _links(session: Session, tip: Tip) -> list[Any]:
    query = (
        select(Story.slug, Story.headline, User.name, Link.at)
        .join(Story, Story.id == Link.story_id)
        .outerjoin(User, User.id == Link.by_id)
    )
    confirmed = query.where(Link.tip_id == tip.id, Link.state == LinkState.CONFIRMED)
    return list(session.execute(confirmed.order_by(Link.id)))


def _link_line(line: Any, now: datetime) -> LinkLine:
    slug, headline, by, at = line
    return LinkLine(slug, headline, f"/stories/{slug}", by or "Tipline", f"{age(at, now)} ago")


def _people(known: list[Known]) -> tuple[PersonLine, ...]:
    return tuple(PersonLine(person.name, Listing(state=None, person=person.slug).href()) for person in known)


def _facts(tip: Tip) -> tuple[Labeled, ...]:
    told = [("About", tip.about), ("Where", tip.place), ("When", tip.happened)]
    facts = [Labeled(label, value) for label, value in told if value]
    if tip.link:
        facts.append(Labeled("Link", linkify(tip.link)))
    if tip.page_url:
        facts.append(Labeled("Sent from", linkify(tip.page_url)))
    return tuple(facts)


def _decided(session: Session, loaded: _Loaded, now: datetime) -> Decided | None:
    tip = loaded.tip
    if tip.state == State.PENDING or tip.decided_at is None:
        return None
    latest = select(Verdict.id).where(Verdict.tip_id == tip.id, Verdict.version == tip.version)
    undoable = session.scalar(latest.where(Verdict.undone_at.is_(None)).limit(1)) is not None
    by = f" by {loaded.decided_by}" if loaded.decided_by else ""
    words = f"{STATES[State(tip.state)]}{by}, {age(tip.decided_at, now)} ago."
    reason = tip.reason_text or (f"{REASONS[Reason(tip.reason)]}." if tip.reason else "")
    return Decided(words, reason, undoable)


def _claim(loaded: _Loaded, viewer: Viewer) -> ClaimShown:
    group = loaded.group
    return claim_shown(
        group.claimed_by_id, loaded.claimed_by, group.claimed_until, viewer_id=viewer.user_id, now=viewer.now
    )


def _events(session: Session, tip: Tip) -> Iterable[Event]:
    query = select(Event).where(Event.subject == tip.ref).order_by(Event.id.desc()).limit(EVENTS_SHOWN)
    return session.scalars(query)


def _happening(event: Event, viewer: Viewer) -> Happening:
    at = exact(event.at, viewer.zone)
    return Happening(happened(event), f"{age(event.at, viewer.now)} ago", event.at.isoformat(), at)


def _notes(session: Session, tip: Tip, viewer: Viewer) -> tuple[NoteLine, ...]:
    query = select(Note, User.name).join(User, User.id == Note.by_id).where(Note.tip_id == tip.id)
    rows = session.execute(query.order_by(Note.id).limit(NOTES_SHOWN))
    return tuple(
        NoteLine(
            name, f"{age(note.at, viewer.now)} ago", note.at.isoformat(), exact(note.at, viewer.zone),
            paragraphs(note.body),
        )
        for note, name in rows
    )  # fmt: skip


def _drafts(session: Session, tip: Tip) -> tuple[StoryLine, ...]:
    query = select(Draft.ref, Draft.headline).join(DraftTip, DraftTip.draft_id == Draft.id)
    living = query.where(DraftTip.tip_id == tip.id, Draft.state != DraftState.KILLED).order_by(Draft.id)
    return tuple(StoryLine(f"/newsroom/drafts/{ref}", headline) for ref, headline in session.execute(living))
