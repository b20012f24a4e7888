"""What the templates of the queue print, decided to the last word: `templates/triage/` names the fields."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from markupsafe import Markup

from tipline.keys import Keyring
from tipline.search.query import Asker
from tipline.triage.waiting import NO_LIMITS, AgeLimits, Waiting

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Viewer:
    """Who looks, with which keys, from which zone, and when."""

    may_draft: bool
    may_open: bool
    zone: ZoneInfo
    now: datetime
    keyring: Keyring
    user_id: int = 0
    limits: AgeLimits = NO_LIMITS

    @property
    def asker(self) -> Asker:
        """What a search has to know of them."""
        return Asker(self.zone, self.now, self.user_id)


@dataclass(frozen=True)
class Row:
    ref: str
    ref_shown: str
    href: str
    size: int
    several: bool
    news: str  # "1 new; 2 before, last declined"; "" where nothing came back
    headline_line: str
    excerpt: str
    kind: str
    kind_label: str
    how_label: str
    age: str
    waiting: Waiting
    at_iso: str
    at_exact: str
    story: str
    claimed_by: str  # a colleague
    assignee: str
    watched: str  # the watched words that it says
    state: str
    state_label: str
    until: str  # when a snoozed one returns; "" for others
    until_iso: str
    hidden: str  # as `has:` finds it: "danger", "limits"; "" for what everybody sees
    hidden_label: str
    held_back: bool
    drawn: bool
    selected: bool
    seen: str  # REF:version, as acts post it
    members: str  # those that a decision covers with it: "REF>REF:version,REF:version"; "" for none
    ticked: bool
    swap: bool


@dataclass(frozen=True)
class Tab:
    """A way to another list: a view or an order."""

    href: str
    label: str
    count: str
    current: bool
    counted: str = ""  # the key under which an open screen hears of its count


@dataclass(frozen=True)
class ViewShown:
    """The saved view that is open; `changed` when the list was narrowed since."""

    slug: str
    name: str
    shared: bool
    mine: bool
    may_change: bool
    changed: bool


@dataclass(frozen=True)
class Filter:
    """What narrows a list, and the list without it."""

    label: str
    href: str


@dataclass(frozen=True)
class Head:
    """The queue's own head and foot."""

    title: str
    count_words: str
    q: str
    chosen: bool
    list_href: str
    hidden: Pairs
    filters: tuple[Filter, ...]
    query_string: str  # the whole list, for what saves or exports it
    unclear: tuple[str, ...]  # sentences about what a search left out
    focus: bool  # one tip at a time
    focus_href: str  # into that, or out of it
    can_promote: bool
    older_href: str | None
    newest_href: str | None
    search_note: str
    empty: str


@dataclass(frozen=True)
class Labeled:
    """A fact: its label, and its value (Markup when it holds a link)."""

    label: str
    value: str


@dataclass(frozen=True)
class StoryLine:
    href: str
    headline: str


@dataclass(frozen=True)
class PersonLine:
    name: str
    href: str


@dataclass(frozen=True)
class LinkLine:
    slug: str
    headline: str
    href: str
    by: str
    age: str


@dataclass(frozen=True)
class Decided:
    words: str
    reason: str
    can_undo: bool


@dataclass(frozen=True)
class Choices:
    """Which decisions are open."""

    accept: bool
    decline: bool
    snooze: bool
    spam: bool
    reopen: bool


@dataclass(frozen=True)
class ReasonChoice:
    value: str
    label: str
    digit: int
    letter: str


@dataclass(frozen=True)
class SnoozeChoice:
    value: str  # an instant; "" for what is counted from the moment it is shown
    label: str


@dataclass(frozen=True)
class Happening:
    words: str
    age: str
    at_iso: str
    at_exact: str


@dataclass(frozen=True)
class NoteLine:
    by: str
    age: str
    at_iso: str
    at_exact: str
    body_html: Markup


@dataclass(frozen=True)
class Result:
    slug: str
    headline: str
    why: str
    linked: bool


@dataclass(frozen=True)
class StorySearch:
    """The search for a story to link to."""

    tip_ref: str
    version: int
    action: str
    hidden: Pairs
    carried: Pairs
    q: str
    note: str
    searched: bool
    results: tuple[Result, ...]


@dataclass(frozen=True)
class ContactShown:
    """What may be said of a way to reach the tipster; `opened` is for who just opened it, once."""

    words: str
    may_open: bool  # with the form for it
    opened: tuple[Labeled, ...]
    sender_words: str
    sender_href: str


@dataclass(frozen=True)
class HoldShown:
    """Whether a tip is on legal hold; `may_change` offers the form."""

    held: bool
    words: str
    may_change: bool


@dataclass(frozen=True)
class MessageLine:
    """A message between the newsroom and a tipster."""

    ref: str
    by: str  # "The tipster", or the colleague who wrote it
    mine: bool  # the newsroom's
    age: str
    at_iso: str
    at_exact: str
    body_html: Markup
    seen_in: str  # how long it can still be taken back: "12 s"; "" when it no longer can


@dataclass(frozen=True)
class Conversation:
    """What was said between the newsroom and a tipster, and whether more can be."""

    lines: tuple[MessageLine, ...]
    open: bool  # the tipster has a receipt to read it with
    replies: "tuple[ReplyChoice, ...]" = ()  # saved ones, those in the tipster's language first
    written: str = ""  # what stands in the field already


@dataclass(frozen=True)
class ReplyChoice:
    """A saved reply, to be put into a message."""

    ref: str
    label: str


@dataclass(frozen=True)
class Clash:
    """A decision that came too late."""

    words: str
    yours: str
    keep_href: str
    override_action: str | None
    override_label: str
    fields: Pairs


@dataclass(frozen=True)
class Notice:
    words: str
    undo_href: str
    version: int
    batch: str = ""  # what is undone, where the version does not say it
