"""Headers of every response: nothing inline, no third party, nothing kept that should not be."""

import secrets
import time
from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask, current_app, g, request
from flask_login import current_user
from werkzeug.wrappers import Response

from tipline.config import Settings

CSP = (
    "default-src 'none'; "
    "script-src 'self'; "
    "worker-src 'self'; "
    "style-src 'self'; "
    "img-src 'self'; "
    "font-src 'self'; "
    "connect-src 'self'; "
    "form-action 'self'; "
    "base-uri 'none'; "
    "frame-ancestors 'none'"
)
ALWAYS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), interest-cohort=()",
}
STAFF = {"Referrer-Policy": "same-origin", "Cache-Control": "no-store"}
READERS = {"Referrer-Policy": "no-referrer", "Cache-Control": "no-cache"}
Environ = dict[str, Any]
Wsgi = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]
YEAR_SECONDS = 31_536_000
NEWSROOM = "/newsroom"
REQUEST_ID = "tipline.request_id"
FRAMED_PATH = "/embed/tip"  # the one page that other sites may show in a frame


def install(app: Flask, settings: Settings) -> None:
    """Number each request, and dress each response."""
    always, framed = dict(ALWAYS), dict(_framed(settings.embed_origins))
    if settings.site_url.startswith("https://"):
        for headers in (always, framed):
            headers["Strict-Transport-Security"] = f"max-age={YEAR_SECONDS}"
    app.before_request(_begin)
    app.after_request(_end)
    clothes = {
        (framing, newsroom): [
            (name, name.lower(), value)
            for name, value in {
                **(framed if framing else always),
                **(STAFF if newsroom else READERS),
            }.items()
        ]
        for framing in (True, False)
        for newsroom in (True, False)
    }
    bare: Wsgi = app.wsgi_app

    # Here, where a header is a pair: in a response each is checked, and once more when it is sent.
    def dressed(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        environ[REQUEST_ID] = request_id = secrets.token_hex(8)

        def start(status: str, headers: list[tuple[str, str]], *failed: Any) -> Any:
            present = {name.lower() for name, _value in headers}
            path = "/" + environ["PATH_INFO"].lstrip("/")  # as Werkzeug reads it
            more = clothes[path == FRAMED_PATH, path.startswith(NEWSROOM)]
            headers = [*headers, *((name, value) for name, lower, value in more if lower not in present)]
            return start_response(status, [*headers, ("X-Request-Id", request_id)], *failed)

        return bare(environ, start)

    app.wsgi_app = dressed  # type: ignore[method-assign]


def _framed(origins: tuple[str, ...]) -> dict[str, str]:
    """Return the headers of the page that `origins` may frame; without any, it is a page like the others."""
    if not origins:
        return ALWAYS
    policy = CSP.replace("frame-ancestors 'none'", f"frame-ancestors {' '.join(origins)}")
    named = {"Content-Security-Policy": policy, "Cross-Origin-Resource-Policy": "cross-origin"}
    # X-Frame-Options cannot name an origin.
    return {name: value for name, value in (ALWAYS | named).items() if name != "X-Frame-Options"}


def _begin() -> None:
    g.request_id = request.environ[REQUEST_ID]
    g.began = time.perf_counter()


def _end(response: Response) -> Response:
    """Note what staff did; readers' requests are not logged at all."""
    if request.path.startswith(NEWSROOM):
        _log(response)
    return response


def _log(response: Response) -> None:
    signed_in = current_user.user.id if current_user and current_user.is_authenticated else None
    facts = {
        "request": g.get("request_id"),
        "endpoint": request.endpoint,
        "method": request.method,
        "status": response.status_code,
        "milliseconds": round((time.perf_counter() - g.get("began", time.perf_counter())) * 1000, 1),
        "user": signed_in,
    }
    current_app.logger.info("request", extra=facts)
