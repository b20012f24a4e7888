"""A mail server on loopback, with answers that a test chooses, and with TLS where one asks for it."""

import base64
import contextlib
import datetime
import email
import email.policy
import socketserver
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec


@dataclass
class MailHost:
    """What the server offers and answers, and what it was told."""

    extensions: list[str] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)  # by verb; "rude" breaks off
    tls: ssl.SSLContext | None = None
    letters: list[str] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    logins: list[tuple[str, str]] = field(default_factory=list)
    port: int = 0


class _Talk(socketserver.StreamRequestHandler):
    def say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")
        self.wfile.flush()

    def handle(self) -> None:
        with contextlib.suppress(ConnectionError, ssl.SSLError, ValueError):
            self._talk(self.server.host)

    def _talk(self, host: MailHost) -> None:
        self.say("220 mail.example ready")
        while line := self.rfile.readline().decode().strip():
            verb = line.split(maxsplit=1)[0].upper()
            answer = host.answers.get(verb) or self._answer(host, verb, line)
            if answer == "rude":
                return
            self.say(answer)
            if verb == "QUIT":
                return
            if verb == "STARTTLS":
                self.connection = host.tls.wrap_socket(self.connection, server_side=True)
                self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb")

    def _answer(self, host: MailHost, verb: str, line: str) -> str:
        if verb == "EHLO":
            names = ["mail.example", *host.extensions]
            return "\r\n".join([*(f"250-{name}" for name in names[:-1]), f"250 {names[-1]}"])
        if verb == "AUTH":
            _, name, password = base64.b64decode(line.split()[2]).decode().split("\0")
            host.logins.append((name, password))
            return "235 welcome"
        if verb == "DATA":
            self.say("354 go on")
            self._letter(host)
            return host.answers.get("END", "250 taken")
        if verb == "RCPT":
            host.recipients.append(line)
        return {"STARTTLS": "220 go ahead", "QUIT": "221 bye"}.get(verb, "250 fine")

    def _letter(self, host: MailHost) -> None:
        lines = []
        while (line := self.rfile.readline().decode()) not in {".\r\n", ""}:
            lines.append(line)
        host.letters.append("".join(lines).replace("\r\n", "\n"))


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    host: MailHost
    tls_from_the_start = False

    def get_request(self):
        connection, address = super().get_request()
        if self.tls_from_the_start:
            connection = self.host.tls.wrap_socket(connection, server_side=True)
        return connection, address


@contextlib.contextmanager
def running(host: MailHost, *, tls_from_the_start: bool = False) -> Iterator[MailHost]:
    """Serve until the block ends."""
    with _Server(("127.0.0.1", 0), _Talk) as server:
        server.host, server.tls_from_the_start = host, tls_from_the_start
        host.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield host
        finally:
            server.shutdown()
            thread.join()


def text_of(letter: str) -> str:
    """Return whom a letter goes to, its subject, and its text, decoded as a mail program does."""
    message = email.message_from_string(letter, policy=email.policy.default)
    return f"To {message['To']}: {message['Subject']}\n{message.get_content()}"


def certificate(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """Make a certificate for localhost; return the server's context and the file a client must trust."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    today = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - datetime.timedelta(days=1))
        .not_valid_after(today + datetime.timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    public = folder / "certificate.pem"
    public.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private = folder / "key.pem"
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(public, private)
    return context, public
