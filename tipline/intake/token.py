"""The form's token: what a public form carries instead of a session.

Readers get no cookie, so there is no session that a forged request could ride on. The token says when
the form was given out, about which story, and holds a nonce from which the receipt follows. So a
reload or a retry can be told from a second tip, without anything being stored when the form is shown.
"""

import base64
import binascii
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from wtforms import ValidationError
from wtforms.csrf.core import CSRF, CSRFTokenField
from wtforms.fields.core import UnboundField
from wtforms.form import BaseForm

from tipline.keys import Keyring
from tipline.languages import N_
from tipline.web.language import _

AGE_LIMIT = timedelta(hours=24)
NONCE_BYTES = 16
TIME_BYTES = 6
LONGEST = 1_000  # characters; ours have at most 400
_PURPOSE = "form token"

MISSING = N_("We could not tell that this form came from our page. Nothing is lost: press “Send” once more.")
EXPIRED = N_(
    "This page was open for more than a day, so we gave it a new stamp. "
    "Nothing is lost: press “Send” once more."
)


@dataclass(frozen=True)
class FormToken:
    """What a genuine token says."""

    key_id: str
    issued_at: datetime
    nonce: bytes
    story: str  # slug of the story the form was opened from, or ""

    def is_expired(self, now: datetime) -> bool:
        return now - self.issued_at > AGE_LIMIT


def issue(keyring: Keyring, *, now: datetime, story: str = "") -> str:
    """Return a new token: key id, payload (time, nonce, story) and MAC, joined by dots."""
    seconds = int(now.timestamp()).to_bytes(TIME_BYTES)
    payload = seconds + secrets.token_bytes(NONCE_BYTES) + story.encode()
    signed = f"{keyring.current}.{_encode(payload)}"
    return f"{signed}.{_encode(_mac(keyring, signed, keyring.current))}"


def read(keyring: Keyring, text: str | None) -> FormToken | None:
    """Return what a token says, or None if it is not one of ours; its age is not looked at."""
    parts = (text or "")[:LONGEST].split(".")
    if len(parts) != 3 or parts[0] not in keyring.keys or not parts[1].isascii():
        return None
    key_id, encoded, mac = parts
    payload, given = _decode(encoded), _decode(mac)
    if not hmac.compare_digest(_mac(keyring, f"{key_id}.{encoded}", key_id), given):
        return None
    nonce_end = TIME_BYTES + NONCE_BYTES
    return FormToken(
        key_id=key_id,
        issued_at=datetime.fromtimestamp(int.from_bytes(payload[:TIME_BYTES]), UTC),
        nonce=payload[TIME_BYTES:nonce_end],
        story=payload[nonce_end:].decode(),
    )


@dataclass(frozen=True)
class Stamping:
    """What the form needs to stamp and to check: the form class itself knows no application."""

    keyring: Keyring
    now: datetime
    was_sent: Callable[[FormToken], bool]  # asked for expired tokens only: a retry is welcome at any age

    def anew(self, presented: FormToken | None) -> str:
        """Return a fresh token, about the same story as the one that came in."""
        return issue(self.keyring, now=self.now, story=presented.story if presented else "")


class TokenCSRF(CSRF):
    """Flask-WTF's place for a CSRF check, taken by our token."""

    stamping: Stamping

    def setup_form(self, form: BaseForm) -> list[tuple[str, "UnboundField[Any]"]]:
        self.stamping = cast(Stamping, form.meta.csrf_context)
        return super().setup_form(form)

    def generate_csrf_token(self, csrf_token_field: CSRFTokenField) -> str:  # noqa: ARG002
        """Make none: most posts are answered by a receipt. The form has one when it is shown again."""
        return ""

    def validate_csrf_token(self, form: BaseForm, field: CSRFTokenField) -> None:  # noqa: ARG002
        """Refuse a token that is not ours, and one that is too old unless its tip has arrived already."""
        presented: FormToken | None = cast(Any, form).presented
        if presented is None:
            raise ValidationError(_(MISSING))
        if presented.is_expired(self.stamping.now) and not self.stamping.was_sent(presented):
            raise ValidationError(_(EXPIRED))


def _mac(keyring: Keyring, signed: str, key_id: str) -> bytes:
    return keyring.mac(_PURPOSE, signed.encode(), key_id=key_id)


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _decode(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        return b""
