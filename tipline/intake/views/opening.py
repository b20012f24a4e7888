"""Opening a receipt: the tip whose words somebody typed, or what to tell them instead."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from flask import request
from werkzeug.wrappers import Response

from tipline.delivery import ping
from tipline.intake import queries, receipt
from tipline.intake.forms import line, prose
from tipline.intake.spelling import Slip, spelling_of
from tipline.intake.staging import stage_of
from tipline.intake.token import read
from tipline.intake.views.cut import status_of, with_cut_message
from tipline.intake.views.gate import admitted, wait
from tipline.languages import N_
from tipline.models import Tip
from tipline.web.language import _, ngettext
from tipline.web.render import page
from tipline.web.request import keyring, reading, writing

TOO_MANY_TRIES = N_("There were many tries from your network. Wait ten minutes, then press “Open” once more.")
YOUR_MESSAGE = N_("Your message, not sent yet")
NO_WORDS = N_("Type the six words of your receipt.")
UNKNOWN = N_(
    "We don’t know these words. Check their spelling and that there are six of them, in their order."
)
NOT_OURS = N_("“%(word)s” is not one of our words. Check its spelling.")
MEANT_ONE = N_("“%(word)s” is not one of our words. Did you mean “%(meant)s”?")
# an English word amid others, also in a sentence from right to left: first-strong isolate to pop isolate
ISOLATED = "\u2068“%s”\u2069"
MEANT_ONE_OF = N_("“%(word)s” is not one of our words. Did you mean one of these: %(meant)s?")


@dataclass(frozen=True)
class Refused:
    """Words that open nothing: what to say, and six words that may have been meant."""

    sentence: str
    status: int
    corrected: str = ""


def code_sent() -> str:
    """Return the words as they were typed, or as we took them to be meant, where somebody agreed."""
    return line(request.form.get("meant") or request.form.get("code"))


def look_up(code: str) -> Tip | Refused:
    """Return the tip of a receipt, or why there is none.

    The right words open at any time; only wrong ones are counted and, when there are too many from one
    network, turned away (see `intake/receipt.py` for why that is safe).
    """
    if not receipt.letters(code):
        return Refused(_(NO_WORDS), HTTPStatus.UNPROCESSABLE_ENTITY)
    found = queries.tip_of_receipt(reading(), keyring(), code)
    if found is not None:
        _welcome(found)
        return found
    if not admitted("receipt"):
        return Refused(_(TOO_MANY_TRIES), HTTPStatus.TOO_MANY_REQUESTS)
    spelling = spelling_of(code)
    sentence = _about(spelling.slips[0]) if spelling.slips else _count(spelling.count)
    return Refused(sentence, HTTPStatus.NOT_FOUND, spelling.corrected)


def refusal_page(code: str, refused: Refused) -> Response:
    """Ask for the words again; what was typed is kept, and so are files that came with it."""
    shown = code_page(code, {"code": refused.sentence}, refused.status, corrected=refused.corrected)
    return wait(shown, "receipt") if refused.status == HTTPStatus.TOO_MANY_REQUESTS else shown


def code_page(code: str, errors: Mapping[str, str], status: int, *, corrected: str = "") -> Response:
    stage, message = stage_of(keyring(), request.form), prose(request.form.get("message"))
    return page(
        "intake/receipt.html",
        status_of(status),
        code=code,
        errors=with_cut_message(errors, YOUR_MESSAGE, message),
        message=message,
        corrected=corrected,
        stage=stage.token if stage else "",
        once=once_sent(),
    )


def once_sent() -> str:
    """Return the mark of the page that an answer was written on; "" when it carried none of ours."""
    once = line(request.form.get("once"))
    return once if read(keyring(), once) else ""


def _welcome(tip: Tip) -> None:
    if queries.was_written_to(reading(), tip.id):
        with writing() as session:
            ping.come_back(session, tip.id)


def _about(slip: Slip) -> str:
    if not slip.meant:
        return _(NOT_OURS, word=slip.word)
    if len(slip.meant) == 1:
        return _(MEANT_ONE, word=slip.word, meant=slip.meant[0])
    return _(MEANT_ONE_OF, word=slip.word, meant=", ".join(ISOLATED % word for word in slip.meant))


def _count(words: int) -> str:
    # Many words run together may well be six: only a count that can be trusted is told.
    if 1 < words != receipt.WORDS:
        return ngettext(
            "That is %(num)s word; a receipt has six. Check that none is missing or there twice.",
            "Those are %(num)s words; a receipt has six. Check that none is missing or there twice.",
            words,
        )
    return _(UNKNOWN)
