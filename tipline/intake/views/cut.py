"""What was too long to come back whole: said wherever its form is shown again, whatever else is said there.

Only a browser that runs no script comes here with such a text: the script keeps its page, and the whole text
on it, when the answer is 413.
"""

from collections.abc import Mapping
from http import HTTPStatus

from tipline.intake.forms import TipForm, in_page_order
from tipline.intake.questions import QUESTIONS
from tipline.languages import N_
from tipline.web.arriving import cut_short
from tipline.web.language import _, number

CUT = N_(
    "“%(label)s” was longer than we can show again: its first %(length)s characters are here, "
    "the rest is not. Shorten it, or add the whole text as a file."
)


def with_what_was_cut(form: TipForm, errors: Mapping[str, str]) -> dict[str, str]:
    """Add a sentence for each field of a tip that was cut short."""
    names = cut_short() & QUESTIONS.keys()
    if not names:
        return dict(errors)
    kind = form.text("kind")
    cut = {name: _said(QUESTIONS[name].label_for(kind), form.text(name)) for name in names}
    return in_page_order({**errors, **cut})


def with_cut_message(errors: Mapping[str, str], label: str, message: str) -> dict[str, str]:
    """Add a sentence when an answer was cut short."""
    return {**errors, "message": _said(label, message)} if "message" in cut_short() else dict(errors)


def status_of(status: int) -> int:
    """Return the status of a page that shows a form again."""
    shown = cut_short() & {"message", *QUESTIONS}
    return HTTPStatus.REQUEST_ENTITY_TOO_LARGE if shown else status


def _said(label: str, text: str) -> str:
    return _(CUT, label=_(label), length=number(len(text)))
