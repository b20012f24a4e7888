"""The application: settings in, application out; nothing is global."""

import logging
from collections.abc import Callable
from typing import Any, NoReturn
from urllib.parse import urlsplit

from flask import Flask, Request
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import MapAdapter, RequestRedirect

from tipline import paths
from tipline.accounts.alert_views import blueprint as own_alerts
from tipline.accounts.desk_views import blueprint as desks
from tipline.accounts.handover_views import blueprint as handover
from tipline.accounts.key_views import blueprint as own_keys
from tipline.accounts.user_views import blueprint as users
from tipline.accounts.views import blueprint as accounts
from tipline.config import Settings
from tipline.db import Database
from tipline.drafts.views import blueprint as drafts
from tipline.insight.stats_views import blueprint as stats
from tipline.insight.views import blueprint as insight
from tipline.intake.limits import body_limits
from tipline.intake.views import blueprint as intake
from tipline.intake.views import log
from tipline.intake.views import script as embed
from tipline.keys import Keyring
from tipline.storage import storage_of
from tipline.stories.views import blueprint as stories
from tipline.triage import idle
from tipline.triage.file_views import blueprint as files
from tipline.triage.finding_views import blueprint as finding
from tipline.triage.live_views import blueprint as live
from tipline.triage.reply_views import blueprint as replies
from tipline.triage.together_views import blueprint as together
from tipline.triage.views import blueprint as triage
from tipline.triage.watch_views import blueprint as watch
from tipline.web import (
    access,
    arriving,
    csrf,
    errors,
    headers,
    health,
    kept,
    keys,
    language,
    render,
    request,
    sent,
)  # fmt: skip
from tipline.web.cookies import StaffCookies
from tipline.web.views import blueprint as shared

FEATURES = (
    shared, intake, embed, log, triage, together, finding, live, replies, watch, files, stories, drafts,
    accounts, users, own_keys, own_alerts, desks, handover, insight, stats,
)  # fmt: skip
FORM_BYTES = 1024 * 1024


class Application(Flask):
    """Flask without what it asks of each view and hook of each request: none of ours is a coroutine."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        return func

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """Find the view of a request; the health addresses answer whatever host it names.

        Who watches a process asks it by its number on the machine, which no newsroom lists as trusted.
        """
        if request is not None and request.path in health.PATHS:
            return self.url_map.bind("localhost", path_info=request.path, default_method=request.method)
        return super().create_url_adapter(request)

    def raise_routing_exception(self, request: Request) -> NoReturn:
        """Send people on by a path alone: werkzeug would name the host that the request named."""
        if isinstance(elsewhere := request.routing_exception, RequestRedirect):
            target = urlsplit(elsewhere.new_url)
            # two slashes at its beginning would make a host of what follows
            elsewhere.new_url = target._replace(
                scheme="", netloc="", path=f"/{target.path.lstrip('/')}"
            ).geturl()
        super().raise_routing_exception(request)


def create_app(settings: Settings, *, limits_memory: str = "") -> Flask:
    """Make the application; the home and the schema must be there already.

    Args:
        settings: of the newsroom.
        limits_memory: path of the memory in which the processes of a tree count together what addresses
            do; without one this application counts alone.
    """
    app = Application("tipline", static_folder=None, template_folder=str(paths.templates()))
    app.config.update(_flask_settings(settings), LIMITS_MEMORY=limits_memory)
    sent.install(app)
    app.session_interface = StaffCookies()
    app.logger = logging.getLogger("tipline.web")
    database = Database(settings.database_url, settings.replica_url)
    keyring = Keyring.of_settings(settings)
    request.install(app, request.Desk(settings, database, keyring, storage_of(settings)))
    arriving.install(app, settings.home / "spool", body_limits(settings))
    render.install(app, settings)
    kept.install(app)
    keys.install(app)
    language.install(app)
    headers.install(app, settings)
    csrf.install(app)  # before `access`, which shows what was sent to whoever has to sign in again
    access.install(app)
    errors.install(app)
    health.install(app)
    for feature in FEATURES:
        app.register_blueprint(feature)
    if forgotten := sorted(name for name, mark in access.marked(app).items() if not mark):
        raise AssertionError(f"these views do not say who may come in: {', '.join(forgotten)}")
    idle.install(app, database)
    if settings.proxy_hops:
        hops = settings.proxy_hops
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    return app


def _flask_settings(settings: Settings) -> dict[str, object]:
    secure = settings.site_url.startswith("https://")
    return {
        "SECRET_KEY": settings.secret_key,
        # A browser gives a __Host- cookie back only over https.
        "SESSION_COOKIE_NAME": "__Host-tipline" if secure else "tipline",
        "SESSION_COOKIE_SECURE": secure,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_PATH": "/",
        "MAX_CONTENT_LENGTH": FORM_BYTES,
        "MAX_FORM_MEMORY_SIZE": FORM_BYTES,
        "MAX_FORM_PARTS": 200,
        "TRUSTED_HOSTS": list(settings.trusted_hosts) or None,
    }
