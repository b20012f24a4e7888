"""Tips that staff write down for somebody on the phone, at the desk, or in a letter.

They pass the form's checks and arrive as a reader's do, with a receipt that is read out to whoever told it.
The form carries a token like the public one, so that sending it twice makes one tip and one receipt.
"""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session
from wtforms import Field, StringField
from wtforms.validators import StopValidation

from tipline import audit, clock
from tipline.intake.actions import Answers, prepare
from tipline.intake.forms import TipForm, line
from tipline.intake.storing import Arrival, store, store_receipt
from tipline.intake.token import FormToken
from tipline.keys import Keyring
from tipline.languages import LANGUAGES
from tipline.models import Channel, User
from tipline.models.tip import LOGGED_WITHIN

CHANNELS: dict[str, str] = {Channel.PHONE: "By phone or in person", Channel.EMAIL: "By e-mail or letter"}
NO_TIME = "Write when it came as 2026-03-02T09:30, or leave it empty for now."
AHEAD = "A tip cannot have come in the future; check its date and time."
LONG_AGO = "That is more than a month ago; check the date, or import it."
LABELS = {
    "about": "Who or what is it about?",
    "happened": "When did it happen?",
    "place": "Where did it happen?",
    "link": "Is it online somewhere?",
    "name": "Their name",
    "phone": "Phone number",
    "email": "E-mail address",
    "contact_ok": "They agree that we contact them",
}


class LogForm(TipForm):
    """The reader's questions, asked by a member of staff, and how and when the answers came."""

    class Meta:
        """Switches of WTForms."""

        csrf = False  # web/csrf.py has checked it before the view, for every newsroom POST

    channel = StringField(filters=[line], default=Channel.PHONE)
    received = StringField(filters=[line])
    language = StringField(filters=[line])

    def __init__(self, *args: Any, zone: ZoneInfo, now: datetime, **options: Any) -> None:
        super().__init__(*args, **options)
        self.zone, self.now, self.received_at = zone, now, now
        for name, label in LABELS.items():
            self[name].label.text = label

    def validate_channel(self, field: Field) -> None:
        if (field.data or Channel.PHONE) not in CHANNELS:
            raise StopValidation("Choose how it came.")

    def validate_language(self, field: Field) -> None:
        if field.data and field.data not in LANGUAGES:
            raise StopValidation("Choose one of the languages.")

    def validate_received(self, field: Field) -> None:
        if field.data:
            self.received_at = received_of(field.data, self.zone, self.now)

    def logged_answers(self) -> Answers:
        """Return what was answered; only after `validate`."""
        answers = self.answers(language=self.text("language") or None)
        return replace(answers, channel=Channel(self.text("channel") or Channel.PHONE), trapped=False)


def received_of(text: str, zone: ZoneInfo, now: datetime) -> datetime:
    """Read when a tip came; a time without a zone is one in `zone`.

    Raises:
        StopValidation: when it is none, lies ahead, or too far back.
    """
    try:
        at = datetime.fromisoformat(text)
        at = (at.replace(tzinfo=zone) if at.tzinfo is None else at).astimezone(UTC)
    except (ValueError, OverflowError):
        raise StopValidation(NO_TIME) from None
    if at > now:
        raise StopValidation(AHEAD)
    if now - at > LOGGED_WITHIN:
        raise StopValidation(LONG_AGO)
    return at


def prepare_logged(keyring: Keyring, form: LogForm, *, token: FormToken, by: User) -> Arrival:
    """Make the rows of a tip that `by` wrote down, and its receipt; only after `validate`."""
    arrival = prepare(keyring, form.logged_answers(), token=token, now=form.received_at)
    # the time as it was typed: “now” is the same answer a minute later
    told = json.dumps(["logged", form.text("received"), by.id]).encode()
    mac = keyring.mac("answers", arrival.answers_mac, told, key_id=token.key_id)
    return replace(arrival, tip={**arrival.tip, "logged_by_id": by.id}, answers_mac=mac)


def log_tip(session: Session, arrival: Arrival, *, by: User, now: datetime) -> None:
    """Store a tip that somebody told `by`.

    Raises:
        IntegrityError: when this receipt exists (the same form, sent twice), or the ref is taken.
    """
    tip_id = store(session, arrival.tip, arrival.group, arrival.contact, story=arrival.story)
    store_receipt(session, arrival, tip_id)
    audit.record(
        session, "tip.logged", subject=str(arrival.tip["ref"]), by=by, at=clock.to_minute(now),
        channel=arrival.tip["channel"],
    )  # fmt: skip
