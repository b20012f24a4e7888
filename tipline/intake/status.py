"""What a receipt's page says: from a tip to words, steps and times, in the request's language."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from tipline.intake import questions
from tipline.languages import N_
from tipline.models import Direction, Kind, Message, PublicStatus, Tip
from tipline.text.linkify import paragraphs
from tipline.text.times import exact, iso
from tipline.web.language import _

# Whole sentences, since the word for a tip takes its article and ending from what stands round it.
THANKS = {
    Kind.TIP: N_("Thank you. We have your tip."),
    Kind.CORRECTION: N_("Thank you. We have your correction."),
    Kind.RELEASE: N_("Thank you. We have your press release."),
    Kind.QUESTION: N_("Thank you. We have your question."),
}
WE_HAVE_IT = {
    Kind.TIP: N_("We have your tip"),
    Kind.CORRECTION: N_("We have your correction"),
    Kind.RELEASE: N_("We have your press release"),
    Kind.QUESTION: N_("We have your question"),
}
STEP_WORDS = {"done": N_("done"), "here": N_("this is where it stands"), "ahead": N_("still to come")}
TITLES = {
    PublicStatus.LOOKED_AT: N_("We are looking at it"),
    PublicStatus.USED: N_("We used it"),
    PublicStatus.CLOSED: N_("We have closed it"),
}
SENTENCES = {
    PublicStatus.RECEIVED: N_(
        "It is waiting for somebody in the newsroom to read it. Come back whenever you like."
    ),
    PublicStatus.LOOKED_AT: N_(
        "Somebody in the newsroom has read it and is on it. We may have a question for you."
    ),
    PublicStatus.USED: N_("What you told us went into something we published. Thank you."),
    PublicStatus.CLOSED: N_(
        "We are not taking it further for now. If you know more, add it below: that opens it again."
    ),
}
RECEIVED, LOOKED_AT, USED, CLOSED = N_("Received"), N_("Being looked at"), N_("Used"), N_("Closed")
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
    state_words: str


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
    title = TITLES.get(status) or WE_HAVE_IT[Kind(tip.kind)]
    steps = [Step(_(label), state, _(STEP_WORDS[state])) for label, state in STEPS[status]]
    return Standing(_(title), _(SENTENCES[status]), steps)


def tip_shown(tip: Tip, headline: str | None, *, zone: str, language: str) -> TipShown:
    """Show the tipster what they sent."""
    sent = exact(tip.received_at, zone, language)
    return TipShown(
        _(questions.KIND_CHOICES[Kind(tip.kind)]), paragraphs(tip.body), iso(tip.received_at), sent, headline
    )


def message_shown(message: Message, *, newsroom: str, zone: str, language: str) -> MessageShown:
    """Show one message; staff speak with the newsroom's name, never their own."""
    mine = message.direction == Direction.FROM_TIPSTER
    at = message.at if mine else message.send_at or message.at
    speaker = _("You") if mine else newsroom
    return MessageShown(speaker, mine, paragraphs(message.body), iso(at), exact(at, zone, language))
