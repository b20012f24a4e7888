"""Mail: a plain letter, handed to the newsroom's mail server.

No database transaction is open meanwhile: a mail server may take its time. Reference: RFC 5321 for what
its answers mean, RFC 8314 for `smtps`, RFC 3834 for `Auto-Submitted`.
"""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from ipaddress import ip_address
from urllib.parse import SplitResult, unquote, urlsplit

from tipline.config import Settings
from tipline.db import Database
from tipline.delivery.failure import DeliveryFailed
from tipline.models import Delivery

TIMEOUT_SECONDS = 10.0
PORTS = {"smtp": 25, "smtps": 465}


@dataclass(frozen=True)
class Letter:
    """One mail to one person; `marker` becomes its Message-ID, so that a twin can be told."""

    to: str
    subject: str
    text: str
    marker: str
    at: datetime


def send_delivery(_db: Database, settings: Settings, delivery: Delivery, now: datetime) -> None:
    """Send a delivery of the kind “mail”: its payload holds `to`, `subject` and `text`."""
    payload = delivery.payload
    send(settings, Letter(payload["to"], payload["subject"], payload["text"], delivery.marker, now))


def send(settings: Settings, letter: Letter) -> None:
    """Hand a letter to the mail server of `settings.smtp_url`.

    Raises:
        DeliveryFailed: permanent when the server will never take this letter.
    """
    message = _message(letter, settings.mail_from)
    with _told_in_our_words(), _server(_parsed(settings.smtp_url)) as server:
        server.send_message(message, settings.mail_from, [letter.to])


def _message(letter: Letter, sender: str) -> EmailMessage:
    message = EmailMessage()
    try:
        message["From"] = sender
        message["To"] = letter.to
        message["Subject"] = letter.subject
    except ValueError as error:  # a newline in a header
        raise DeliveryFailed(
            "The letter's address or subject is not fit for mail.", permanent=True
        ) from error
    message["Date"] = format_datetime(letter.at)
    message["Message-ID"] = f"<{letter.marker}@{sender.rpartition('@')[2].strip('> ') or 'localhost'}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    return message


def _parsed(smtp_url: str) -> SplitResult:
    address = urlsplit(smtp_url)
    try:
        usable = address.scheme in PORTS and address.hostname and address.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise DeliveryFailed("TIPLINE_SMTP_URL names no mail server, such as smtp://mail.example.org:587.")
    return address


@contextmanager
def _server(address: SplitResult) -> Iterator[smtplib.SMTP]:
    host, port = address.hostname or "", address.port or PORTS[address.scheme]
    server: smtplib.SMTP
    if address.scheme == "smtps":
        context = ssl.create_default_context()
        server = smtplib.SMTP_SSL(host, port, timeout=TIMEOUT_SECONDS, context=context)
    else:
        server = smtplib.SMTP(host, port, timeout=TIMEOUT_SECONDS)
    with server:
        if address.scheme == "smtp":
            _protect(server, host, has_password=bool(address.username))
        if address.username:
            server.login(unquote(address.username), unquote(address.password or ""))
        yield server


def _protect(server: smtplib.SMTP, host: str, *, has_password: bool) -> None:
    """Go over to TLS where the server offers it; never send a password over a network without."""
    if _is_loopback(host):
        return
    server.ehlo()
    if server.has_extn("starttls"):
        server.starttls(context=ssl.create_default_context())
    elif has_password:
        raise DeliveryFailed("The mail server offers no TLS, and our password for it stays here.")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@contextmanager
def _told_in_our_words() -> Iterator[None]:
    """Turn what a mail server or the network says into `DeliveryFailed`.

    Their own words may hold addresses, so only the code is kept.
    """
    try:
        yield
    except smtplib.SMTPRecipientsRefused as error:
        code = max(answer[0] for answer in error.recipients.values())
        raise DeliveryFailed(
            f"The mail server refused the address ({code}).", permanent=code >= 500
        ) from error
    except smtplib.SMTPDataError as error:
        code = error.smtp_code
        raise DeliveryFailed(
            f"The mail server refused the letter ({code}).", permanent=code >= 500
        ) from error
    except smtplib.SMTPAuthenticationError as error:
        raise DeliveryFailed(
            "The mail server does not take the name and password in TIPLINE_SMTP_URL."
        ) from error
    except smtplib.SMTPNotSupportedError as error:
        raise DeliveryFailed("The mail server cannot do what this letter needs.", permanent=True) from error
    except (smtplib.SMTPException, OSError) as error:
        raise DeliveryFailed("The mail server cannot be reached or broke off.") from error
