"""Answers given before the application is asked: a page for browsers, a sentence for everybody else.

The page needs nothing but static files, and reads well without them: it is for moments in which the
application cannot answer.
"""

import re
from html import escape
from http import HTTPStatus

from tipline.languages import DEFAULT, N_
from tipline.text.language import catalogue, direction, filled, negotiate, spoken, tag_of
from tipline.web.body import Refused
from tipline.web.bridge import Environ
from tipline.web.headers import ALWAYS
from tipline.web.language import ENGLISH_ONLY

TITLES = {
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: N_("Too large to take"),
    HTTPStatus.REQUEST_TIMEOUT: N_("It arrived too slowly"),
    HTTPStatus.SERVICE_UNAVAILABLE: N_("We are just restarting"),
    HTTPStatus.INSUFFICIENT_STORAGE: N_("There is no room right now"),
    HTTPStatus.INTERNAL_SERVER_ERROR: N_("Something went wrong on our side"),
}
HOME = N_("Go to the front page")
STYLES = ("tokens.css", "base.css", "public.css")
_ASKED = re.compile(r"(?:^|&)lang=([A-Za-z0-9-]+)(?:&|$)")
PAGE = """<!doctype html>
<html lang="{lang}" dir="{dir}" class="public">
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
      <p class="actions"><a class="button" href="/{asked}">{home}</a></p>
    </article>
  </main>
</body>
</html>
"""


def refusal(refused: Refused, environ: Environ, language: str) -> tuple[list[tuple[bytes, bytes]], bytes]:
    """Return headers and body of a refusal, in the form and the language that the request asks for.

    Args:
        language: for whoever asks for none of ours.
    """
    asked, spoken_here = _languages(environ, language)
    words = catalogue(spoken_here)
    sentence = filled(words.gettext(refused.message), refused.values)
    if "text/html" in environ.get("HTTP_ACCEPT", "").lower():
        title = words.gettext(TITLES.get(refused.status, refused.status.phrase))
        home = words.gettext(HOME)
        kind, text = "text/html", _page(refused.status, title, sentence, home, spoken_here, asked)
    else:
        kind, text = "text/plain", sentence + "\n"
    body = text.encode()
    headers = {
        "Content-Type": f"{kind}; charset=utf-8",
        "Content-Length": str(len(body)),
        "Content-Language": spoken_here,
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "Vary": "Accept, Accept-Language",
        **ALWAYS,
    }
    return [(name.lower().encode(), value.encode()) for name, value in headers.items()], body


def _languages(environ: Environ, otherwise: str) -> tuple[str, str]:
    """Return the tag that the address asks for, which may be "", and the language to answer in."""
    if environ["PATH_INFO"].startswith(ENGLISH_ONLY):
        return "", DEFAULT
    found = _ASKED.search(environ["QUERY_STRING"])
    asked = tag_of(found[1]) if found else ""
    return asked, spoken(asked) or negotiate(environ.get("HTTP_ACCEPT_LANGUAGE", "")) or otherwise


def _page(status: HTTPStatus, title: str, sentence: str, home: str, language: str, asked: str) -> str:
    return PAGE.format(
        lang=language,
        dir=direction(language),
        status=status.value,
        title=escape(title),
        sentence=escape(sentence),
        home=escape(home),
        asked=f"?lang={asked}" if asked else "",
        styles="\n".join(f'  <link rel="stylesheet" href="/static/{name}">' for name in STYLES),
    )
