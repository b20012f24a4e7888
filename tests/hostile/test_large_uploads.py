"""200 MB through the real server: memory stays flat, nothing lies on the disk in clear, nothing is lost."""

import contextlib
import http.client
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from extent import extent
from serving import free_port
from sqlalchemy import select

from tipline.config import Settings, ensure_home
from tipline.db import Database
from tipline.files.shelf import Shelf
from tipline.keys import Keyring
from tipline.models import Attachment
from tipline.storage import storage_of

MIB = 1024 * 1024
WHOLE = extent(198, 66) * MIB  # twice what a process may grow, at least
GROWTH = 32 * MIB
STARTING_SECONDS = 120
CANARY = b"canary-of-a-reader's-video;"
HEAD = b"\xff\xd8\xff\xe0"
BOUNDARY = b"boundary-of-the-test"


def content() -> Iterator[bytes]:
    """A file of `WHOLE` bytes, full of canaries, a piece at a time."""
    block = (CANARY * (MIB // len(CANARY) + 1))[:MIB]
    yield HEAD + block[len(HEAD) :]
    for _ in range(WHOLE // MIB - 1):
        yield block


class Desk:
    """A running `tipline serve` with one web process."""

    def __init__(self, home: Path) -> None:
        self.home, self.port = home, free_port()
        environ = {**os.environ, "TIPLINE_HOME": str(home)}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tipline", "serve", "--port", str(self.port), "--workers", "1"],
            env=environ, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        deadline = time.monotonic() + STARTING_SECONDS
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError):
                if self.ask("GET", "/readyz")[0] == 200:
                    return
            time.sleep(0.1)
        self.end(signal.SIGKILL)
        raise AssertionError("the desk did not start")

    def ask(self, method, path, body=None, headers=None, timeout=120):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        with contextlib.closing(connection):
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return answer.status, answer.read().decode()

    def token(self) -> str:
        return re.search(r'name="token" value="([^"]+)"', self.ask("GET", "/tip")[1])[1]

    def post(self, path, fields, files=()):
        """Post a multipart form; `files` are (field, name, size, pieces)."""
        parts = [_field(name, value) for name, value in fields.items()]
        heads = [_file_head(field, name) for field, name, _size, _pieces in files]
        end = b"--" + BOUNDARY + b"--\r\n"
        size = sum(map(len, (*parts, *heads, end))) + sum(each[2] + 2 for each in files)

        def body():
            yield from parts
            for head, (_field_name, _name, _size, pieces) in zip(heads, files, strict=True):
                yield head
                yield from pieces
                yield b"\r\n"
            yield end

        headers = {
            "Content-Type": f"multipart/form-data; boundary={BOUNDARY.decode()}",
            "Content-Length": str(size),
        }
        return self.ask("POST", path, body(), headers)

    def members(self) -> list[int]:
        """Every process of the tree."""
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if (folder / "stat").read_text().rpartition(")")[2].split()[3] == str(self.process.pid):
                    found.append(int(folder.name))
        return found

    def peaks(self) -> dict[int, int]:
        """How much memory each process that serves has had at most, in bytes."""
        return {pid: _peak_bytes(pid) for pid in self.members() if b"serve" in _command(pid)}

    def end(self, number=signal.SIGTERM) -> None:
        for pid in self.members() if number == signal.SIGKILL else [self.process.pid]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
        self.process.wait(20)


def _field(name: str, value: str) -> bytes:
    head = f'Content-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
    return b"--" + BOUNDARY + b"\r\n" + head.encode()


def _file_head(field: str, name: str) -> bytes:
    head = f'Content-Disposition: form-data; name="{field}"; filename="{name}"\r\n\r\n'
    return b"--" + BOUNDARY + b"\r\n" + head.encode()


def _peak_bytes(pid: int) -> int:
    return int(re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())[1]) * 1024


def _command(pid: int) -> bytes:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    return b""


def growth(desk: Desk, before: dict[int, int]) -> int:
    """Return by how much the process grew that grew most."""
    most = max(peak - before.get(pid, 0) for pid, peak in desk.peaks().items())
    print(f"grew by {most / MIB:.1f} MiB")
    return most


class Watch(threading.Thread):
    """Looks for the canary in all files of the home, those included that are open and have no name."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(daemon=True)
        self.desk, self.found, self.looked, self.over = desk, [], 0, threading.Event()

    def run(self) -> None:
        while not self.over.wait(1):
            self.look()

    def look(self) -> None:
        named = [path for path in self.desk.home.rglob("*") if path.is_file()]
        open_now = [path for pid in self.desk.members() for path in Path(f"/proc/{pid}/fd").glob("*")
                    if self._is_ours(path)]  # fmt: skip
        for path in (*named, *open_now):
            with contextlib.suppress(OSError), path.open("rb") as file:
                if not self._is_ours(Path(f"/proc/self/fd/{file.fileno()}")):
                    continue  # the number was given to another file meanwhile, in memory perhaps
                while piece := file.read(8 * MIB):
                    self.looked += len(piece)
                    if CANARY in piece:
                        self.found.append(str(path))

    def _is_ours(self, path: Path) -> bool:
        with contextlib.suppress(OSError):
            return str(path.readlink()).startswith(str(self.desk.home))
        return False


@pytest.fixture
def desk(tmp_path):
    made = Desk(tmp_path / "home")
    yield made
    made.end()


def stored_in(home: Path):
    """Return the files of a home, and their contents in the storage by ref."""
    settings = ensure_home(Settings.from_env({"TIPLINE_HOME": str(home)}))
    shelf = Shelf(
        settings,
        Database(settings.database_url),
        Keyring.of(settings.encryption_keys),
        storage_of(settings),
    )
    with shelf.db.read() as session:
        return shelf, list(session.scalars(select(Attachment).order_by(Attachment.id)))


def is_whole(shelf: Shelf, file: Attachment) -> bool:
    """Compare an original with what was sent, piece by piece."""
    original = shelf.original(file)
    return all(original.read(len(piece)) == piece for piece in content()) and not original.read(1)


@pytest.mark.server
def test_a_body_of_200_mb_costs_little_memory_and_is_never_in_clear_on_the_disk(desk):
    fields = {"token": desk.token(), "body": "The whole evening, filmed."}
    before = desk.peaks()
    watch = Watch(desk)
    watch.start()
    status, page = desk.post("/tip", fields, [("files", "evening.jpg", WHOLE, content())])
    watch.over.set()
    watch.join()
    watch.look()
    assert status == 201, page
    assert growth(desk, before) < GROWTH
    assert watch.looked > WHOLE
    assert watch.found == []
    shelf, [file] = stored_in(desk.home)
    assert (file.size_bytes, file.tip_id is not None) == (WHOLE, True)
    assert is_whole(shelf, file)


@pytest.mark.server
def test_200_mb_in_parts_cost_little_memory_and_survive_the_servers_death(desk, tmp_path):
    stamp = desk.token()
    before = desk.peaks()
    pieces, sent = list(content()), 0

    def tell(number: int, *chunks) -> dict:
        fields = {"token": stamp, "upload": "u", "name": "evening.jpg", "size": str(WHOLE),
                  "offset": str(number * MIB)}  # fmt: skip
        return json.loads(desk.post("/tip/files", fields, list(chunks))[1])

    def send(number: int) -> dict:
        return tell(number, ("chunk", "b", MIB, [pieces[number]]))

    assert tell(0)["received"] == 0
    while sent < WHOLE // 2:
        sent = send(sent // MIB)["received"]
    assert growth(desk, before) < GROWTH
    desk.end(signal.SIGKILL)
    desk.__init__(desk.home)
    before = desk.peaks()
    while sent < WHOLE:
        answer = send(sent // MIB)
        assert answer["error"] == ""
        assert answer["received"] == sent + MIB
        sent = answer["received"]
    assert answer["done"] is True
    assert growth(desk, before) < GROWTH
    assert desk.post("/tip", {"token": stamp, "body": "The whole evening."})[0] == 201
    watch = Watch(desk)
    watch.look()
    assert watch.found == []
    shelf, [file] = stored_in(desk.home)
    assert is_whole(shelf, file)


@pytest.mark.server
def test_a_download_of_200_mb_costs_little_memory(desk):
    """The copy is put into the storage by hand; what is measured is how it is given out."""
    from builders import a_user
    from clients import StaffClient

    from tipline.app import create_app
    from tipline.models import Role
    from tipline.storage import sealed

    status, page = desk.post(
        "/tip", {"token": desk.token(), "body": "x"}, [("files", "evening.jpg", WHOLE, content())]
    )
    assert status == 201, page
    shelf, [file] = stored_in(desk.home)
    with shelf.db.write() as session:
        row = session.get_one(Attachment, file.id)
        row.scrubbed_key, row.scrubbed_type, row.scrubbed_bytes = "ab/copy-", "image/jpeg", WHOLE
        row.state = "scrubbed"
        key = shelf.keyring.open(
            row.sealed_file_key, key_id=row.key_id, bound_to=f"attachment file_key:{row.ref}"
        )
    sealed.write(shelf.storage, "ab/copy-", key, shelf.original(file), role="copy", size_bytes=WHOLE)
    app = create_app(shelf.settings)
    cookie = StaffClient.of(app, shelf.db, a_user(shelf.db, Role.MODERATOR)).get_cookie("tipline")
    headers = {"Cookie": f"tipline={cookie.value}"}
    assert desk.ask("GET", "/newsroom/queue", headers=headers)[0] == 200
    before = desk.peaks()
    connection = http.client.HTTPConnection("127.0.0.1", desk.port, timeout=60)
    with contextlib.closing(connection):
        connection.request("GET", f"/newsroom/files/{file.ref}", headers=headers)
        answer = connection.getresponse()
        assert (answer.status, answer.headers["Content-Length"]) == (200, str(WHOLE))
        assert all(answer.read(len(piece)) == piece for piece in content())
    assert growth(desk, before) < GROWTH
