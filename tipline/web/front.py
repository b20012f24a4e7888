"""How HTTP reaches the application: Front takes each request whole, then runs Flask in a thread.

WSGI reads a body while a thread waits for it, so a few clients that send a byte now and then hold every
thread there is; a2wsgi, the published bridge, keeps it so (its `Body.read` blocks its thread on
`receive`). Here the event loop waits instead (`body.Arrivals`), and a thread sees a request only when it is
complete. A reader who is slow to take the response holds none either (`bridge.Answer`). Headers that
drip are cut off by the server in front (see serve.py).
"""

import asyncio
import logging
import traceback
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import IO, cast

from tipline.languages import DEFAULT, N_
from tipline.web.body import Arrivals, Gone, Message, Patience, Receive, Refused
from tipline.web.bridge import Answer, Environ, Scope, Threads, WsgiApp, environ_of, replace_body
from tipline.web.refusals import refusal
from tipline.web.spool import EncryptedSpool, Room

Send = Callable[[Message], Awaitable[None]]
Limit = Callable[[str, str], int]
RawHeaders = list[tuple[bytes, bytes]]

# A form with a long tip is a few KiB; whatever takes files asks for more (`limits_by_path`).
DEFAULT_BODY_BYTES = 1024 * 1024
# Two threads let a short request past a long one; four showed no gain on two cores
# (tests/benchmarks/servers.py).
THREADS = 2
BODILESS = frozenset({HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED})

BROKEN = N_("It is not your doing, and we have noted it. Go back and try again.")

log = logging.getLogger("tipline.front")


class BrokenOff(Exception):
    """A response that had begun cannot be finished; the server closes the connection."""


def limits_by_path(table: Mapping[str, int], default: int = DEFAULT_BODY_BYTES) -> Limit:
    """Return a limit that looks up the exact path in a table of bytes; only files get more than `default`."""

    def limit(path: str, content_type: str) -> int:
        most = table.get(path, default)
        return most if content_type.lower().startswith("multipart/form-data") else min(most, default)

    return limit


class Front:
    """An ASGI application that stands before a WSGI application.

    Args:
        app: the WSGI application.
        limit: given path (percent-decoded) and Content-Type, how many bytes the body may have.
        patience: for bodies, and for responses too large to hand over at once.
        threads: how many requests are computed at a time in this process.
        spool_directory: where bodies that are not small wait, encrypted; without one they wait in
            memory, and none may have more than `DEFAULT_BODY_BYTES`.
        min_free_bytes: how much of that disk bodies leave free.
        language: what readers are refused in who asked for no language.
    """

    def __init__(
        self,
        app: WsgiApp,
        *,
        limit: Limit | None = None,
        patience: Patience | None = None,
        threads: int = THREADS,
        spool_directory: Path | None = None,
        min_free_bytes: int = 0,
        language: str = DEFAULT,
    ) -> None:
        self._app = app
        self._limit = limit or limits_by_path({})
        self._most_bytes = DEFAULT_BODY_BYTES if spool_directory is None else None
        self._patience = patience or Patience()
        self._arrivals = _arrivals(self._patience, spool_directory, min_free_bytes)
        self._language = language
        self._threads = Threads(threads)
        self._loop: asyncio.AbstractEventLoop | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._serve(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._live(receive, send)
        else:
            await send({"type": "websocket.close", "code": 1000})

    def stop(self) -> None:
        """Cut off bodies that are still arriving; requests that arrived are answered.

        May be called by another thread or by a signal's handler.
        """
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._arrivals.stop)

    async def _live(self, receive: Receive, send: Send) -> None:
        self._loop = asyncio.get_running_loop()
        while (message := await receive())["type"] != "lifespan.shutdown":
            await send({"type": message["type"] + ".complete"})
        self._threads.stop()
        await send({"type": "lifespan.shutdown.complete"})

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        environ = environ_of(scope)
        try:
            if "CONTENT_LENGTH" in environ or "HTTP_TRANSFER_ENCODING" in environ:
                await self._take_body(environ, receive)
            await self._respond(environ, receive, send)
        except Refused as refused:
            await _refuse(send, refused, environ, self._language)
        except Gone:
            log.debug("A client left before its request was complete.")
        finally:
            self._arrivals.give_back(environ["wsgi.input"])

    async def _take_body(self, environ: Environ, receive: Receive) -> None:
        limit = self._limit(environ["PATH_INFO"], environ.get("CONTENT_TYPE", ""))
        if self._most_bytes is not None:
            limit = min(limit, self._most_bytes)
        length = environ.get("CONTENT_LENGTH", "")
        body, size = await self._arrivals.take(
            receive,
            limit=limit,
            declared=int(length) if length.isdecimal() else 0,
            expects="HTTP_EXPECT" in environ,
        )
        replace_body(environ, body, size)

    async def _respond(self, environ: Environ, receive: Receive, send: Send) -> None:
        answer = Answer(self._app, environ)
        try:
            try:
                batch = await self._threads.run(answer.next_batch)
            except Exception as error:
                _log_failure(error)
                raise Refused(HTTPStatus.INTERNAL_SERVER_ERROR, BROKEN) from error
            headers = _raw(answer.headers)
            if environ["REQUEST_METHOD"] == "HEAD" or answer.status in BODILESS:
                await _send_all(send, answer.status, headers, b"")
            elif answer.more:
                await self._stream(answer, headers, batch, receive, send)
            else:
                _state_length(headers, len(batch))
                await _send_all(send, answer.status, headers, batch)
        finally:
            if answer.more:
                # not awaited: it waits for a batch that may still run, and nobody waits for it
                self._threads.run(answer.close)

    async def _stream(
        self, answer: Answer, headers: RawHeaders, batch: bytes, receive: Receive, send: Send
    ) -> None:
        answer.sent = True
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        gone = asyncio.ensure_future(_departure(receive))
        try:
            while answer.more:
                # a reader who takes nothing at all would otherwise be waited for without end
                async with asyncio.timeout(self._patience.seconds_for(len(batch))):
                    await send({"type": "http.response.body", "body": batch, "more_body": True})
                if gone.done():
                    return
                batch = await self._threads.run(answer.next_batch)
            await send({"type": "http.response.body", "body": batch})
        except Exception as error:  # noqa: BLE001 - whatever it is, its message must not reach the server's log
            _log_failure(error)
            # raising is the only way to break off, so that a part never passes for the whole
            raise BrokenOff from None
        finally:
            gone.cancel()


def _arrivals(patience: Patience, spool_directory: Path | None, min_free_bytes: int) -> Arrivals:
    if spool_directory is None:
        return Arrivals(patience, None)
    make_spool = cast("Callable[[], IO[bytes]]", partial(EncryptedSpool, spool_directory))
    return Arrivals(patience, make_spool, Room(spool_directory, min_free_bytes).require)


async def _departure(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _send_all(send: Send, status: int, headers: RawHeaders, body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _refuse(send: Send, refused: Refused, environ: Environ, language: str) -> None:
    headers, body = refusal(refused, environ, language)
    if refused.status != HTTPStatus.INTERNAL_SERVER_ERROR:
        # a body that was not taken whole would be read as the next request
        headers.append((b"connection", b"close"))
    await _send_all(send, refused.status, headers, b"" if environ["REQUEST_METHOD"] == "HEAD" else body)


def _raw(headers: list[tuple[str, str]]) -> RawHeaders:
    return [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]


def _state_length(headers: RawHeaders, size: int) -> None:
    if not any(name == b"content-length" for name, _ in headers):
        headers.append((b"content-length", str(size).encode()))


def _log_failure(error: Exception) -> None:
    # where and what kind, never the message: it may quote what a reader wrote
    place = "".join(traceback.format_tb(error.__traceback__))
    log.error("The application failed with %s.\n%s", type(error).__name__, place)
