"""The draft editor's form, and the small ones around it."""

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from flask import request
from wtforms import StringField, TextAreaField, ValidationError
from wtforms.validators import Length

from tipline.drafts.actions import DraftText
from tipline.errors import Invalid
from tipline.models import Draft
from tipline.models.draft import DraftStep
from tipline.text.clean import clean, clean_line
from tipline.text.sanitize import MAX_MARKDOWN_CHARACTERS
from tipline.text.slugs import slugify
from tipline.web.forms import StaffForm

MAX_ADDRESS = 2000
NO_ADDRESS = "Say where readers find it: an address that begins with https:// (or http://)."
_ADDRESS = re.compile(r"https?://[^\s/?#@]+([/?#]\S*)?", re.IGNORECASE)
_MINUTE = "%Y-%m-%dT%H:%M"


class NotAnAddress(Invalid):
    """What was given as the address of a story is none."""


def _line(value: str | None) -> str:
    return clean_line(value or "")


def _text(value: str | None) -> str:
    return clean(value or "")


def _at_most(characters: int, what: str) -> Length:
    return Length(max=characters, message=f"{what} is over {characters:,} characters. Shorten it.")


class DraftForm(StaffForm):
    """What an editor writes. Any of it may be empty while the draft is being written."""

    headline = StringField("Headline", [_at_most(300, "The headline")], filters=[_line])
    dek = StringField("Dek", [_at_most(2000, "The dek")], filters=[_line])
    byline = StringField("Byline", [_at_most(200, "The byline")], filters=[_line])
    slug = StringField("Slug", [_at_most(200, "The slug")], filters=[_line])
    desk = StringField("Desk", [_at_most(100, "The name of the desk")], filters=[_line])
    embargo = StringField("Embargo until", filters=[_line])
    body = TextAreaField(
        "Text, in Markdown", [_at_most(MAX_MARKDOWN_CHARACTERS, "The text")], filters=[_text]
    )

    zone = "UTC"

    @classmethod
    def showing(cls, draft: Draft, zone: str) -> "DraftForm":
        """Return the form filled with what is saved; times as clocks in `zone` show them."""
        until = draft.embargo_until
        embargo = until.astimezone(ZoneInfo(zone)).strftime(_MINUTE) if until else ""
        form = cls(formdata=None, obj=draft, data={"embargo": embargo})
        form.zone = zone
        return form

    @classmethod
    def sent(cls, zone: str) -> "DraftForm":
        """Return the form filled with what was sent."""
        form = cls()
        form.zone = zone
        return form

    def validate_embargo(self, field: StringField) -> None:
        if field.data and _instant(field.data, self.zone) is None:
            raise ValidationError("That is no time. Write it as 2026-03-08T07:30, or leave it empty.")

    def text(self) -> DraftText:
        """Return what was written; without a slug, the headline's words make one."""
        return DraftText(
            headline=_line(self.headline.data),
            dek=_line(self.dek.data),
            slug=slugify(_line(self.slug.data)) or slugify(_line(self.headline.data)),
            body=_text(self.body.data),
            byline=_line(self.byline.data),
            desk=_line(self.desk.data) or None,
            embargo_until=_instant(_line(self.embargo.data), self.zone),
        )


def sent_version() -> int:
    """Return the version that the form was written on.

    Raises:
        Invalid: it is missing or no number.
    """
    version = request.form.get("version", "")
    if not re.fullmatch(r"[0-9]{1,9}", version):
        raise Invalid("This form does not say which version it belongs to. Go back and reload the page.")
    return int(version)


def sent_step() -> DraftStep:
    """Return the step that was asked for.

    Raises:
        Invalid: there is no such step.
    """
    try:
        return DraftStep(request.form.get("step", ""))
    except ValueError as error:
        raise Invalid("There is no such step for a draft.") from error


def sent_address() -> str:
    """Return the address that a draft is said to be published at.

    Raises:
        NotAnAddress: it is none that readers could follow.
    """
    address = clean_line(request.form.get("url", ""))
    if len(address) > MAX_ADDRESS or not _ADDRESS.fullmatch(address):
        raise NotAnAddress(NO_ADDRESS)
    return address


def _instant(text: str, zone: str) -> datetime | None:
    """Return the instant at which a clock in `zone` shows `text`; None if it is no time."""
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?", text):
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
