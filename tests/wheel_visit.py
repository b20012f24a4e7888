"""Runs inside an environment that holds the installed wheel and nothing of this repository.

Fills a demo newsroom, has its files scrubbed as the worker does, signs in as its administrator, and follows
every link from page to page. Says "visited N pages" when each route that can be opened was, and each page,
style and script was answered.
"""

import os
import re
import sys
from collections import Counter
from html import unescape
from urllib.parse import urljoin, urlsplit

from sqlalchemy import select

from tipline import clock, paths, schema
from tipline.accounts import actions
from tipline.app import create_app
from tipline.config import Settings, ensure_home
from tipline.db import Database
from tipline.demo import build
from tipline.files.scrubbing import scrub_next
from tipline.files.shelf import Shelf
from tipline.keys import Keyring
from tipline.models import Attachment, AttachmentState, Role, State, Tip, User
from tipline.storage import storage_of
from tipline.triage.assign import assign
from tipline.triage.saved_replies import Written, save_reply

PASSWORD = "lanterns over the harbor"
MOST_OF_A_ROUTE = 4
# Pages for machines, and for frames on other sites.
UNLINKED = ["/help", "/healthz", "/readyz", "/feed.xml", "/embed.js", "/embed/tip",
            "/newsroom/queue/completion", "/newsroom/queue/changes", "/newsroom/queue/arrivals",
            "/newsroom/queue/alert"]  # fmt: skip
LINK = re.compile(r'\b(?:href|src|hx-get|action|formaction)="([^"]+)"')


def visit(client, app, seeds):
    """Follow links from `seeds`; return how often each endpoint was opened, and what went wrong."""
    adapter = app.url_map.bind("localhost")
    waiting, seen, opened, faults = list(seeds), set(seeds), Counter(), []
    while waiting:
        address = waiting.pop(0)
        if not adapter.test(urlsplit(address).path, method="GET"):
            continue  # a form posts there
        endpoint, _ = adapter.match(urlsplit(address).path, method="GET")
        if opened[endpoint] >= MOST_OF_A_ROUTE and endpoint != "web.static":
            continue
        opened[endpoint] += 1
        answer = client.get(address)
        if answer.status_code not in {200, 301, 302, 303, 308}:
            faults.append((address, answer.status_code))
        found = LINK.findall(answer.text) if answer.mimetype == "text/html" else []
        for link in [*map(unescape, found), answer.headers.get("Location", "")]:
            parts = urlsplit(urljoin(f"http://localhost{address}", link))
            following = parts.path + (f"?{parts.query}" if parts.query else "")
            if link and parts.netloc == "localhost" and following not in seen:
                seen.add(following)
                waiting.append(following)
    return opened, faults


def sign_in(client, email):
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/newsroom/login").text)[1]
    fields = {"csrf_token": token, "email": email, "password": PASSWORD}
    assert client.post("/newsroom/login", data=fields).status_code == 303


def main() -> None:
    assert str(paths.templates()).startswith(sys.prefix), paths.templates()
    settings = ensure_home(Settings.from_env(os.environ))
    db = Database(settings.database_url)
    schema.upgrade(db)
    build.build(db, settings, password=PASSWORD)
    with db.write() as session:
        admin = session.scalars(select(User).where(User.role == Role.ADMIN)).first()
        reset = f"/newsroom/reset/{actions.start_reset(session, admin, now=clock.now())}"
        save_reply(session, Written("Thanks", "en", "Thank you.", shared=True), by=admin)
        # somebody holds a tip, which could be handed over
        colleague = session.scalars(select(User).where(User.role == Role.MODERATOR)).first()
        waiting = session.scalars(select(Tip.ref).where(Tip.state == State.PENDING)).first()
        assign(session, waiting, colleague.email, by=admin, now=clock.now())
    shelf = Shelf(settings, db, Keyring.of_settings(settings), storage_of(settings))
    while scrub_next(shelf):
        pass
    with db.read() as session:
        scrubbed = select(Tip.ref).join(Attachment, Attachment.tip_id == Tip.id).where(
            Attachment.state == AttachmentState.SCRUBBED)  # fmt: skip
        # further down the queue than we go
        with_file = f"/newsroom/tips/{session.scalars(scrubbed).first()}"
    app = create_app(settings)
    door, faults_at_the_door = visit(
        app.test_client(), app, ["/", "/newsroom/login", "/newsroom/reset", reset]
    )
    client = app.test_client()
    sign_in(client, admin.email)
    opened, faults = visit(client, app, ["/", "/newsroom/", with_file, *UNLINKED])
    pages = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in rule.methods}
    assert faults_at_the_door + faults == []
    unseen = pages - set(door + opened)
    assert not unseen, f"nothing leads to {sorted(unseen)}"
    print(f"visited {sum((door + opened).values())} pages")


main()
