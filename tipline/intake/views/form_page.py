"""The form's page: blank, or with what somebody wrote and what is to be done about it.

The blank page is asked for more than any other and differs from reader to reader in its token alone, so
it is rendered once for each language and the token is set in.
"""

import re
from collections.abc import Mapping

from flask import current_app, make_response, render_template, request
from werkzeug.wrappers import Response

from tipline import clock
from tipline.intake import questions, token
from tipline.intake.forms import MAX_BODY, TipForm
from tipline.intake.queries import StoryLine
from tipline.intake.views import door
from tipline.models import Kind
from tipline.text.language import LANGUAGES
from tipline.web.language import language
from tipline.web.request import keyring, settings

EXTENSION = "tipline.intake.pages"
TEMPLATE = "intake/tip.html"
TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}")  # BCP 47, the forms that pages come in
RIGHT_TO_LEFT = frozenset({"ar", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"})

_PLACE = "token-goes-here"


def blank_page() -> Response:
    """Show the form as it is before anybody wrote anything."""
    asked = asked_language()
    if asked is not None and asked not in LANGUAGES:
        before, after = _halves()  # whoever asks for languages we don't have must not fill the memory
    else:
        ready: dict[object, tuple[str, str]] = current_app.extensions.setdefault(EXTENSION, {})
        key = (language(), asked)
        found = ready.get(key)
        if found is None or current_app.debug:
            found = ready[key] = _halves()
        before, after = found
    return make_response(f"{before}{token.issue(keyring(), now=clock.now())}{after}")


def filled_page(
    form: TipForm,
    errors: Mapping[str, str],
    status: int,
    *,
    story: StoryLine | None = None,
    stamp: str | None = None,
    challenge: str = "",
) -> Response:
    """Show the form with all that stands in it.

    Args:
        errors: field name -> sentence, in the order of the page.
        stamp: the token that the page carries, when it is not to be a fresh one.
        challenge: what the browser is asked to work out, as JSON.
    """
    page = _rendered(form, errors, stamp or form.fresh_token, story, challenge)
    return make_response(page, status)


def asked_language() -> str | None:
    """Return the language that the address asks for, if it can be one."""
    asked = request.args.get("lang", "")
    return asked if TAG.fullmatch(asked) else None


def _halves() -> tuple[str, str]:
    stamping = token.Stamping(keyring(), clock.now(), lambda _token: False)
    page = _rendered(TipForm(None, meta={"csrf_context": stamping}), {}, _PLACE, None)
    before, _, after = page.partition(_PLACE)
    return before, after


def _rendered(
    form: TipForm, errors: Mapping[str, str], stamp: str, story: StoryLine | None, challenge: str = ""
) -> str:
    asked = asked_language()
    return render_template(
        TEMPLATE,
        token=stamp,
        story=story if story and story.headline else None,
        values=form.data,
        kinds=questions.kind_options(form.text("kind") or Kind.TIP),
        hows=questions.how_options(form.text("how")),
        questions=questions.QUESTIONS,
        fold_titles=questions.FOLD_TITLES,
        send_words=questions.SEND,
        errors=errors,
        opened=form.opened(),
        max_body=MAX_BODY,
        contact_days=settings().retention_contact_days,
        can_ping=bool(settings().smtp_url),
        challenge=challenge,
        action=door.action(asked),
        **door.surroundings(),
        dir="rtl" if asked and asked.partition("-")[0].lower() in RIGHT_TO_LEFT else "ltr",
    )
