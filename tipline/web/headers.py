"""Headers of every response: nothing inline, no third party, nothing kept that should not be."""

import secrets
import time

from flask import Flask, g, request
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
YEAR_SECONDS = 31_536_000
FRAMED_PATH = "/embed/tip"  # the one page that other sites may show in a frame


def install(app: Flask, settings: Settings) -> None:
    """Number each request, and dress each response."""
    secure = settings.site_url.startswith("https://")
    framed = _framed(settings.embed_origins)
    app.before_request(_begin)

    @app.after_request
    def dress(response: Response) -> Response:
        for name, value in (framed if request.path == FRAMED_PATH else ALWAYS).items():
            response.headers.setdefault(name, value)
        response.headers["X-Request-Id"] = g.get("request_id", "")
        response.headers["Referrer-Policy"] = "same-origin" if _is_newsroom() else "no-referrer"
        response.headers.setdefault("Cache-Control", "no-store" if _is_newsroom() else "no-cache")
        if secure:
            response.headers["Strict-Transport-Security"] = f"max-age={YEAR_SECONDS}"
        if _is_newsroom():
            _log(app, response)
        return response


def _framed(origins: tuple[str, ...]) -> dict[str, str]:
    """Return the headers of the page that `origins` may frame; without any, it is a page like the others."""
    if not origins:
        return ALWAYS
    policy = CSP.replace("frame-ancestors 'none'", f"frame-ancestors {' '.join(origins)}")
    named = {"Content-Security-Policy": policy, "Cross-Origin-Resource-Policy": "cross-origin"}
    # X-Frame-Options cannot name an origin.
    return {name: value for name, value in (ALWAYS | named).items() if name != "X-Frame-Options"}


def _begin() -> None:
    g.request_id = secrets.token_hex(8)
    g.began = time.perf_counter()


def _is_newsroom() -> bool:
    return request.path.startswith("/newsroom")


def _log(app: Flask, response: Response) -> None:
    """Note what staff did; readers' requests are not logged at all."""
    signed_in = current_user.user.id if current_user and current_user.is_authenticated else None
    facts = {
        "request": g.get("request_id"),
        "endpoint": request.endpoint,
        "method": request.method,
        "status": response.status_code,
        "milliseconds": round((time.perf_counter() - g.get("began", time.perf_counter())) * 1000, 1),
        "user": signed_in,
    }
    app.logger.info("request", extra=facts)
