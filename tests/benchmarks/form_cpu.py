"""What the form costs beside a Flask hello, in CPU, in one process: `python tests/benchmarks/form_cpu.py`.

Prints, for `GET /tip`, `GET /tip?story=` and `POST /tip` (urlencoded, tokens made beforehand, limits off,
SQLite with FULL sync), how many times the CPU of a Flask hello each takes. All are called as WSGI
applications with a prepared environ and take turns in short rounds, of which the quietest counts: other
work on the machine makes a call dearer, never cheaper.
"""

import io
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlencode

sys.path.insert(0, str(Path(__file__).parents[1]))

from builders import a_story
from flask import Flask
from werkzeug.test import EnvironBuilder

from tipline import clock, schema
from tipline.app import create_app
from tipline.config import Settings, ensure_home
from tipline.db import Database
from tipline.intake import token
from tipline.keys import Keyring

ROUNDS = 60
CALLS = 20
MOST_GET, MOST_POST = 3.0, 12.0  # times a hello
BODY = "I saw Ilka at the harbor in Vardoe this morning, carrying a lamp the size of a cow. " * 8
Call = Callable[[], None]


def hello() -> Flask:
    app = Flask("hello")
    app.add_url_rule("/", view_func=lambda: "Hello")
    return app


def getting(app: Flask, path: str, query: str = "") -> Call:
    """Return a call that fetches a page."""
    environ = EnvironBuilder(path=path, query_string=query, headers={"Accept-Encoding": "gzip"}).get_environ()
    return lambda: run(app, dict(environ), 200)


def posting(app: Flask, stamps: Iterator[str]) -> Call:
    """Return a call that sends a tip, each with a token of its own."""
    environ = EnvironBuilder(
        path="/tip", method="POST", content_type="application/x-www-form-urlencoded"
    ).get_environ()
    answers = {"body": BODY, "kind": "tip", "how": "saw", "email": "vera@example.org", "contact_ok": "y"}
    encoded = urlencode(answers).encode() + b"&token="

    def send() -> None:
        sent = encoded + next(stamps).encode()  # a token needs no escapes
        run(app, {**environ, "wsgi.input": io.BytesIO(sent), "CONTENT_LENGTH": str(len(sent))}, 201)

    return send


def run(app: Flask, environ: dict[str, object], wanted: int) -> None:
    statuses: list[str] = []
    pages = app(environ, lambda status, _headers, _error=None: statuses.append(status))
    b"".join(pages)
    if close := getattr(pages, "close", None):
        close()
    assert statuses[0].startswith(str(wanted)), statuses


def microseconds(call: Call, calls: int = CALLS) -> float:
    """Return the CPU of one call, of all threads of this process."""
    began = time.process_time()
    for _ in range(calls):
        call()
    return (time.process_time() - began) / calls * 1e6


def measured(calls: dict[str, Call]) -> dict[str, float]:
    """Return the least CPU of each, in microseconds; they take turns."""
    for call in calls.values():
        microseconds(call)
    rounds = [{name: microseconds(call) for name, call in calls.items()} for _ in range(ROUNDS)]
    return {name: min(one[name] for one in rounds) for name in calls}


def main() -> None:
    with tempfile.TemporaryDirectory() as home:
        settings = ensure_home(Settings.from_env({"TIPLINE_HOME": home, "TIPLINE_RATE_LIMITS": "off"}))
        database = Database(settings.database_url)
        database.create()
        schema.upgrade(database)
        story = a_story(database)
        app, keyring = create_app(settings), Keyring.of(settings.encryption_keys)
        stamps = iter([token.issue(keyring, now=clock.now()) for _ in range((ROUNDS + 1) * CALLS)])
        costs = measured(
            {
                "Flask hello": getting(hello(), "/"),
                "GET /tip": getting(app, "/tip"),
                "GET /tip?story=": getting(app, "/tip", f"story={story.slug}"),
                "POST /tip": posting(app, stamps),
            }
        )
    unit = costs["Flask hello"]
    for name, cost in costs.items():
        print(f"{name:16} {cost:7.0f} µs   {cost / unit:5.2f} × hello")
    if costs["GET /tip"] > MOST_GET * unit or costs["POST /tip"] > MOST_POST * unit:
        sys.exit(f"Too dear: GET /tip may take {MOST_GET} × a hello, POST /tip {MOST_POST} ×.")


if __name__ == "__main__":
    main()
