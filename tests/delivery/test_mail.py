"""A letter leaves the house, or it is said why not."""

import socket
from dataclasses import replace

import pytest
from mail_host import MailHost, certificate, running

from tipline.delivery import mail
from tipline.delivery.failure import DeliveryFailed


@pytest.fixture
def letter(now):
    return mail.Letter("edie@lantern.example", "A new password", "Grüße aus der Redaktion.\n", "reset-1", now)


def at(settings, host, scheme="smtp", login="", name="127.0.0.1"):
    return replace(
        settings, smtp_url=f"{scheme}://{login}{name}:{host.port}", mail_from="desk@lantern.example"
    )


def test_a_letter_arrives_as_it_was_written(settings, letter):
    with running(MailHost()) as host:
        mail.send(at(settings, host), letter)
    [arrived] = host.letters
    assert "From: desk@lantern.example" in arrived
    assert "To: edie@lantern.example" in arrived
    assert "Message-ID: <reset-1@lantern.example>" in arrived
    assert "Date: Mon, 02 Mar 2026 12:00:00 +0000" in arrived
    assert "Auto-Submitted: auto-generated" in arrived
    assert host.recipients == ["rcpt TO:<edie@lantern.example>"]


def test_name_and_password_are_unquoted_and_given_on_loopback(settings, letter):
    with running(MailHost(extensions=["AUTH PLAIN"])) as host:
        mail.send(at(settings, host, login="de%40sk:p%2Fw@"), letter)
    assert host.logins == [("de@sk", "p/w")]


def test_smtps_speaks_tls_from_the_first_byte(settings, letter, tmp_path, monkeypatch):
    tls, public = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(public))
    with running(MailHost(tls=tls), tls_from_the_start=True) as host:
        mail.send(at(settings, host, scheme="smtps", name="localhost"), letter)
    assert len(host.letters) == 1


def test_a_certificate_that_nobody_vouches_for_is_refused(settings, letter, tmp_path):
    tls, _public = certificate(tmp_path)
    with (
        running(MailHost(tls=tls), tls_from_the_start=True) as host,
        pytest.raises(DeliveryFailed) as failure,
    ):
        mail.send(at(settings, host, scheme="smtps", name="localhost"), letter)
    assert not failure.value.permanent
    assert host.letters == []


def test_over_a_network_it_goes_over_to_tls_before_the_password(settings, letter, tmp_path, monkeypatch):
    tls, public = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(public))
    monkeypatch.setattr(mail, "_is_loopback", lambda _host: False)
    with running(MailHost(extensions=["STARTTLS", "AUTH PLAIN"], tls=tls)) as host:
        mail.send(at(settings, host, login="desk:secret@", name="localhost"), letter)
    assert host.logins == [("desk", "secret")]
    assert len(host.letters) == 1


def test_over_a_network_without_tls_no_password_is_sent(settings, letter, monkeypatch):
    monkeypatch.setattr(mail, "_is_loopback", lambda _host: False)
    with running(MailHost(extensions=["AUTH PLAIN"])) as host, pytest.raises(DeliveryFailed, match="no TLS"):
        mail.send(at(settings, host, login="desk:secret@"), letter)
    assert host.logins == []
    assert host.letters == []


def test_over_a_network_without_tls_and_password_a_letter_still_goes(settings, letter, monkeypatch):
    monkeypatch.setattr(mail, "_is_loopback", lambda _host: False)
    with running(MailHost()) as host:
        mail.send(at(settings, host), letter)
    assert len(host.letters) == 1


@pytest.mark.parametrize(
    ("answers", "permanent", "words"),
    [
        ({"RCPT": "550 no such person secret@x.example"}, True, "refused the address (550)"),
        ({"RCPT": "450 later"}, False, "refused the address (450)"),
        ({"END": "554 spam"}, True, "refused the letter (554)"),
        ({"END": "451 later"}, False, "refused the letter (451)"),
        ({"MAIL": "530 who are you"}, False, "broke off"),
        ({"MAIL": "rude"}, False, "broke off"),
    ],
)
def test_a_refusal_is_kept_in_our_words(settings, letter, answers, permanent, words):
    with running(MailHost(answers=answers)) as host, pytest.raises(DeliveryFailed) as failure:
        mail.send(at(settings, host), letter)
    assert failure.value.permanent is permanent
    assert words in failure.value.message
    assert "secret@x.example" not in failure.value.message


def test_a_wrong_password_of_ours_is_for_the_operator_to_mend(settings, letter):
    host = MailHost(extensions=["AUTH PLAIN"], answers={"AUTH": "535 no"})
    with running(host), pytest.raises(DeliveryFailed, match="TIPLINE_SMTP_URL") as failure:
        mail.send(at(settings, host, login="desk:wrong@"), letter)
    assert not failure.value.permanent


def test_an_address_the_server_cannot_write_is_given_up(settings, letter):
    with running(MailHost()) as host, pytest.raises(DeliveryFailed) as failure:
        mail.send(at(settings, host), replace(letter, to="zoë@lantern.example"))
    assert failure.value.permanent


def test_a_newline_in_a_header_is_refused(settings, letter):
    with running(MailHost()) as host, pytest.raises(DeliveryFailed) as failure:
        mail.send(at(settings, host), replace(letter, subject="Hello\nBcc: all@lantern.example"))
    assert failure.value.permanent
    assert host.letters == []


def test_a_server_that_is_away_is_tried_again(settings, letter):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"smtp://127.0.0.1:{nobody.getsockname()[1]}"
        with pytest.raises(DeliveryFailed, match="cannot be reached") as failure:
            mail.send(replace(settings, smtp_url=url), letter)
    assert not failure.value.permanent


@pytest.mark.parametrize("url", ["", "smtp://", "smtp://mail.example:99999", "https://mail.example"])
def test_an_address_that_names_no_server_is_said_to_be_wrong(settings, letter, url):
    with pytest.raises(DeliveryFailed, match="TIPLINE_SMTP_URL"):
        mail.send(replace(settings, smtp_url=url), letter)


def test_loopback_is_told_from_a_network():
    assert all(map(mail._is_loopback, ("127.0.0.1", "::1", "localhost")))
    assert not any(map(mail._is_loopback, ("10.0.0.1", "mail.example")))
