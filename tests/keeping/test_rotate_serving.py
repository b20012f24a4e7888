"""Keys are rotated under a running server, while readers send and come back and editors open contacts."""

import http.client
import os
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.parse
from contextlib import closing, contextmanager, suppress

import pytest
from builders import NOON, a_tip, a_user
from doors import with_password
from extent import extent
from serving import eventually, free_port
from sqlalchemy import func, insert, select

from tipline.config import Settings, ensure_home
from tipline.db import Database
from tipline.keeping.contact import opened_contact, sealed_contact
from tipline.keys import Keyring
from tipline.models import Contact, Receipt, Role, Tip, new_ref
from tipline.schema import upgrade

SECONDS_BEFORE, SECONDS_AFTER = extent(2, 0.5), extent(3, 1)
SENT_BEFORE = extent(30, 8)


@contextmanager
def serving(home, port):
    """Serve the newsroom in `home`."""
    environ = {**os.environ, "TIPLINE_HOME": str(home), "TIPLINE_RATE_LIMITS": "off"}
    process = subprocess.Popen(
        [sys.executable, "-m", "tipline", "serve", "--port", str(port)],
        env=environ, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        eventually("the desk answers", lambda: is_ready(port), 60)
        yield
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(20)


def is_ready(port):
    with suppress(OSError):
        return get(port, "/readyz")[0] == 200
    return False


def post(port, path, cookie="", **fields):
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookie,
               "Sec-Fetch-Site": "same-origin"}  # fmt: skip
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    with closing(connection):
        connection.request("POST", path, urllib.parse.urlencode(fields), headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode(), answer.getheader("Set-Cookie") or ""


def get(port, path, cookie=""):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    with closing(connection):
        connection.request("GET", path, headers={"Cookie": cookie})
        answer = connection.getresponse()
        return answer.status, answer.read().decode(), answer.getheader("Set-Cookie") or ""


def csrf(html):
    return re.search(r'name="csrf_token" value="([^"]+)"', html)[1]


def signed_in(port, email, password):
    """Sign in as a browser does; return the cookie."""
    _, html, cookie = get(port, "/newsroom/login")
    fields = {"csrf_token": csrf(html), "email": email, "password": password}
    _, _, cookies = post(port, "/newsroom/login", cookie.split(";")[0], **fields)
    return kept(cookies)


def kept(cookies, otherwise=""):
    """Return the session's cookie of an answer that sets one."""
    found = re.search(r"\btipline=[^;]+", cookies)
    return found[0] if found else otherwise


def send_and_come_back(port, number):
    """Send a tip with a contact, then open its receipt; raise when either fails."""
    token = re.search(r'name="token"[^>]*value="([^"]+)"', get(port, "/tip")[1])[1]
    address = f"r{number}@example.org"
    status, html, _ = post(port, "/tip", token=token, body=f"Lamp {number} was lit.", email=address)
    assert status == 201, html
    words = " ".join(re.findall(r"<span>([a-z-]+)</span>", html))
    status, html, _ = post(port, "/receipt", code=words)
    assert (status, f"Lamp {number} was lit." in html) == (200, True), html
    return words


def open_contact(port, cookie, ref):
    status, html, cookies = get(port, f"/newsroom/tips/{ref}", cookie)
    assert status == 200, html
    cookie = kept(cookies, cookie)
    fields = {"csrf_token": csrf(html), "reason": "To see it open"}
    status, html, _ = post(port, f"/newsroom/tips/{ref}/contact", cookie, **fields)
    assert (status, "@example.org" in html) == (200, True), html


@pytest.mark.server
def test_no_read_fails_while_keys_are_rotated(tmp_path):
    home, port = tmp_path / "home", free_port()
    settings = ensure_home(Settings.from_env({"TIPLINE_HOME": str(home)}))
    db = Database(settings.database_url)
    upgrade(db)
    with_password(db, a_user(db, Role.EDITOR, email="edie@lantern.example"))
    failures, receipts = [], []
    stop = threading.Event()

    def again_and_again(act):
        count = 0
        while not stop.is_set():
            count += 1
            time.sleep(0.05)  # a reader at a time is enough; the machine has others to serve
            try:
                act(count)
            except Exception as error:  # noqa: BLE001 - any failure is one
                failures.append(error)
        done.append(count)

    done: list[int] = []
    with serving(home, port):
        cookie = signed_in(port, "edie@lantern.example", "a lighthouse for the drummer")
        receipts.extend(send_and_come_back(port, number) for number in range(SENT_BEFORE))
        with db.read() as session:
            refs = list(session.scalars(select(Tip.ref)))
        acts = [
            lambda count: receipts.append(send_and_come_back(port, 1000 + count)),
            lambda count: receipts.append(send_and_come_back(port, 100_000 + count)),
            lambda count: open_contact(port, cookie, refs[count % len(refs)]),
        ]
        threads = [threading.Thread(target=again_and_again, args=(act,), daemon=True) for act in acts]
        for thread in threads:
            thread.start()
        time.sleep(SECONDS_BEFORE)
        rotated = subprocess.run(
            [sys.executable, "-m", "tipline", "keys", "rotate"], capture_output=True, text=True, timeout=120,
            env={**os.environ, "TIPLINE_HOME": str(home)},
        )  # fmt: skip
        time.sleep(SECONDS_AFTER)
        stop.set()
        for thread in threads:
            thread.join()
        assert rotated.returncode == 0, rotated.stderr
        assert failures == []
        assert min(done) > 3
        for words in receipts[::7]:
            assert post(port, "/receipt", code=words)[0] == 200
    ring = Keyring.of_settings(settings)
    assert len(ring.keys) == 2
    with db.read() as session:
        rows = session.execute(select(Contact, Tip.ref).join(Tip, Tip.id == Contact.tip_id)).all()
        assert {contact.key_id for contact, _ in rows} == {ring.current}
        for contact, ref in rows:
            opened = opened_contact(Keyring({ring.current: ring.keys[ring.current]}), ref, contact.sealed,
                                    key_id=contact.key_id)  # fmt: skip
            assert opened["email"].endswith("@example.org")
        assert len(rows) == len(receipts)
        assert set(session.scalars(select(Receipt.key_id))) == set(
            ring.keys
        )  # some from before, some from after


@pytest.mark.server
def test_a_rotation_that_is_killed_is_finished_by_the_next(tmp_path):
    home, many = tmp_path / "home", 3_000
    settings = ensure_home(Settings.from_env({"TIPLINE_HOME": str(home)}))
    db, old = Database(settings.database_url), Keyring.of_settings(settings)
    upgrade(db)
    add_contacts(db, old, many)
    command = [sys.executable, "-m", "tipline", "keys", "rotate"]
    environ = {**os.environ, "TIPLINE_HOME": str(home)}
    killed = subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    eventually("some are sealed anew", lambda: left_behind(db, old) < many, 60)
    killed.send_signal(signal.SIGKILL)
    killed.wait(20)
    left = left_behind(db, old)
    assert 0 < left < many
    ring = Keyring.of_settings(settings)
    opens_everything(db, ring, many)
    done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=120)
    assert f"{left:,} sealed anew with {ring.current}" in done.stdout, done.stderr
    opens_everything(db, Keyring({ring.current: ring.keys[ring.current]}), many)


def add_contacts(db, ring, count):
    """Store tips in one group, each with a contact, in one transaction: one for each would take too long."""
    group = a_tip(db).group_id
    refs = {number: new_ref() for number in range(100, 100 + count)}
    tips = [{"id": number, "ref": ref, "body": "A lamp was lit.", "group_id": group,
             "received_at": NOON} for number, ref in refs.items()]  # fmt: skip
    contacts = [
        {"tip_id": number, **sealed_contact(ring, ref, {"email": f"{ref}@example.org"}, may_contact=True)}
        for number, ref in refs.items()
    ]
    with db.write() as session:
        session.execute(insert(Tip), tips)
        session.execute(insert(Contact), contacts)


def left_behind(db, old):
    with db.read() as session:
        return session.scalar(select(func.count()).where(Contact.key_id == old.current))


def opens_everything(db, ring, count):
    with db.read() as session:
        rows = session.execute(
            select(Contact.sealed, Contact.key_id, Tip.ref).join(Tip, Tip.id == Contact.tip_id)
        ).all()
    assert len(rows) == count
    for row in rows:
        opened = opened_contact(ring, row.ref, row.sealed, key_id=row.key_id)
        assert opened == {"email": f"{row.ref}@example.org"}
