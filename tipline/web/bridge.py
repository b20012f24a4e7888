"""From ASGI to WSGI and back: the environment, the threads, and a response made batch by batch.

Nothing here waits for a client. A thread is held only while the application computes: a response is
collected up to `BATCH_BYTES` and handed over; while the client takes it, the thread serves others, and the
next batch is another job. a2wsgi, the published bridge, waits inside the thread both for the body
(`Body.read` blocks on `receive`) and for the reader (its queue of ten messages), which is why it isn't used.
"""

import asyncio
import contextlib
import contextvars
import io
import queue
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, MutableMapping
from types import TracebackType
from typing import IO, Any
from urllib.parse import unquote_to_bytes

BATCH_BYTES = 256 * 1024

Scope = MutableMapping[str, Any]
Environ = dict[str, Any]
ExcInfo = tuple[type[BaseException], BaseException, TracebackType] | tuple[None, None, None]
WsgiApp = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]

# What nearly every request carries, so that no name is built twice.
KNOWN_HEADERS = (
    *("accept", "accept-encoding", "accept-language", "cache-control", "connection", "cookie", "host"),
    *("if-modified-since", "if-none-match", "origin", "range", "referer", "user-agent"),
    *("sec-fetch-dest", "sec-fetch-mode", "sec-fetch-site", "hx-current-url", "hx-request", "hx-target"),
    *("x-forwarded-for", "x-forwarded-host", "x-forwarded-proto"),
)
KNOWN_NAMES = {name.encode(): "HTTP_" + name.upper().replace("-", "_") for name in KNOWN_HEADERS} | {
    b"content-length": "CONTENT_LENGTH",
    b"content-type": "CONTENT_TYPE",
}


def environ_of(scope: Scope) -> Environ:
    """Return the environment of PEP 3333 for an HTTP scope, with an empty body.

    Headers whose names hold an underscore are dropped, as nginx drops them: `X_Forwarded_For` would
    pass for `X-Forwarded-For`. So is `Proxy`, which would become HTTP_PROXY (httpoxy).
    """
    path = scope.get("raw_path") or scope["path"].encode()
    prefix = scope.get("root_path", "")
    client, server = scope.get("client"), scope.get("server") or ("localhost", 80)
    environ = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": prefix.encode().decode("latin-1"),
        "PATH_INFO": (unquote_to_bytes(path) if b"%" in path else path).decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_PROTOCOL": "HTTP/" + scope["http_version"],
        "SERVER_NAME": server[0],
        "SERVER_PORT": str(server[1] or 0),
        "REMOTE_ADDR": client[0] if client else "",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.get("scheme", "http"),
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    if prefix:
        environ["PATH_INFO"] = environ["PATH_INFO"].removeprefix(environ["SCRIPT_NAME"])
    for name, value in scope["headers"]:
        _add_header(environ, name, value.decode("latin-1"))
    return environ


def _add_header(environ: Environ, name: bytes, value: str) -> None:
    key = KNOWN_NAMES.get(name)
    if key is None:
        if b"_" in name or name == b"proxy":
            return
        key = "HTTP_" + name.decode("latin-1").upper().replace("-", "_")
    if key in environ:
        separator = "; " if key == "HTTP_COOKIE" else ","
        value = environ[key] + separator + value
    environ[key] = value


def replace_body(environ: Environ, body: IO[bytes], size: int) -> None:
    """Put a body that has arrived whole in the place of whatever its framing was."""
    environ["wsgi.input"] = body
    environ["CONTENT_LENGTH"] = str(size)
    environ.pop("HTTP_TRANSFER_ENCODING", None)


class Answer:
    """One response of a WSGI application; `next_batch` and `close` run in threads, one at a time.

    All batches see one context (contextvars), whichever thread runs them: Flask's `stream_with_context`
    leaves the context that it entered.
    """

    __slots__ = ("_app", "_context", "_environ", "_iterable", "_lock", "_parts", "_written",
                 "headers", "more", "sent", "status")  # fmt: skip

    def __init__(self, app: WsgiApp, environ: Environ) -> None:
        self.status = 0
        self.headers: list[tuple[str, str]] = []
        self.more = True
        self.sent = False
        self._app = app
        self._environ = environ
        self._context = contextvars.copy_context()
        self._iterable: Iterable[bytes] | None = None
        self._parts: Iterator[bytes] = iter(())
        self._written: list[bytes] = []
        self._lock = threading.Lock()

    def next_batch(self) -> bytes:
        """Return what follows, about `BATCH_BYTES` of it; `more` tells whether anything comes after.

        Raises:
            Exception: whatever the application raised; the response is then closed.
        """
        with self._lock:
            try:
                return self._context.run(self._collect)
            except BaseException:
                self._context.run(self._finish)
                raise

    def close(self) -> None:
        """End a response that nobody waits for any more."""
        with self._lock:
            self._context.run(self._finish)

    def _collect(self) -> bytes:
        if self._iterable is None:
            self._iterable = self._app(self._environ, self._start)
            self._parts = iter(self._iterable)
        chunks, self._written = self._written, []
        size = sum(map(len, chunks))
        for chunk in self._parts:
            # an application may call write() while it is iterated, in an order that counts
            if self._written:
                chunks += self._written
                size += sum(map(len, self._written))
                self._written = []
            chunks.append(chunk)
            size += len(chunk)
            if size >= BATCH_BYTES:
                break
        else:
            chunks += self._written
            self._finish()
        if not self.status:
            raise RuntimeError("the application answered without calling start_response")
        return chunks[0] if len(chunks) == 1 else b"".join(chunks)

    def _start(
        self, status: str, headers: list[tuple[str, str]], exc_info: ExcInfo | None = None
    ) -> Callable[[bytes], None]:
        if exc_info and exc_info[1] and self.sent:
            raise exc_info[1]
        if self.status and not exc_info:
            raise RuntimeError("start_response was called twice")
        self.status = int(status[:3])
        self.headers = headers
        return self._write

    def _write(self, data: bytes) -> None:
        self._written.append(data)

    def _finish(self) -> None:
        if self.more:
            self.more = False
            close = getattr(self._iterable, "close", None)
            if close is not None:
                close()


class Threads:
    """The threads in which the application runs, started with the first job."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._started = 0
        self._jobs: queue.SimpleQueue[tuple[asyncio.Future[Any], Callable[[], Any]] | None] = (
            queue.SimpleQueue()
        )

    def run(self, job: Callable[[], Any]) -> asyncio.Future[Any]:
        """Run `job` in a thread; the future, of the running loop, has its result or its exception."""
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        if self._started < self._count:
            self._started += 1
            threading.Thread(target=self._work, name=f"front-{self._started}", daemon=True).start()
        self._jobs.put((future, job))
        return future

    def stop(self) -> None:
        """Let each thread end after what it is doing."""
        for _ in range(self._started):
            self._jobs.put(None)
        self._started = 0

    def _work(self) -> None:
        while (entry := self._jobs.get()) is not None:
            future, job = entry
            try:
                result, error = job(), None
            except BaseException as raised:  # noqa: BLE001 - handed to who waits
                result, error = None, raised
            # a loop that has ended meanwhile took with it whoever waited
            with contextlib.suppress(RuntimeError):
                future.get_loop().call_soon_threadsafe(_settle, future, result, error)


def _settle(future: asyncio.Future[Any], result: Any, error: BaseException | None) -> None:
    if future.cancelled():
        return
    if error is None:
        future.set_result(result)
    elif isinstance(error, Exception) and not isinstance(error, StopIteration):
        future.set_exception(error)
    else:
        # SystemExit and its kind must not end the loop, nor may a future hold a StopIteration
        future.set_exception(RuntimeError(f"the application raised {type(error).__name__}"))
