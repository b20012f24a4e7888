"""Answers given before the application is asked: a page for browsers, a sentence for everybody else.

The page needs nothing but static files, and reads well without them: it is for moments in which the
application cannot answer.
"""

from html import escape
from http import HTTPStatus

from tipline.web.headers import ALWAYS

TITLES = {
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "Too large to take",
    HTTPStatus.REQUEST_TIMEOUT: "It arrived too slowly",
    HTTPStatus.SERVICE_UNAVAILABLE: "We are just restarting",
    HTTPStatus.INTERNAL_SERVER_ERROR: "Something went wrong on our side",
}
STYLES = ("tokens.css", "base.css", "public.css")
PAGE = """<!doctype html>
<html lang="en" class="public">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>{title}</title>
{styles}
</head>
<body>
  <main id="main">
    <article class="column error-page">
      <p class="kicker">{status}</p>
      <h1>{title}</h1>
      <p>{sentence}</p>
      <p class="actions"><a class="button" href="/">Go to the front page</a></p>
    </article>
  </main>
</body>
</html>
"""


def refusal(status: HTTPStatus, sentence: str, *, accept: str) -> tuple[list[tuple[bytes, bytes]], bytes]:
    """Return headers and body of a refusal, in the form that `accept` (the header) asks for."""
    if "text/html" in accept.lower():
        kind, text = "text/html", _page(status, sentence)
    else:
        kind, text = "text/plain", sentence + "\n"
    body = text.encode()
    headers = {
        "Content-Type": f"{kind}; charset=utf-8",
        "Content-Length": str(len(body)),
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "Vary": "Accept",
        **ALWAYS,
    }
    return [(name.lower().encode(), value.encode()) for name, value in headers.items()], body


def _page(status: HTTPStatus, sentence: str) -> str:
    styles = "\n".join(f'  <link rel="stylesheet" href="/static/{name}">' for name in STYLES)
    title = TITLES.get(status, status.phrase)
    return PAGE.format(status=status.value, title=escape(title), sentence=escape(sentence), styles=styles)
