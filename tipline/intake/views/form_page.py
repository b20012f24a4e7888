"""The form's page: fresh, or with what somebody wrote and what is to be done about it.

The fresh page is asked for more than any other and differs from reader to reader in its token and its
story alone, so it is rendered once for each language and those are set in.
"""

from collections.abc import Mapping

from flask import make_response, render_template
from markupsafe import escape
from werkzeug.wrappers import Response

from tipline import clock
from tipline.intake import questions, token
from tipline.intake.forms import MAX_BODY, TipForm
from tipline.intake.queries import StoryLine
from tipline.intake.views import door
from tipline.intake.views.cut import status_of, with_what_was_cut
from tipline.intake.views.files import FormFiles, no_files
from tipline.keeping.rules import longest_contact_days
from tipline.models import Kind
from tipline.web.language import choice
from tipline.web.request import keyring, settings
from tipline.web.spliced import Spliced, answer, kept

TEMPLATE = "intake/tip.html"

# What stands in a page that is kept ready, where each reader's own words go.
MARKS = {"token": "token-goes-here", "headline": "headline-goes-here", "slug": "slug-goes-here"}


def fresh_page(stamp: str, story: StoryLine | None) -> Response:
    """Show the form as it is before anybody wrote anything, with `stamp` as its token."""
    told = story if story and story.headline else None
    words = {"token": stamp}
    if told:
        words |= {"headline": str(escape(told.headline)), "slug": str(escape(told.slug))}
    ready = kept((TEMPLATE, told is not None), lambda: _spliced(with_story=told is not None))
    return answer(ready, words)


def filled_page(
    form: TipForm,
    files: FormFiles,
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
    said = with_what_was_cut(form, errors)
    page = _rendered(form, files, said, stamp or form.fresh_token, story, challenge)
    return make_response(page, status_of(status))


def form_language() -> str | None:
    """Return the language of the form: what the address or the browser asked for, None where neither did."""
    chosen = choice()
    return chosen.asked or (chosen.language if chosen.by_reader else None)


def _spliced(*, with_story: bool) -> Spliced:
    stamping = token.Stamping(keyring(), clock.now(), lambda _token: False)
    story = StoryLine(MARKS["slug"], MARKS["headline"]) if with_story else None
    form = TipForm(None, meta={"csrf_context": stamping})
    return Spliced(_rendered(form, no_files(form.fresh_token), {}, MARKS["token"], story), MARKS)


def _rendered(
    form: TipForm,
    files: FormFiles,
    errors: Mapping[str, str],
    stamp: str,
    story: StoryLine | None,
    challenge: str = "",
) -> str:
    return render_template(
        TEMPLATE,
        token=stamp,
        story=story if story and story.headline else None,
        values=form.data,
        files=files.shown(stamp),
        kinds=questions.kind_options(form.text("kind") or Kind.TIP),
        hows=questions.how_options(form.text("how")),
        questions=questions.QUESTIONS,
        fold_titles=questions.FOLD_TITLES,
        send_words=questions.SEND,
        errors=errors,
        opened=form.opened(),
        max_body=MAX_BODY,
        contact_days=longest_contact_days(settings()),
        can_ping=bool(settings().smtp_url),
        switch_form="tip",
        switch_to=door.action(""),
        challenge=challenge,
        action=door.action(choice().asked),
        **door.surroundings(),
    )
