"""Pages: templates with what all of them are given."""

import hashlib
from dataclasses import dataclass
from functools import cache
from typing import Any

from flask import Flask, Response, g, make_response, render_template
from flask_login import current_user

from tipline import paths
from tipline.config import Settings


@dataclass(frozen=True)
class Site:
    """The newsroom's face, as templates see it."""

    name: str
    url: str
    logo_url: str | None
    accent: str
    tip_headline: str
    tip_intro: str
    tip_thanks: str
    tip_acknowledgement: str
    leave_url: str
    safer_channels: tuple[str, ...]
    language: str

    @classmethod
    def of(cls, settings: Settings) -> "Site":
        return cls(
            name=settings.site_name,
            url=settings.site_url,
            logo_url=settings.logo_url or None,
            accent=settings.accent,
            tip_headline=settings.tip_headline,
            tip_intro=settings.tip_intro,
            tip_thanks=settings.tip_thanks,
            tip_acknowledgement=settings.tip_acknowledgement,
            leave_url=settings.leave_url,
            safer_channels=settings.safer_channels,
            language=settings.language,
        )


def install(app: Flask, settings: Settings) -> None:
    """Give every template the site, the addresses of static files, the request's id and the staff member."""
    app.jinja_env.globals.update(site=Site.of(settings), asset=asset)
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.context_processor(_of_request)


def _of_request() -> dict[str, object]:
    """Return what templates know of the request: of who asks, the person, or a proxy that looks when asked.

    The proxy would look up who it is at each of thirty mentions of a page.
    """
    return {"request_id": g.get("request_id", ""), "staff": g.get("staff", current_user)}


def page(template: str, status: int = 200, **context: Any) -> Response:
    """Render a template as a response."""
    return make_response(render_template(template, **context), status)


@cache
def asset(name: str) -> str:
    """Return the address of a static file, with a digest of its content, so that it may be kept for ever."""
    content = (paths.static() / name).read_bytes()
    return f"/static/{name}?v={hashlib.sha256(content).hexdigest()[:10]}"
