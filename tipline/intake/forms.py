"""The reader's form: names of SURFACE, bounds, and a clear sentence for each thing that can be wrong.

What is written is changed by `text.clean` alone, and only `body` is ever required.
"""

import re
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
IN_PAGE_ORDER = ("kind", "body", "how", "about", "place", "happened", "link", "name", "email", "phone")
FOLDS = {"how": ("how",), "details": ("about", "place", "happened", "link"), "contact": ("name", "email", "phone")}

_LINK = re.compile(r"https?://[^\s/?#]+([/?#]\S*)?", re.IGNORECASE)
_EMAIL = re.compile(r"[^\s@]+@[^\s@]+")


def prose(text: str | None) -> str:
    return clean(text or "")


def line(text: str | None) -> str:
    return clean_line(text or "")


def required(sentence: str) -> "Check":
    return Check(lambda text: bool(text.strip()), lambda _text: sentence, runs_on_empty=True)


def at_most(limit: int, sentence: str) -> "Check":
    """Bound a field; `sentence` may name {length} and {limit}."""
    return Check(
        lambda text: len(text) <= limit,
        lambda text: sentence.format(length=f"{len(text):,}", limit=f"{limit:,}"),
    )
