"""Reset links by mail.

Whoever asks, for an account that is there or not, leaves the same row in the outbox, so that neither
words nor time tell which. Only the worker looks the account up, makes the link's secret, and writes the
letter: the secret is never stored, and a stranger's asking costs the one who asks nothing to learn.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from tipline.accounts import actions, queries
from tipline.config import Settings
from tipline.db import Database
from tipline.delivery import mail, outbox
from tipline.keys import Keyring
from tipline.models import Delivery

KIND = "reset"
ONE_EACH_SECONDS = 300
SUBJECT = "A new password for the newsroom"
TEXT = """\
Somebody, hopefully you, asked for a new password for your account at {site}.

Choose one here, within an hour; the link works once:

{link}

If it was not you, there is nothing to do: your password stays as it is.
"""


def can_mail(settings: Settings) -> bool:
    """Say whether links can go by mail: with a mail server, and an address of ours to put into them."""
    return bool(settings.smtp_url and settings.site_url)


def link_to(base: str, token: str) -> str:
    """Return the address at which a password can be chosen; `base` is where our pages stand."""
    return f"{base.rstrip('/')}/newsroom/reset/{token}"


def ask(session: Session, keyring: Keyring, email: str, *, now: datetime) -> None:
    """Note that a link was asked for; one letter to an address in five minutes is enough."""
    address = queries.as_stored(email)
    window = int(now.timestamp()) // ONE_EACH_SECONDS
    mark = keyring.mac(KIND, address.encode("utf-8", "replace"), str(window).encode())
    outbox.enqueue(session, KIND, f"{KIND}-{mark.hex()[:40]}", {"email": address}, now)


def send_asked(db: Database, settings: Settings, now: datetime, limit: int = 20) -> int:
    """Answer what was asked for, as a duty of the worker; return how many were looked at."""
    return outbox.drain(db, settings, now, limit, {KIND: _answer})


def _answer(db: Database, settings: Settings, delivery: Delivery, now: datetime) -> None:
    with db.read() as session:
        user = queries.user_by_email(session, delivery.payload["email"])
    if user is None or user.disabled_at is not None:
        return
    with db.write() as session:
        token = actions.start_reset(session, user, now=now)
    text = TEXT.format(site=settings.site_name, link=link_to(settings.site_url, token))
    mail.send(settings, mail.Letter(user.email, SUBJECT, text, f"{delivery.marker}-{delivery.attempts}", now))
