"""Under suspicion: the form once more, with a sum for the browser; or the tip goes on, held back."""

from datetime import datetime

from flask import request

from tipline.intake import proof
from tipline.intake.forms import TipForm
from tipline.intake.suspicion import Doubt, weigh
from tipline.intake.token import FormToken, read
from tipline.models import Sign
from tipline.web.request import keyring

FIELD = "proof"


def doubt_about(form: TipForm, token: FormToken, *, lately: int, now: datetime) -> Doubt:
    return weigh(form.text("body"), trapped=bool(form.website.data), age=now - token.issued_at, lately=lately)


def must_be_asked(doubt: Doubt, token: FormToken) -> bool:
    """Say whether the browser is to be asked: it was not yet, or what it answered is not right.

    An empty answer is one too: no script ran, or the reader would not wait.
    """
    if not doubt.asks:
        return False
    answer = request.form.get(FIELD)
    return answer is None or (answer != "" and not proof.holds(keyring(), token, answer))


def held_back(doubt: Doubt) -> tuple[Sign, ...]:
    """Return why a tip is held back; nothing when it is not."""
    unproven = doubt.asks and not request.form.get(FIELD)
    return doubt.signs if doubt.holds_back or unproven else ()


def challenge_for(form: TipForm, *, now: datetime) -> str:
    """Return the challenge for the page that `form` is shown on next."""
    token = read(keyring(), form.fresh_token)
    assert token is not None, "we have just made it"
    return proof.challenge(keyring(), token, now=now)
