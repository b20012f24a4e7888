"""A reader who keeps to no rules: every field of the form filled with hostile texts."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

from intake.readers import errors_on, open_form, words_on
from intake.sending import TEXT
from sqlalchemy import select

from tipline.models import Tip
from tipline.text.clean import clean, clean_line

A_LINE, A_CREDIT, A_BODY = 480, 180, 19_000
EDGE = b"edge-of-a-part"


def joined(text: str) -> str:
    """Return a text without spaces, as addresses have to be."""
    return "".join(clean_line(text).split())


@dataclass
class Sent:
    """What a reader sent, and what came of it."""

    answers: dict[str, str]
    words: str = ""
    ref: str = ""

    def shown(self, name: str) -> str:
        """Return what of a field must be on a page."""
        text = arrived(self.answers[name])
        return clean(text) if name == "body" else clean_line(text)


def answered(body: str, lines: Iterator[str]) -> Sent:
    """Fill in the whole form with hostile texts, each brought into the shape that its field asks for."""
    about, place, happened, link, credit, name, email, phone = (next(lines) for _ in range(8))
    return Sent(
        {
            "body": body, "about": about, "place": place, "happened": happened, "name": name,
            "link": f"https://example.com/{joined(link)}"[:A_LINE], "credit": credit[:A_CREDIT],
            "phone": f"0123456 {phone}"[:A_LINE],
            "email": f"a@{joined(email).replace('@', '')}"[:A_LINE],
        }
    )  # fmt: skip


def on_one_line(text: str) -> str:
    """Return what a one-line field sends: a browser takes the line ends out."""
    return clean_line(text.replace("\r", "").replace("\n", ""))


def wire(text: str) -> bytes:
    """Return the bytes that somebody who keeps to no rules would send."""
    return text.encode("utf-8", "surrogatepass")


def arrived(text: str) -> str:
    """Return what those bytes say."""
    return wire(text).decode("utf-8", "replace")


def contents() -> Iterator[bytes]:
    """Yield texts to put into files, each another: what was sent twice is kept once."""
    return (TEXT + b"%d" % number for number in count())


def form_of(answers: dict[str, str], *names: str) -> tuple[bytes, str]:
    """Return a form's body and type, with files of these names in it, as a browser writes them."""
    files = dict(zip(names, contents(), strict=False))
    parts = [(f'name="{name}"', wire(value)) for name, value in answers.items()]
    parts += [
        (f'name="files"; filename="{name.replace(chr(34), "%22")}"', text) for name, text in files.items()
    ]
    pieces = [
        b"--%s\r\nContent-Disposition: form-data; %s\r\n\r\n%s\r\n" % (EDGE, wire(head), value)
        for head, value in parts
    ]
    return b"".join([*pieces, b"--%s--\r\n" % EDGE]), f"multipart/form-data; boundary={EDGE.decode()}"


def sent(client, db, tip: Sent, *names: str) -> Sent:
    body, kind = form_of({**tip.answers, "token": open_form(client)}, *names)
    answer = client.post("/tip", data=body, content_type=kind)
    assert answer.status_code == 201, errors_on(answer)
    tip.words = words_on(answer)
    with db.read() as session:
        tip.ref = session.scalars(select(Tip.ref).order_by(Tip.id.desc()).limit(1)).one()
    return tip
