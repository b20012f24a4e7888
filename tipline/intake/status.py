"""What a receipt's page says: pure functions from a tip to words, steps and times."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from tipline.models import Direction, Kind, Message, PublicStatus, Tip
from tipline.text.linkify import paragraphs
from tipline.text.times import exact, iso

KIND_LABELS = {
    Kind.TIP: "tip",
    Kind.CORRECTION: "correction",
    Kind.RELEASE: "press release",
    Kind.QUESTION: "question",
}
STEP_WORDS = {"done": "done", "here": "this is where it stands", "ahead": "still to come"}
WORDS = {
    PublicStatus.RECEIVED: (
        "We have your {kind}",
        "It is waiting for somebody in the newsroom to read it. Come back whenever you like.",
    ),
    PublicStatus.LOOKED_AT: (
        "We are looking at it",
        "Somebody in the newsroom has read your {kind} and is on it. We may have a question for you.",
    ),
    PublicStatus.USED: (
        "We used it",
        "What you told us went into something we published. Thank you.",
    ),
    PublicStatus.CLOSED: (
        "We have closed it",
        "We are not taking your {kind} further for now. If you know more, add it below: that opens it again.",
    ),
}
RECEIVED, LOOKED_AT, USED, CLOSED = "Received", "Being looked at", "Used", "Closed"
STEPS = {
    PublicStatus.RECEIVED: ((RECEIVED, "here"), (LOOKED_AT, "ahead"), (USED, "ahead")),
    PublicStatus.LOOKED_AT: ((RECEIVED, "done"), (LOOKED_AT, "here"), (USED, "ahead")),
    PublicStatus.USED: ((RECEIVED, "done"), (LOOKED_AT, "done"), (USED, "here")),
    PublicStatus.CLOSED: ((RECEIVED, "done"), (LOOKED_AT, "done"), (CLOSED, "here")),
}


@dataclass(frozen=True)
class Step:
    label: str
    state: str  # done, here or ahead

    @property
    def state_words(self) -> str:
        return STEP_WORDS[self.state]


@dataclass(frozen=True)
class Standing:
    title: str
    sentence: str
    steps: Sequence[Step]


@dataclass(frozen=True)
class TipShown:
    kind_label: str
    body_html: Markup
    sent_at_iso: str
    sent_words: str
    story_headline: str | None


@dataclass(frozen=True)
class MessageShown:
    from_label: str
    mine: bool
    body_html: Markup
    at_iso: str
    at_words: str


def standing_of(tip: Tip, *, promoted: bool) -> Standing:
    """Say where a tip stands; spam and reasons never show."""
    status = tip.public_status(promoted=promoted)
    title, sentence = (words.format(kind=KIND_LABELS[Kind(tip.kind)]) for words in WORDS[status])
    return Standing(title, sentence, [Step(label, state) for label, state in STEPS[status]])


def tip_shown(tip: Tip, headline: str | None, *, zone: str) -> TipShown:
    """Show the tipster what they sent."""
    label = KIND_LABELS[Kind(tip.kind)].capitalize()
    return TipShown(label, paragraphs(tip.body), iso(tip.received_at), exact(tip.received_at, zone), headline)


def message_shown(message: Message, *, newsroom: str, zone: str) -> MessageShown:
    """Show one message; staff speak with the newsroom's name, never their own."""
    mine = message.direction == Direction.FROM_TIPSTER
    at = message.at if mine else message.send_at or message.at
    speaker = "You" if mine else newsroom
    return MessageShown(speaker, mine, paragraphs(message.body), iso(at), exact(at, zone))
