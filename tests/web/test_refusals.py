"""What comes from before the application: a page for a browser, a sentence for a machine."""

import re
from http import HTTPStatus

import pytest
from asgi import Client

from tipline import paths
from tipline.text.language import catalogue, direction, filled
from tipline.web.body import TOO_LARGE, Patience
from tipline.web.front import Front
from tipline.web.headers import CSP

BROWSER = [(b"accept", b"text/html,application/xhtml+xml,*/*;q=0.8")]


def fail(environ, start_response):
    raise RuntimeError("the words of a reader")


def refuse(cause, headers=BROWSER):
    """Return the answer to a request that is refused for this cause."""
    client = Client(Front(fail, patience=Patience(first_seconds=0.05)))
    if cause == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return client.post("/tip", [b"x" * 2**20, b"y"], headers=headers)
    if cause == HTTPStatus.REQUEST_TIMEOUT:
        return client.post("/tip", [b"x"], length=10, stall=True, headers=headers)
    return client.get("/tip", headers=headers)


CAUSES = [
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.REQUEST_TIMEOUT,
    HTTPStatus.INTERNAL_SERVER_ERROR,
]


@pytest.mark.parametrize("cause", CAUSES)
def test_a_browser_gets_a_page_with_the_headers_of_every_page(cause):
    answer = refuse(cause)
    assert answer.status == cause
    assert answer.headers[b"content-type"] == b"text/html; charset=utf-8"
    assert answer.headers[b"content-security-policy"] == CSP.encode()
    assert answer.headers[b"content-length"] == str(len(answer.body)).encode()
    page = answer.body.decode()
    assert "Go back" in page
    assert "the words of a reader" not in page
    assert "<style" not in page
    assert "<script" not in page
    names = re.findall(r'href="/static/([^"]+)"', page)
    assert names
    assert all((paths.static() / name).is_file() for name in names)


@pytest.mark.parametrize("cause", CAUSES)
@pytest.mark.parametrize("accept", [[], [(b"accept", b"*/*")], [(b"accept", b"application/json")]])
def test_everybody_else_gets_one_sentence(cause, accept):
    answer = refuse(cause, accept)
    assert answer.status == cause
    assert answer.headers[b"content-type"] == b"text/plain; charset=utf-8"
    assert b"<" not in answer.body


@pytest.mark.parametrize(
    ("path", "header", "language"),
    [
        ("/tip?lang=de-AT&url=x", b"fr", "de"),
        ("/tip?lang=tlh", b"ar", "ar"),
        ("/tip", b"", "uk"),
        ("/newsroom/drafts?lang=de", b"fr", "en"),
    ],
)
def test_a_refusal_speaks_the_language_of_the_page(path, header, language):
    client = Client(Front(fail, language="uk"))
    headers = [*BROWSER, (b"accept-language", header)]
    answer = client.post(path, [b"x" * 2**20, b"y"], headers=headers)
    page, words = answer.body.decode(), catalogue(language)
    assert f'<html lang="{language}" dir="{direction(language)}"' in page
    assert words.gettext("Too large to take") in page
    assert filled(words.gettext(TOO_LARGE), {"size": "1 MiB"}) in page
    assert answer.headers[b"content-language"] == language.encode()
    assert ('href="/?lang=de-AT"' in page) == ("de-AT" in path)


def test_every_refusal_has_a_title_of_its_own(tmp_path):
    front = Front(fail, spool_directory=tmp_path / "gone")
    page = Client(front).post("/tip", [b"x" * 2**17], headers=BROWSER).body.decode()
    assert "<h1>There is no room right now</h1>" in page
