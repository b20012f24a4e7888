"""Turn drafts, their sources and versions into what the pages print."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from tipline.drafts.actions import DraftText
from tipline.drafts.opening import quote
from tipline.drafts.queries import Card, Meanwhile, Saved
from tipline.models import Draft, DraftState, How, Revision, Tip, show_ref
from tipline.models.draft import DraftStep
from tipline.text.linkify import linkify
from tipline.text.markdown import render
from tipline.text.times import age, ago, count, exact, iso

UNTITLED = "Untitled"
ERASED = "This tip was erased: its time was over, or its tipster wanted it so."
STATES = {
    DraftState.DRAFT: ("Draft", "What editors are writing stands here."),
    DraftState.IN_REVIEW: ("In review", "Drafts wait here for a second pair of eyes."),
    DraftState.APPROVED: ("Approved", "Approved drafts stand here until they are sent."),
    DraftState.SENT: ("Sent", "What went to the CMS stands here."),
    DraftState.PUBLISHED: ("Published", "What readers can read stands here."),
    DraftState.KILLED: ("Killed", "Nothing was killed."),
}
_STEPS = {
    DraftStep.SUBMIT: ("Ask for a review", "strong"),
    DraftStep.APPROVE: ("Approve", "strong"),
    DraftStep.RETURN: ("Back to writing", ""),
    DraftStep.WITHDRAW: ("Withdraw the approval", ""),
    DraftStep.KILL: ("Kill", "danger"),
    DraftStep.REVIVE: ("Revive", "strong"),
    DraftStep.UNPUBLISH: ("It is not published", ""),
}
_HOW = {
    How.SAW: "saw it",
    How.INVOLVED: "was there",
    How.TOLD: "was told",
    How.DOCUMENTS: "has documents",
    How.ONLINE: "saw it online",
}
_FIELDS = {"headline": "headline", "dek": "dek", "slug": "slug", "body": "text", "byline": "byline"}


@dataclass(frozen=True, slots=True)
class When:
    """A time, as the pages print it."""

    at_iso: str
    at_exact: str
    age: str


@dataclass(frozen=True, slots=True)
class Clock:
    """What a time is shown by: the present, and the reader's zone."""

    now: datetime
    zone: str

    def when(self, at: datetime) -> When:
        return When(iso(at), exact(at, self.zone), age(at, self.now))


@dataclass(frozen=True, slots=True)
class Step:
    value: str
    words: str
    kind: str


@dataclass(frozen=True, slots=True)
class ShownDraft:
    ref: str
    ref_shown: str
    href: str
    version: int
    state: str
    state_label: str
    standing: str
    saved_words: str
    save_href: str
    preview_href: str
    step_href: str
    steps: Sequence[Step]  # but for the one that needs an address
    can_publish: bool
    published_url: str  # "" until it is


@dataclass(frozen=True, slots=True)
class Source:
    number: int
    ref_shown: str
    href: str
    how_label: str
    age: str
    body_html: Markup | str
    quote: str


@dataclass(frozen=True, slots=True)
class ShownRevision:
    href: str
    restore_href: str
    number: int
    by: str
    words: str
    newest: bool
    at_iso: str
    at_exact: str
    age: str


@dataclass(frozen=True, slots=True)
class ShownCard:
    href: str
    headline: str
    dek: str
    sources_words: str
    by: str
    at_iso: str
    at_exact: str
    age: str


@dataclass(frozen=True, slots=True)
class Column:
    state: str
    label: str
    count_words: str
    empty: str
    drafts: Sequence[ShownCard]


@dataclass(frozen=True, slots=True)
class Article:
    """A text as readers would see it."""

    headline: str
    dek: str
    byline: str
    body_html: Markup


@dataclass(frozen=True, slots=True)
class ShownConflict:
    words: str
    theirs_href: str


def draft_href(ref: str) -> str:
    """Return the address of a draft."""
    return f"/newsroom/drafts/{show_ref(ref)}"


def column(state: DraftState, total: int, cards: Sequence[Card], clock: Clock) -> Column:
    """Show the drafts of one state."""
    label, empty = STATES[state]
    return Column(state, label, f"{total:,}", empty, [_card(card, clock) for card in cards])


def shown_draft(draft: Draft, saved: Saved, clock: Clock) -> ShownDraft:
    """Show what the editor says about a draft."""
    href = draft_href(draft.ref)
    return ShownDraft(
        ref=draft.ref,
        ref_shown=show_ref(draft.ref),
        href=href,
        version=draft.version,
        state=draft.state,
        state_label=STATES[DraftState(draft.state)][0],
        standing=standing(draft, clock.zone),
        saved_words=f"Saved {ago(saved.at, clock.now)} by {saved.by}",
        save_href=href,
        preview_href=f"{href}/preview",
        step_href=f"{href}/state",
        steps=[Step(step, *_STEPS[step]) for step in draft.steps() if step in _STEPS],
        can_publish=DraftStep.PUBLISH in draft.steps(),
        published_url=draft.published_url or "",
    )


def standing(draft: Draft, zone: str) -> str:
    """Say in one line what stands between a draft and the CMS."""
    if draft.state == DraftState.KILLED:
        return "It goes nowhere unless somebody revives it."
    if draft.state == DraftState.PUBLISHED:
        return "It is published."
    if draft.state == DraftState.SENT:
        return "It has left for the CMS."
    missing = [
        f"a {name}" for name in ("headline", "dek", "text") if not getattr(draft, _COLUMN[name]).strip()
    ]
    missing += _AHEAD[DraftState(draft.state)]
    if draft.embargo_until:
        missing.append(f"the embargo until {exact(draft.embargo_until, zone)}")
    if not missing:
        return f"Nothing stands between version {draft.approved_version} and the CMS."
    return f"Between this draft and the CMS: {_listed(missing)}."


def source(number: int, tip: Tip, clock: Clock) -> Source:
    """Show a tip that a draft was made from."""
    return Source(
        number=number,
        ref_shown=show_ref(tip.ref),
        href=f"/newsroom/tips/{tip.ref}",
        how_label=_HOW[How(tip.how)] if tip.how else "",
        age=age(tip.received_at, clock.now),
        body_html=ERASED if tip.erased_at else linkify(tip.body),
        quote="" if tip.erased_at else quote(tip),
    )


def revision_line(draft: Draft, saved: Saved, clock: Clock) -> ShownRevision:
    """Show a version in a draft's history."""
    href = f"{draft_href(draft.ref)}/revisions/{saved.number}"
    when = clock.when(saved.at)
    return ShownRevision(
        href=href,
        restore_href=f"{href}/restore",
        number=saved.number,
        by=saved.by,
        words=count(saved.characters, "character", "characters"),
        newest=saved.number == draft.version,
        at_iso=when.at_iso,
        at_exact=when.at_exact,
        age=when.age,
    )


def article(text: DraftText | Draft | Revision) -> Article:
    """Show a text as readers would see it.

    Raises:
        TooLarge: what the Markdown renders to is beyond the sanitizer's limits.
    """
    return Article(text.headline or UNTITLED, text.dek, text.byline, render(text.body))


def conflict(draft: Draft, meanwhile: Meanwhile | None, message: str, clock: Clock) -> ShownConflict:
    """Say why a text could not be saved: who changed what meanwhile, or that the draft is closed."""
    href = draft_href(draft.ref)
    if meanwhile is None:
        return ShownConflict(message, href)
    changed = _listed([f"the {_FIELDS[column]}" for column in meanwhile.changed]) or "the desk or the embargo"
    words = f"{meanwhile.by} changed {changed} {ago(meanwhile.at, clock.now)}, while you were writing."
    return ShownConflict(words, f"{href}/revisions/{meanwhile.number}")


_COLUMN = {"headline": "headline", "dek": "dek", "text": "body"}
_AHEAD = {
    DraftState.DRAFT: ["a review", "an approval"],
    DraftState.IN_REVIEW: ["an approval"],
    DraftState.APPROVED: [],
}


def _card(card: Card, clock: Clock) -> ShownCard:
    when = clock.when(card.updated_at)
    return ShownCard(
        href=draft_href(card.ref),
        headline=card.headline or UNTITLED,
        dek=card.dek,
        sources_words=f"from {count(card.tips, 'tip', 'tips')}",
        by=card.by,
        at_iso=when.at_iso,
        at_exact=when.at_exact,
        age=when.age,
    )


def _listed(words: Sequence[str]) -> str:
    """Return "a dek, a review and an approval"."""
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)
