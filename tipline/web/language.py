"""The language a request is answered in, and the words in it; `_` and `ngettext` for templates and code.

Readers have no cookie, so the address says it (`?lang=`), or their browser, or the newsroom's setting.
What the address said is carried on by every link and form (`local`). It is found out when the first
word is needed: a style sheet has no language. The newsroom's own pages are English.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any
from urllib.parse import urlencode

from flask import Flask, g, request
from werkzeug.wrappers import Response

from tipline.languages import DEFAULT, LANGUAGES
from tipline.text.language import catalogue, direction, filled, negotiate, spoken, tag_of
from tipline.text.numbers import decimal
from tipline.web.request import settings

HTML = "text/html; charset=utf-8"
ENGLISH_ONLY = ("/newsroom", "/api")
LONGEST_QUERY = 500  # characters of an address that the switch repeats


@dataclass(frozen=True, slots=True)
class Choice:
    """What a request is answered in, and who said so."""

    language: str
    asked: str = ""  # the tag in ?lang=, which may be none of ours
    by_reader: bool = False  # or by their browser; else the newsroom's setting


@dataclass(frozen=True, slots=True)
class Way:
    """One language in the switch."""

    code: str
    name: str
    dir: str
    here: bool


ENGLISH = Choice(DEFAULT)


def choice() -> Choice:
    """Return what this request is answered in, finding it out once; English outside of requests."""
    try:
        chosen: Choice | None = g.get("language")
        if chosen is None:
            g.language = chosen = _choose()
    except RuntimeError:
        return ENGLISH
    return chosen


def language() -> str:
    """Return the language of this request's answer (BCP 47)."""
    return choice().language


def _(message: str, /, **values: object) -> str:
    """Translate a message, then fill in `%(name)s`."""
    return filled(catalogue(language()).gettext(message), values)


def ngettext(one: str, many: str, count: int, /, **values: object) -> str:
    """Translate by the language's plural rule; `%(num)s` is the number, as the language writes it."""
    return _counted(language(), one, many, count, **values)


def number(value: int) -> str:
    """Write a whole number as the request's language does: 20,000 or 20.000."""
    return decimal(value, language())


def local(address: str) -> str:
    """Return an address of a readers' page that keeps the language which this request's address asked for."""
    return _kept(choice().asked, address)


def way_start() -> str:
    """Return this page's address up to the language: "?q=x&lang="."""
    if not request.query_string:
        return "?lang="
    kept = [(name, value) for name, value in request.args.items(multi=True) if name != "lang"]
    query = urlencode(kept) if len(request.query_string) <= LONGEST_QUERY else ""
    return f"?{query}&lang=" if query else "?lang="


def switchable() -> bool:
    """Say whether readers may choose the language of this page."""
    return not request.path.startswith(ENGLISH_ONLY)


def install(app: Flask) -> None:
    """Give templates the words and `{% trans %}`, and let answers say their language."""
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.policies["ext.i18n.trimmed"] = True
    app.jinja_env.globals.update(_=_, gettext=_, ngettext=ngettext, local=local, number=number)
    app.jinja_env.globals.update(
        switchable=switchable, way_start=way_start, language_switch=_switch_of(app), languages=list(LANGUAGES)
    )
    app.context_processor(_words)
    app.after_request(_say)


def _switch_of(app: Flask) -> Callable[[str, str], str]:
    """Return what makes the switch, keeping what it made: it is on every page, and there are few of it."""

    @lru_cache(maxsize=256)
    def made(here: str, start: str, form: str, to: str) -> str:
        macros: Any = app.jinja_env.get_template("_languages.html").module
        ways = [Way(code, name, direction(code), code == here) for code, name in LANGUAGES.items()]
        html: str = macros.buttons(ways, form, to) if form else macros.links(ways, start)
        return html

    def switch(form: str = "", to: str = "") -> str:
        return made(language(), "" if form else way_start(), form, to)

    return switch


def _choose() -> Choice:
    if not switchable():
        return ENGLISH
    asked = tag_of(request.args.get("lang", ""))
    found = spoken(asked) or negotiate(request.headers.get("Accept-Language", ""))
    return Choice(found or settings().language, asked, by_reader=bool(found))


def _words() -> dict[str, Any]:
    """Give a template its words bound to their language: `g` is asked once a page, not once a word."""
    chosen = choice()
    return _bound(chosen.language, chosen.asked, settings().language)


@lru_cache(maxsize=128)
def _bound(language: str, asked: str, newsroom: str) -> dict[str, Any]:
    plain: Callable[[str], str] = catalogue(language).gettext

    def translate(message: str, /, **values: object) -> str:
        return plain(message) % values if values else plain(message)

    return {
        "_": translate,
        "gettext": translate,
        "ngettext": partial(_counted, language),
        "number": partial(decimal, language=language),
        "local": partial(_kept, asked),
        "lang": language,
        "dir": direction(language),
        "language_name": LANGUAGES[language],
        "asked_language": asked,
        # What the newsroom wrote, inside a page in another language (WCAG 3.1.2).
        "theirs": {"lang": newsroom} if newsroom != language else {},
    }


def _counted(language: str, one: str, many: str, count: int, /, **values: object) -> str:
    message = catalogue(language).ngettext(one, many, count)
    return filled(message, {"num": decimal(count, language), **values})


def _kept(asked: str, address: str) -> str:
    if not asked:
        return address
    return f"{address}{'&' if '?' in address else '?'}lang={asked}"


def _say(response: Response) -> Response:
    """Let caches and machines know the language of a readers' page."""
    if response.content_type == HTML and switchable():
        response.headers["Content-Language"] = language()
        response.headers.add("Vary", "Accept-Language")
    return response
