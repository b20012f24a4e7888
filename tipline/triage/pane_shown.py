"""What the templates print of one tip, to read and to decide."""

from dataclasses import dataclass

from markupsafe import Markup

from tipline.triage.claims import ClaimShown
from tipline.triage.files import FileLine
from tipline.triage.likely import Linking
from tipline.triage.score_shown import ScoreShown
from tipline.triage.shown import (
    Choices,
    ContactShown,
    Conversation,
    Decided,
    Filter,
    Happening,
    HoldShown,
    Labeled,
    LinkLine,
    NoteLine,
    Pairs,
    PersonLine,
    ReasonChoice,
    SnoozeChoice,
    StoryLine,
    StorySearch,
)
from tipline.triage.similar import Other, Regrouped, Suggestion
from tipline.triage.together_shown import Together
from tipline.triage.typed import NOTHING_TYPED, Typed
from tipline.triage.waiting import Waiting


@dataclass(frozen=True)
class Pane:
    """One tip, with all that belongs to it."""

    ref: str
    ref_shown: str
    href: str
    back_href: str
    version: int
    carried: Pairs  # posted with every act: the version, the list, the members that were shown
    state: str
    state_label: str
    kind_label: str
    channel_label: str
    how_label: str
    age: str
    waiting: Waiting
    at_iso: str
    at_exact: str
    body_html: Markup
    watched: tuple[Filter, ...]  # the words marked in it, each with a search for it
    names_marked: bool
    language: str | None
    facts: tuple[Labeled, ...]
    story: StoryLine | None
    people: tuple[PersonLine, ...]
    links: tuple[LinkLine, ...]
    contact: ContactShown | None
    hold: HoldShown
    score: ScoreShown | None
    held_back: str  # why; "" when it was not
    decided: Decided | None
    choices: Choices
    reasons: tuple[ReasonChoice, ...]
    snoozes: tuple[SnoozeChoice, ...]
    others: tuple[Other, ...]
    others_words: str
    suggestions: tuple[Suggestion, ...]
    regrouped: Regrouped | None
    claim: ClaimShown
    list: str  # the query string of the list it is read in
    together: Together
    history: tuple[Happening, ...]
    notes: tuple[NoteLine, ...]
    conversation: Conversation
    can_promote: bool
    suggested: bool  # to the editors, for a draft
    drafts: tuple[StoryLine, ...]
    linking: Linking
    search: StorySearch
    files: tuple[FileLine, ...] = ()
    may_open: bool = False  # originals of files
    problem: str = ""
    typed: Typed = NOTHING_TYPED
