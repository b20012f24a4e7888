"""A backup is made of a desk that serves, while readers send tips and files: what was accepted is in it."""

import http.client
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from contextlib import closing

import pytest
from extent import extent
from keeping.restoring import KEYS
from keeping.test_rotate_serving import get, serving
from serving import eventually, free_port
from sqlalchemy import select

from tipline.config import Settings, ensure_home
from tipline.db import Database
from tipline.files.shelf import Shelf
from tipline.keys import Keyring
from tipline.models import Attachment, Tip
from tipline.storage import storage_of

SENT_BEFORE = extent(10, 3)
BOUNDARY = "a-lighthouse"


def diary(number):
    """A file of two parts in the storage, that is like no other."""
    return f"The drummer's diary, page {number}.\n".encode() * 20_000


def send_with_a_file(port, number):
    """Send a tip with a file, as a browser without script does; raise unless it is accepted."""
    token = re.search(r'name="token"[^>]*value="([^"]+)"', get(port, "/tip")[1])[1]
    fields = {"token": token, "body": f"Lamp {number} was lit."}
    parts = [f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
             for name, value in fields.items()]  # fmt: skip
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="files"; filename="diary.txt"\r\n\r\n'
    body = "".join([*parts, head]).encode() + diary(number) + f"\r\n--{BOUNDARY}--\r\n".encode()
    headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}", "Sec-Fetch-Site": "same-origin"}
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        connection.request("POST", "/tip", body, headers)
        answer = connection.getresponse()
        assert answer.status == 201, answer.read()


def verb(home, *words):
    return subprocess.run(
        [sys.executable, "-m", "tipline", *words], env={**os.environ, "TIPLINE_HOME": str(home)},
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip


@pytest.mark.server
def test_what_was_accepted_before_a_backup_is_there_after_restoring(tmp_path):
    home, again, port = tmp_path / "home", tmp_path / "again", free_port()
    accepted, failures, stop = [], [], threading.Event()

    def send():
        while not stop.is_set():
            try:
                send_with_a_file(port, len(accepted))
            except Exception as error:  # noqa: BLE001 - any failure is one
                failures.append(error)
                return
            accepted.append(len(accepted))
            time.sleep(0.05)

    with serving(home, port):
        sender = threading.Thread(target=send, daemon=True)
        sender.start()
        eventually("some are sent", lambda: len(accepted) >= SENT_BEFORE or failures, 60)
        before = list(accepted)
        made = verb(home, "backup", str(tmp_path / "monday.tar"))
        stop.set()
        sender.join()
    assert (made.returncode, failures) == (0, []), made.stderr
    assert len(accepted) > len(before)
    restored = verb(again, "restore", str(tmp_path / "monday.tar"))
    assert restored.returncode == 0, restored.stderr
    for key in KEYS:
        shutil.copy2(home / key, again / key)
    found = files_by_body(again)
    for number in before:
        assert found[f"Lamp {number} was lit."] == [diary(number)]
    verified = verb(again, "audit", "verify")
    assert verified.returncode == 0, verified.stderr


def files_by_body(home):
    settings = ensure_home(Settings.from_env({"TIPLINE_HOME": str(home)}))
    db = Database(settings.database_url)
    shelf = Shelf(settings, db, Keyring.of_settings(settings), storage_of(settings))
    with db.read() as session:
        sent = select(Tip.body, Attachment).join(Attachment, Attachment.tip_id == Tip.id)
        rows = session.execute(sent).all()
    found = {}
    for body, file in rows:
        found.setdefault(body, []).append(shelf.original(file).read())
    return found
