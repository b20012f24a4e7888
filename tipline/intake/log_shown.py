"""The choices of the page on which staff log a tip, in their words."""

from collections.abc import Mapping

from tipline.intake.logged import CHANNELS
from tipline.intake.questions import Option
from tipline.languages import LANGUAGES
from tipline.models import How, Kind

KINDS: dict[str, str] = {
    Kind.TIP: "A tip",
    Kind.CORRECTION: "A correction",
    Kind.RELEASE: "A press release",
    Kind.QUESTION: "A question",
}
HOWS: dict[str, str] = {
    "": "They did not say",
    How.SAW: "They saw or heard it",
    How.INVOLVED: "They are part of it",
    How.TOLD: "Someone told them",
    How.DOCUMENTS: "They have documents or recordings",
    How.ONLINE: "They found it online",
}


def kind_choices(chosen: str) -> list[Option]:
    return _options(KINDS, chosen)


def how_choices(chosen: str) -> list[Option]:
    return _options(HOWS, chosen)


def channel_choices(chosen: str) -> list[Option]:
    return _options(CHANNELS, chosen)


def language_choices(chosen: str) -> list[Option]:
    return _options(LANGUAGES, chosen)


def _options(choices: Mapping[str, str], chosen: str) -> list[Option]:
    return [Option(str(value), label, value == chosen) for value, label in choices.items()]
