"""Cross-site requests are refused: Flask-WTF's token in every staff form, and the browser's own word first.

`Sec-Fetch-Site` cannot be set by a page; where a browser does not send it, `Origin` must be ours.
Readers have no session, so their form carries a signed token of its own (`intake/token.py`).
"""

from functools import cache, lru_cache
from urllib.parse import urlsplit

from flask import Flask, current_app, request, session
from flask_wtf.csrf import CSRFProtect, generate_csrf
from itsdangerous import URLSafeTimedSerializer

from tipline.errors import Forbidden, UnsupportedForm
from tipline.languages import N_
from tipline.web.access import SAFE, leads_to_the_door

FORMS = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})


def install(app: Flask) -> None:
    """Check every request that changes something."""
    app.config.update(
        WTF_CSRF_TIME_LIMIT=None,  # the default drops what a slow writer wrote
        WTF_CSRF_SSL_STRICT=False,  # we check the origin ourselves
        WTF_CSRF_CHECK_DEFAULT=False,  # the readers' form has its own token
    )
    tokens = CSRFProtect(app)
    # a page has it in each of its twenty forms, and each would look for it
    app.context_processor(lambda: {"csrf_token": cache(csrf_token)})

    @app.before_request
    def check() -> None:
        if request.method in SAFE or request.path.startswith("/api/"):
            return
        if request.routing_exception is not None:
            return  # nothing takes it, which is what whoever sent it has to hear
        if request.mimetype not in FORMS and request.content_length:
            raise UnsupportedForm(N_("This page takes forms only."))
        if request.path.startswith("/newsroom"):
            _same_site()
            if not leads_to_the_door():  # where what somebody wrote is kept, though its page is of no session
                tokens.protect()


def csrf_token() -> str:
    """Return the token of this session's forms: signed once, since nobody asks how old it is."""
    held = session.get("csrf_token")
    return _signed(str(current_app.secret_key), held) if held else generate_csrf()


@lru_cache(maxsize=1_000)
def _signed(secret: str, held: str) -> str:
    token: str = URLSafeTimedSerializer(secret, salt="wtf-csrf-token").dumps(held)  # as Flask-WTF does
    return token


def _same_site() -> None:
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        allowed = site in {"same-origin", "none"}
    else:
        origin = request.headers.get("Origin")
        allowed = origin is None or urlsplit(origin).netloc == request.host
    if not allowed:
        raise Forbidden("This came from another site; open the page here and try again.")
