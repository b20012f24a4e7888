"""What an idle screen's poll costs beside a Flask hello, in CPU: `python tests/benchmarks/poll.py`.

Prints, on SQLite, how many times the CPU of a Flask hello a poll takes that finds nothing new (304) and one
that finds something (200), each with the check of the session. All are called as WSGI applications with a
prepared environ and take turns in short rounds, of which the quietest counts (see form_cpu.py).
"""

import argparse
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parent))

from builders import a_tip, a_user
from clients import StaffClient
from flask import Flask
from form_cpu import Call, getting, hello, measured, run
from werkzeug.test import EnvironBuilder

from tipline import audit, clock, schema
from tipline.app import create_app
from tipline.config import Settings, ensure_home
from tipline.db import Database

MOST_IDLE = 4.0  # times a hello
PATH = "/newsroom/queue/changes"
SCREENS, EVERY_SECONDS = 2_000, 5


def polling(app: Flask, cookie: str, tag: str, wanted: int) -> Call:
    headers = {"Cookie": cookie, "If-None-Match": tag, "Host": "localhost"}
    environ = EnvironBuilder(path=PATH, query_string="list=&since=1.0", headers=headers).get_environ()
    return lambda: run(app, dict(environ), wanted)


def a_newsroom(home: str, tips: int) -> tuple[Flask, Database]:
    settings = ensure_home(Settings.from_env({"TIPLINE_HOME": home}))
    database = Database(settings.database_url)
    database.create()
    schema.upgrade(database)
    for _ in range(tips):
        tip = a_tip(database)
        with database.write() as session:
            audit.record(session, "tip.received", subject=tip.ref, by=audit.READER, at=clock.now())
    return create_app(settings), database


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tips", type=int, default=200)
    with tempfile.TemporaryDirectory() as home:
        app, database = a_newsroom(home, parser.parse_args().tips)
        client = StaffClient.of(app, database, a_user(database))
        cookie = client.get_cookie("tipline")
        assert cookie is not None
        tag = client.get(PATH).headers["ETag"]
        pair = f"tipline={cookie.value}"
        costs = measured(
            {
                "Flask hello": getting(hello(), "/"),
                "poll, idle": polling(app, pair, tag, 304),
                "poll, news": polling(app, pair, "", 200),
            }
        )
    unit = costs["Flask hello"]
    for name, cost in costs.items():
        print(f"{name:12} {cost:7.0f} µs   {cost / unit:5.2f} × hello")
    share = costs["poll, idle"] * SCREENS / EVERY_SECONDS / 1e6
    print(f"{SCREENS:,} idle screens, one poll each {EVERY_SECONDS} s: {share:.1%} of a core")
    if costs["poll, idle"] > MOST_IDLE * unit:
        sys.exit(f"Too dear: an idle poll may take {MOST_IDLE} × a hello.")


if __name__ == "__main__":
    main()
