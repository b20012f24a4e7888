"""The reader's form: its fields, their bounds, and a clear sentence for each thing that can be wrong.

What is written is changed by `text.clean` alone, and only `body` is ever required.
"""

import re
from collections.abc import Callable
from enum import StrEnum

from flask_wtf import FlaskForm
from wtforms import BooleanField, Field, Form, StringField
from wtforms.validators import StopValidation

from tipline.intake.actions import Answers
from tipline.intake.token import FormToken, TokenCSRF, read
from tipline.models import How, Kind
from tipline.text.clean import clean, clean_line

MAX_BODY = 20_000
MAX_LINE = 500
MAX_LINK = 2_000
FEWEST_DIGITS = 5
IN_PAGE_ORDER = (
    "kind",
    "body",
    "how",
    "about",
    "place",
    "happened",
    "link",
    "name",
    "email",
    "phone",
    "token",
)
FOLDS = {
    "how": ("how",),
    "details": ("about", "place", "happened", "link"),
    "contact": ("name", "email", "phone", "contact_ok"),
}
NOTHING_WRITTEN = "Write what you know. Half a sentence can be enough."
NOT_A_KIND = "Choose what it is: a tip, a correction, a press release or a question."
NOT_A_HOW = "Choose one of the ways you may know, or leave it open."
NOT_A_LINK = "Check the link: it begins with https:// (or http://) and has no spaces."
NOT_AN_EMAIL = "Check the e-mail address: it looks like name@example.org."
NOT_A_PHONE = f"Check the phone number: it has at least {FEWEST_DIGITS} digits."

_LINK = re.compile(r"https?://[^\s/?#]+([/?#]\S*)?", re.IGNORECASE)
_EMAIL = re.compile(r"[^\s@]+@[^\s@]+")

Validator = Callable[[Form, Field], None]


def prose(text: str | None) -> str:
    return clean(text or "")


def line(text: str | None) -> str:
    return clean_line(text or "")


def at_most(limit: int, label: str) -> Validator:
    """Bound a field, telling how far over the bound it is."""

    def check(_form: Form, field: Field) -> None:
        length = len(field.data)
        if length > limit:
            raise StopValidation(f"Shorten “{label}” to {limit:,} characters; it has {length:,} now.")

    return check


def matching(fits: Callable[[str], object], sentence: str) -> Validator:
    """Check a field that somebody filled in."""

    def check(_form: Form, field: Field) -> None:
        if field.data and not fits(field.data):
            raise StopValidation(sentence)

    return check


def one_of(values: type[StrEnum], sentence: str) -> Validator:
    return matching(set(values).__contains__, sentence)


def _written(_form: Form, field: Field) -> None:
    if not field.data.strip():
        raise StopValidation(NOTHING_WRITTEN)


def _line(label: str, *validators: Validator, limit: int = MAX_LINE) -> StringField:
    return StringField(label, [at_most(limit, label), *validators], filters=[line])


class TipForm(FlaskForm):  # type: ignore[misc]
    """What a reader fills in; `meta={"csrf_context": Stamping(…)}` gives it its stamp."""

    class Meta:
        """Flask-WTF's settings of this form."""

        csrf = True
        csrf_class = TokenCSRF
        csrf_field_name = "token"

    body = StringField(
        "What do you know?", [_written, at_most(MAX_BODY, "What do you know?")], filters=[prose]
    )
    kind = StringField(validators=[one_of(Kind, NOT_A_KIND)], filters=[line], default=Kind.TIP)
    about = _line("Who is it about?")
    happened = _line("When?")
    place = _line("Where did it happen?")
    how = StringField(validators=[one_of(How, NOT_A_HOW)], filters=[line])
    link = _line("Is it online somewhere?", matching(_LINK.fullmatch, NOT_A_LINK), limit=MAX_LINK)
    name = _line("Your name")
    email = _line("E-mail address", matching(_EMAIL.fullmatch, NOT_AN_EMAIL))
    phone = _line("Phone number", matching(lambda text: _digits(text) >= FEWEST_DIGITS, NOT_A_PHONE))
    contact_ok = BooleanField()
    website = StringField(filters=[line])  # a trap: people don't see it

    @property
    def presented(self) -> FormToken | None:
        """The token that came in, whatever its age, if it is one of ours."""
        return read(self.meta.csrf_context.keyring, self.token.data)

    @property
    def fresh_token(self) -> str:
        """The token to give out with the next page."""
        token: str = self.token.current_token
        return token

    def text(self, name: str) -> str:
        """Return a field's text, cleaned; "" where there is none."""
        return self[name].data or ""

    def sentences(self) -> dict[str, str]:
        """Return field name -> what is wrong, in the order of the page."""
        return {name: self[name].errors[0] for name in IN_PAGE_ORDER if self[name].errors}

    def opened(self) -> set[str]:
        """Return the folded parts of the page in which something stands or is wrong."""
        return {
            fold
            for fold, names in FOLDS.items()
            if any(self[name].data or self[name].errors for name in names)
        }

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
            contact_ok=self.contact_ok.data,
            trapped=bool(self.website.data),
            language=language,
        )


def _digits(text: str) -> int:
    return sum(character.isdigit() for character in text)
