"""The language a request is answered in, and the words in it; `_` and `ngettext` for templates and code."""

from flask import Flask, g

from tipline.text.language import DEFAULT, catalogue, filled


def language() -> str:
    """Return the language of this request's answer (BCP 47)."""
    chosen: str = g.get("language", DEFAULT)
    return chosen


def _(message: str, /, **values: object) -> str:
    """Translate a message, then fill in `%(name)s`."""
    return filled(catalogue(language()).gettext(message), values)


def ngettext(one: str, many: str, number: int, /, **values: object) -> str:
    """Translate by the language's plural rule; `%(num)s` is the number."""
    return filled(catalogue(language()).ngettext(one, many, number), {"num": number, **values})


def install(app: Flask) -> None:
    """Give templates `_`, `gettext`, `ngettext` and `{% trans %}`."""
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.globals.update(_=_, gettext=_, ngettext=ngettext)
