"""What the form asks: one set of fields, worded for the kind of thing that somebody brings.

The page holds the words of all four kinds; its style sheet shows those of the kind that is chosen, and
the questions that fit it. So the choice works without script, and a question that has an answer stays
on the page whatever is chosen, because it is sent whatever is chosen.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tipline.languages import N_
from tipline.models import How, Kind

Words = tuple[tuple[str, str], ...]  # (the kinds it is for, parted by spaces; "" for all), the words

EVERY_KIND = tuple(Kind)
KIND_CHOICES: dict[str, str] = {
    Kind.TIP: N_("A tip"),
    Kind.CORRECTION: N_("A correction"),
    Kind.RELEASE: N_("A press release"),
    Kind.QUESTION: N_("A question"),
}
HOW_CHOICES: dict[str, str] = {
    How.SAW: N_("I saw or heard it myself"),
    How.INVOLVED: N_("I am part of it"),
    How.TOLD: N_("Someone told me"),
    How.DOCUMENTS: N_("I have documents or recordings"),
    How.ONLINE: N_("I found it online"),
    "": N_("I’d rather not say"),
}


@dataclass(frozen=True)
class Option:
    """One of the form's choices."""

    value: str
    label: str
    checked: bool


@dataclass(frozen=True)
class Question:
    """A field's label, its hint, and the kinds that it is asked of ("" for all)."""

    name: str
    label: Words
    hint: Words = ()
    fits: str = ""

    def label_for(self, kind: str) -> str:
        """Return the label that stands at the field, for a sentence about it; not translated."""
        return next((text for kinds, text in self.label if kind in kinds.split()), self.label[0][1])


def kind_options(chosen: str) -> list[Option]:
    return _options(KIND_CHOICES, chosen)


def how_options(chosen: str) -> list[Option]:
    return _options(HOW_CHOICES, chosen)


def _options(choices: Mapping[str, str], chosen: str) -> list[Option]:
    return [Option(str(value), label, value == chosen) for value, label in choices.items()]


def _asked(
    name: str,
    label: str | dict[Kind, str],
    hint: str | dict[Kind, str] = "",
    fits: Iterable[Kind] = EVERY_KIND,
) -> Question:
    kinds = tuple(fits)
    asked_of = "" if kinds == EVERY_KIND else " ".join(kinds)
    return Question(name, _by_kind(label), _by_kind(hint), asked_of)


def _by_kind(words: str | dict[Kind, str]) -> Words:
    if isinstance(words, str):
        return (("", words),) if words else ()
    return tuple((str(kind), text) for kind, text in words.items())


QUESTIONS = {
    question.name: question
    for question in (
        _asked(
            "body",
            {
                Kind.TIP: N_("What do you know?"),
                Kind.CORRECTION: N_("What is wrong, and what is right?"),
                Kind.RELEASE: N_("What is the news?"),
                Kind.QUESTION: N_("What do you want to know?"),
            },
            {
                Kind.TIP: N_("Who, what, where, when. Half a sentence can be enough."),
                Kind.CORRECTION: N_("Quote the words that are wrong, then say what is true."),
                Kind.RELEASE: N_("Paste the whole text. Pictures and documents go below."),
                Kind.QUESTION: N_("Your receipt opens the page on which we answer."),
            },
        ),
        _asked("how", N_("How do you know?"), fits=(Kind.TIP, Kind.CORRECTION)),
        _asked(
            "about",
            {
                Kind.TIP: N_("Who is it about?"),
                Kind.CORRECTION: N_("Which story is it?"),
                Kind.RELEASE: N_("Who is it from?"),
                Kind.QUESTION: N_("Who or what is it about?"),
            },
            {
                Kind.CORRECTION: N_("Its headline, or a few words of it"),
                Kind.RELEASE: N_("The person, company or agency that it speaks for"),
            },
        ),
        _asked("place", N_("Where did it happen?"), fits=(Kind.TIP,)),
        _asked(
            "happened",
            {Kind.TIP: N_("When?"), Kind.RELEASE: N_("Is there an embargo?")},
            {
                Kind.TIP: N_("As exactly as you can: “Saturday, about 9 pm”"),
                Kind.RELEASE: N_("Until when we must wait: “Friday, 9 am Eastern”"),
            },
            (Kind.TIP, Kind.RELEASE),
        ),
        _asked(
            "link",
            {
                Kind.TIP: N_("Is it online somewhere?"),
                Kind.CORRECTION: N_("Where can we check it?"),
                Kind.RELEASE: N_("Is it online somewhere?"),
                Kind.QUESTION: N_("Is there a page that you mean?"),
            },
            N_("A link that begins with https://"),
        ),
        _asked("name", N_("Your name")),
        _asked("email", N_("E-mail address")),
        _asked("phone", N_("Phone number")),
        _asked("credit", N_("What name goes with them, if any?")),
    )
}

# The titles of the folded parts of the page.
FOLD_TITLES = {
    "how": _by_kind(N_("How do you know?")),
    "details": _by_kind(
        {
            Kind.TIP: N_("Who, where, when"),
            Kind.CORRECTION: N_("Which story, and where to check"),
            Kind.RELEASE: N_("From whom, and any embargo"),
            Kind.QUESTION: N_("What it is about"),
        }
    ),
    "contact": _by_kind(
        {
            Kind.TIP: N_("May we contact you?"),
            Kind.CORRECTION: N_("May we contact you?"),
            Kind.RELEASE: N_("Whom can we call?"),
            Kind.QUESTION: N_("May we contact you?"),
        }
    ),
}
SEND = _by_kind(
    {
        Kind.TIP: N_("Send the tip"),
        Kind.CORRECTION: N_("Send the correction"),
        Kind.RELEASE: N_("Send the press release"),
        Kind.QUESTION: N_("Send the question"),
    }
)
