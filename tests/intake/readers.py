"""What a reader's browser does: open the form, fill it in, read the receipt."""

import re
from html import unescape

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tipline.db import Database
from tipline.models import Tip


def token_on(page: TestResponse) -> str:
    found = re.search(r'name="token" value="([^"]+)"', page.text)
    assert found, page.text
    return found[1]


def open_form(client: FlaskClient, query: str = "") -> str:
    """Open the form and return its token."""
    return token_on(client.get(f"/tip{query}"))


def send(client: FlaskClient, **answers: str) -> TestResponse:
    """Send a tip with a fresh token, unless `token` is given."""
    answers.setdefault("token", open_form(client))
    answers.setdefault("body", "The drummer bought a lighthouse.")
    return client.post("/tip", data=answers)


def words_on(page: TestResponse) -> str:
    return " ".join(re.findall(r"<span>([a-z-]+)</span>", page.text))


def errors_on(page: TestResponse) -> dict[str, str]:
    """Return the error summary: id of the field -> sentence."""
    summary = re.search(r'<div class="error-summary".*?</div>', page.text, re.DOTALL)
    found = re.findall(r'<a href="#(\w+)">(.*?)</a>', summary[0], re.DOTALL) if summary else []
    return {name: unescape(sentence) for name, sentence in found}


def written_on(page: TestResponse) -> str:
    """Return what stands in the form's big field."""
    return unescape(
        re.search(r'<textarea id="(?:body|message)"[^>]*>\n(.*?)</textarea>', page.text, re.DOTALL)[1]
    )


def value_on(page: TestResponse, name: str) -> str:
    """Return what stands in a one-line field."""
    field = re.search(rf'<input[^>]* name="{name}"[^>]*>', page.text)[0]
    return unescape(re.search(r' value="([^"]*)"', field)[1])


def tips_in(db: Database) -> list[Tip]:
    with db.read() as session:
        return list(session.query(Tip).order_by(Tip.id))
