"""Front: bodies arrive whole before a thread is asked, responses leave without holding one."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from asgi import Client, GoneAway
from loops import in_a_loop

from tipline.web.body import DRAIN_BYTES, Patience
from tipline.web.front import BROKEN, BrokenOff, Front, limits_by_path


def plain(body: bytes | Iterable[bytes], status: str = "200 OK", headers: Iterable[tuple[str, str]] = ()):
    def app(environ, start_response):
        start_response(status, [("Content-Type", "text/plain"), *headers])
        return [body] if isinstance(body, bytes) else body

    return app


def echo(environ, start_response):
    start_response("200 OK", [])
    return [environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))]


def client(app: Callable, **options) -> Client:
    return Client(Front(app, **options))


class Closing:
    """An iterable that counts how often it was closed."""

    def __init__(self, parts: Iterable[bytes]) -> None:
        self.parts = iter(parts)
        self.closed = 0

    def __iter__(self):
        return self.parts

    def close(self) -> None:
        self.closed += 1


def test_a_page_goes_out_with_its_length() -> None:
    answer = client(plain(b"hello")).get("/")
    assert (answer.status, answer.body) == (200, b"hello")
    assert answer.headers == {b"content-type": b"text/plain", b"content-length": b"5"}


def test_a_length_that_the_application_gave_stands() -> None:
    answer = client(plain(b"hello", headers=[("Content-Length", "5")])).get("/")
    assert answer.raw_headers.count((b"content-length", b"5")) == 1


def test_every_set_cookie_goes_out() -> None:
    answer = client(plain(b"", headers=[("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")])).get("/")
    assert [value for name, value in answer.raw_headers if name == b"set-cookie"] == [b"a=1", b"b=2"]


def test_head_has_the_headers_alone() -> None:
    parts = Closing([b"x" * 10])
    answer = client(plain(parts, headers=[("Content-Length", "10")])).send("HEAD", "/")
    assert answer.body == b""
    assert answer.headers[b"content-length"] == b"10"
    assert parts.closed == 1


@pytest.mark.parametrize("status", ["204 No Content", "304 Not Modified"])
def test_what_has_no_body_gets_none(status: str) -> None:
    answer = client(plain(b"stray", status)).get("/")
    assert (answer.status, answer.body) == (int(status[:3]), b"")
    assert b"content-length" not in answer.headers


@pytest.mark.parametrize("size", [0, 10, 65536, 65537, 300_000])
def test_a_body_arrives_whole(size: int, tmp_path: Path) -> None:
    body = bytes(range(256)) * (size // 256) + b"z" * (size % 256)
    chunks = [body[start : start + 10_000] for start in range(0, size, 10_000)] or [b""]
    assert client(echo, spool_directory=tmp_path).post("/", chunks).body == body
    assert client(echo).post("/", chunks).body == body
    assert list(tmp_path.iterdir()) == []


def test_a_chunked_body_has_a_length_for_the_application() -> None:
    answer = client(echo).post("/", [b"ab", b"cd"], headers=[(b"transfer-encoding", b"chunked")], length=None)
    assert answer.body == b"abcd"


def test_a_declared_body_that_is_too_large_is_drained_and_refused() -> None:
    sender = client(echo, limit=limits_by_path({"/tip": 3000}))
    answer = sender.post("/tip", [b"x" * 1000] * 4)
    assert answer.status == 413
    assert b"the most is 3 KiB" in answer.body
    assert answer.headers[b"connection"] == b"close"
    assert sender.left == 0


def test_an_undeclared_body_that_is_too_large_is_refused() -> None:
    answer = client(echo).post(
        "/", [b"x" * 2**19] * 3, headers=[(b"transfer-encoding", b"chunked")], length=None
    )
    assert answer.status == 413
    assert b"the most is 1 MiB" in answer.body


def test_draining_has_a_bound() -> None:
    sender = client(echo)
    chunk = b"x" * 2**20
    count = DRAIN_BYTES // len(chunk) + 5
    answer = sender.post("/", [chunk] * count, headers=[(b"transfer-encoding", b"chunked")], length=None)
    assert answer.status == 413
    assert sender.left == 3


@pytest.mark.parametrize("headers", [[(b"expect", b"100-continue")], []])
def test_what_need_not_or_cannot_be_drained_is_refused_at_once(headers: list) -> None:
    sender = client(echo)
    answer = sender.post("/", [b"x"], headers=headers, length=2**21 if headers else 2**30)
    assert answer.status == 413
    assert sender.left == 1


def test_each_path_has_its_limit(tmp_path: Path) -> None:
    sender = client(echo, limit=limits_by_path({"/tip": 2 * 2**20}), spool_directory=tmp_path)
    files = [(b"content-type", b"multipart/form-data; boundary=x")]
    assert sender.post("/tip", [b"x" * 2**20, b"y"], headers=files).status == 200
    assert sender.post("/else", [b"x" * 2**20, b"y"], headers=files).status == 413


def test_only_files_get_more_than_a_form_without_them(tmp_path: Path) -> None:
    sender = client(echo, limit=limits_by_path({"/tip": 4 * 2**20}), spool_directory=tmp_path)
    kinds = [b"application/x-www-form-urlencoded", b"", b"Multipart/Form-Data; boundary=x"]
    answers = [sender.post("/tip", [b"x" * 2**20, b"y"], headers=[(b"content-type", kind)]) for kind in kinds]
    assert [answer.status for answer in answers] == [413, 413, 200]


def test_without_a_spool_nothing_large_is_taken() -> None:
    assert client(echo, limit=limits_by_path({"/": 2**30})).post("/", [b"x" * 2**20, b"y"]).status == 413


def test_a_body_that_stalls_is_cut_off() -> None:
    sender = client(echo, patience=Patience(first_seconds=0.05))
    answer = sender.post("/", [b"x"], length=100, stall=True)
    assert answer.status == 408
    assert answer.headers[b"connection"] == b"close"


def test_a_stall_while_draining_is_still_too_large() -> None:
    sender = client(echo, patience=Patience(first_seconds=0.05))
    assert sender.post("/", [b"x"], length=2**21, stall=True).status == 413


@pytest.mark.parametrize(("size", "seconds"), [(0, 30), (1024, 31), (2**40, 3600)])
def test_patience_grows_with_what_arrived_up_to_an_end(size: int, seconds: float) -> None:
    assert Patience().seconds_for(size) == seconds


@pytest.mark.thorough
def test_a_body_that_keeps_the_rate_may_outlast_the_first_judgment() -> None:
    patience = Patience(first_seconds=0.1, bytes_per_second=1000)
    answer = client(echo, patience=patience).post("/", [b"x" * 100] * 6, pause=0.05)
    assert answer.body == b"x" * 600


def test_a_client_that_leaves_while_sending_never_reaches_the_application() -> None:
    calls = []
    answer = client(lambda *_: calls.append(1)).post("/", [b"x", GoneAway], length=10)
    assert answer.status is None
    assert calls == []


@pytest.mark.thorough
def test_stopping_cuts_off_uploads_and_nothing_else() -> None:
    front = Front(echo)
    sender = Client(front)

    async def scene():
        lifespan = asyncio.create_task(sender.live())
        upload = asyncio.create_task(sender.exchange("POST", "/", [b"x"], length=10, stall=True))
        await asyncio.sleep(0.02)
        front.stop()
        cut = await upload
        after = await sender.exchange("POST", "/", [b"whole"])
        late = await sender.exchange("POST", "/", [b"x"], length=10, stall=True)
        sender.end_of_life.set()
        await lifespan
        return cut, after, late

    cut, after, late = in_a_loop(scene())
    assert (cut.status, late.status) == (503, 503)
    assert after.body == b"whole"


def test_stopping_before_the_start_is_harmless() -> None:
    Front(echo).stop()


def test_an_exception_is_a_plain_500_and_its_words_stay_out_of_the_log(caplog) -> None:
    def failing(environ, start_response):
        raise ValueError(environ["wsgi.input"].read())

    answer = client(failing).post("/", [b"what I saw"])
    assert (answer.status, answer.body) == (500, f"{BROKEN}\n".encode())
    assert "ValueError" in caplog.text
    assert "what I saw" not in caplog.text


def test_an_application_that_tries_to_exit_is_a_500_too() -> None:
    def leaving(environ, start_response):
        raise SystemExit

    assert client(leaving).get("/").status == 500


def test_a_large_response_is_streamed_whole_and_closed() -> None:
    parts = Closing(bytes([number]) * 100_000 for number in range(20))
    answer = client(plain(parts)).get("/")
    assert answer.body == b"".join(bytes([number]) * 100_000 for number in range(20))
    assert len(answer.pieces) > 5
    assert parts.closed == 1


@pytest.mark.thorough
def test_a_slow_reader_holds_no_thread() -> None:
    large = plain(b"x" * 200_000 for _ in range(50))

    def both(environ, start_response):
        page = large if environ["PATH_INFO"] == "/large" else plain(b"quick")
        return page(environ, start_response)

    sender = client(both, threads=1)

    async def scene():
        reading = asyncio.create_task(sender.exchange("GET", "/large", read_pause=0.01))
        await asyncio.sleep(0.03)
        quick = await sender.exchange("GET", "/quick")
        return quick, reading.done(), await reading

    quick, done_before, read = in_a_loop(scene())
    assert quick.body == b"quick"
    assert not done_before
    assert len(read.body) == 10_000_000


def test_a_reader_who_leaves_ends_the_response() -> None:
    parts = Closing(b"x" * 300_000 for _ in iter(int, 1))
    answer = client(plain(parts)).get("/", leave_after=0.05)
    assert answer.status == 200
    assert not answer.complete
    wait_for(lambda: parts.closed == 1)


def test_a_reader_who_takes_nothing_is_given_up() -> None:
    parts = Closing(b"x" * 300_000 for _ in iter(int, 1))
    sender = client(plain(parts), patience=Patience(first_seconds=0.05, bytes_per_second=1e9))
    with pytest.raises(BrokenOff):
        sender.get("/", read_pause=10)
    wait_for(lambda: parts.closed == 1)


def test_a_failure_halfway_breaks_the_connection_off(caplog) -> None:
    words = "what I saw"

    def halfway():
        yield b"x" * 300_000
        raise ValueError(words)

    with pytest.raises(BrokenOff) as broken:
        client(plain(halfway())).get("/")
    assert "ValueError" in caplog.text
    assert words not in caplog.text
    assert broken.value.__suppress_context__


def test_the_server_may_cancel_while_a_thread_computes() -> None:
    release = threading.Event()
    parts = Closing([])

    def waiting(environ, start_response):
        release.wait(5)
        start_response("200 OK", [])
        return parts

    async def scene() -> None:
        task = asyncio.create_task(client(waiting).exchange("GET", "/"))
        await asyncio.sleep(0.02)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        release.set()

    in_a_loop(scene())
    wait_for(lambda: parts.closed == 1)


def test_websockets_are_closed() -> None:
    sent = []

    async def send(message) -> None:
        sent.append(message["type"])

    in_a_loop(Front(echo)({"type": "websocket"}, None, send))
    assert sent == ["websocket.close"]


def wait_for(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.005)
