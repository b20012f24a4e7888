"""The reader's form: its fields, their bounds, and a clear sentence for each thing that can be wrong.

What is written is changed by `text.clean` alone, and only `body` is ever required.
"""

import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import cached_property

from flask_wtf import FlaskForm
from wtforms import BooleanField, Field, Form, StringField
from wtforms.validators import StopValidation

from tipline.intake.actions import Answers
from tipline.intake.questions import QUESTIONS
from tipline.intake.token import FormToken, TokenCSRF, read
from tipline.keeping.contact import FEWEST_DIGITS
from tipline.languages import N_
from tipline.models import How, Kind
from tipline.text.clean import clean, clean_line
from tipline.web.forms import CopiedFields
from tipline.web.language import _, number

MAX_BODY = 20_000
MAX_LINE = 500
MAX_LINK = 2_000
FOLDS = {
    "how": ("how",),
    "details": ("about", "place", "happened", "link"),
    "contact": ("name", "email", "phone", "ping", "contact_ok"),
}
DETAILS_FIRST = frozenset({Kind.CORRECTION, Kind.RELEASE})  # which story, from whom
IN_PAGE_ORDER = (
    "kind",
    "body",
    "files",
    "credit",
    *(name for names in FOLDS.values() for name in names),
    "token",
)

NOTHING_WRITTEN = N_("Write what you know. Half a sentence can be enough.")
TOO_LONG = N_("Shorten “%(label)s” to %(limit)s characters; it has %(length)s now.")
NOT_A_KIND = N_("Choose what it is: a tip, a correction, a press release or a question.")
NOT_A_HOW = N_("Choose one of the ways you may know, or leave it open.")
NOT_A_LINK = N_("Check the link: it begins with https:// (or http://) and has no spaces.")
NOT_AN_EMAIL = N_("Check the e-mail address: it looks like name@example.org.")
NOWHERE_TO_PING = N_("Write the e-mail address that news should go to, or untick the box below it.")
NOT_A_PHONE = N_("Check the phone number: it has at least %(digits)s digits.")

_LINK = re.compile(r"https?://[^\s/?#]+([/?#]\S*)?", re.IGNORECASE)
_EMAIL = re.compile(r"[^\s@]+@[^\s@]+")

Validator = Callable[[Form, Field], None]


def prose(text: str | None) -> str:
    return clean(text or "")


def line(text: str | None) -> str:
    return clean_line(text or "")


def in_page_order(sentences: Mapping[str, str]) -> dict[str, str]:
    """Return field name -> sentence, in the order of the page."""
    return {name: sentences[name] for name in IN_PAGE_ORDER if name in sentences}


def at_most(limit: int) -> Validator:
    """Bound a field, telling how far over the bound it is."""

    def check(form: Form, field: Field) -> None:
        length = len(field.data)
        if length > limit:
            label = QUESTIONS[field.name].label_for(form["kind"].data or "")
            sentence = _(TOO_LONG, label=_(label), limit=number(limit), length=number(length))
            raise StopValidation(sentence)

    return check


def matching(fits: Callable[[str], object], sentence: str, **values: object) -> Validator:
    """Check a field that somebody filled in."""

    def check(_form: Form, field: Field) -> None:
        if field.data and not fits(field.data):
            raise StopValidation(_(sentence, **values))

    return check


def one_of(values: type[StrEnum], sentence: str) -> Validator:
    return matching(set(values).__contains__, sentence)


def _written(_form: Form, field: Field) -> None:
    if not field.data.strip():
        raise StopValidation(_(NOTHING_WRITTEN))


def _reachable(form: Form, field: Field) -> None:
    if form["ping"].data and not field.data:
        raise StopValidation(_(NOWHERE_TO_PING))


def _line(*validators: Validator, limit: int = MAX_LINE) -> StringField:
    return StringField(validators=[at_most(limit), *validators], filters=[line])


class TipForm(FlaskForm):  # type: ignore[misc]
    """What a reader fills in; `meta={"csrf_context": Stamping(…)}` gives it its stamp.

    What is said of files comes along with them (`intake/rights.py`): answers from a receipt have files too.
    """

    class Meta(CopiedFields):
        """Flask-WTF's settings of this form."""

        csrf = True
        csrf_class = TokenCSRF
        csrf_field_name = "token"

    body = StringField(validators=[_written, at_most(MAX_BODY)], filters=[prose])
    kind = StringField(validators=[one_of(Kind, NOT_A_KIND)], filters=[line], default=Kind.TIP)
    about = _line()
    happened = _line()
    place = _line()
    how = StringField(validators=[one_of(How, NOT_A_HOW)], filters=[line])
    link = _line(matching(_LINK.fullmatch, NOT_A_LINK), limit=MAX_LINK)
    name = _line()
    email = _line(_reachable, matching(_EMAIL.fullmatch, NOT_AN_EMAIL))
    ping = BooleanField()
    phone = _line(matching(lambda text: _digits(text) >= FEWEST_DIGITS, NOT_A_PHONE, digits=FEWEST_DIGITS))
    contact_ok = BooleanField()
    website = StringField(filters=[line])  # a trap: people don't see it

    @cached_property
    def presented(self) -> FormToken | None:
        """The token that came in, whatever its age, if it is one of ours."""
        return read(self.meta.csrf_context.keyring, self.token.data)

    @cached_property
    def fresh_token(self) -> str:
        """The token to give out with the next page."""
        token: str = self.meta.csrf_context.anew(self.presented)
        return token

    def text(self, name: str) -> str:
        """Return a field's text, cleaned; "" where there is none."""
        return self[name].data or ""

    def sentences(self, more: Mapping[str, str] | None = None) -> dict[str, str]:
        """Return field name -> what is wrong, in the order of the page; with `more` that is."""
        return in_page_order(
            {**(more or {}), **{field.name: field.errors[0] for field in self if field.errors}}
        )

    def opened(self) -> set[str]:
        """Return the folded parts of the page in which something stands, is wrong, or is asked first."""
        telling = {
            fold
            for fold, names in FOLDS.items()
            if any(self[name].data or self[name].errors for name in names)
        }
        return telling | ({"details"} if self.text("kind") in DETAILS_FIRST else set())

    def answers(self, *, language: str | None = None) -> Answers:
        """Return what was answered; only after `validate`."""
        return Answers(
            body=self.text("body"),
            kind=Kind(self.text("kind") or Kind.TIP),
            about=self.text("about"),
            happened=self.text("happened"),
            place=self.text("place"),
            how=How(self.text("how")) if self.text("how") else None,
            link=self.text("link"),
            name=self.text("name"),
            email=self.text("email"),
            phone=self.text("phone"),
            ping=self.ping.data,
            contact_ok=self.contact_ok.data,
            trapped=bool(self.website.data),
            language=language,
        )


def _digits(text: str) -> int:
    return sum(character.isdigit() for character in text)
