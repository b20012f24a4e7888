"""A request's body arrives: within a deadline that grows with it, within a bound, into memory or the spool.

The deadline follows Apache's mod_reqtimeout: a first span for everybody, then time earned by bytes.
Small bodies stay in memory; beyond `MEMORY_BYTES` they wait in a spool (encrypted, on disk), so that a slow
connection costs 64 KiB at most, whatever it may send: 4096 of them 256 MiB. Everything that touches the disk
is done in one thread, never by the event loop.
"""

import asyncio
import contextlib
import io
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http import HTTPStatus
from typing import IO, Any

from tipline.languages import N_

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
MakeSpool = Callable[[], IO[bytes]]
# Given how many bytes of a body are here: raises OSError when the disk should hold no more of it.
RequireRoom = Callable[[int], None]

MEMORY_BYTES = 64 * 1024
# A browser that is still sending sees a reset instead of our answer, so this much is taken and dropped.
DRAIN_BYTES = 8 * 1024 * 1024
# After so much more of a body it is asked once more whether there is room.
ROOM_STEP_BYTES = 4 * 1024 * 1024
# A request that the server had taken just before the end may still be complete.
LAST_SECONDS = 0.25

TOO_LARGE = N_(
    "This is more than we can take at once: the most is %(size)s. Nothing was kept. "
    "Go back, shorten it or leave a file out, and send it again."
)
NO_ROOM = N_(
    "We have no room for this much right now. Nothing was kept. "
    "Go back and send it without files, or try again later."
)
RESTARTING = N_(
    "We are restarting and could not take all of it. Nothing was kept. Go back and send it again."
)
TOO_SLOW = N_("It arrived too slowly, so we stopped waiting. Nothing was kept. Go back and send it again.")


class Refused(Exception):
    """The request is answered without the application; `message` is translated, then filled with `values`."""

    def __init__(self, status: HTTPStatus, message: str, **values: object) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.values = values


class Gone(Exception):
    """The client went away; nobody waits for an answer."""


@dataclass(frozen=True)
class Patience:
    """How long a client may take, for sending a body and for taking a large response.

    Anything may take `first_seconds`; each `bytes_per_second` moved earn a second more, so that after
    the first judgment the average must hold. Nothing takes longer than `longest_seconds` (in an hour,
    200 MiB get through at 57 KiB/s).
    """

    first_seconds: float = 30.0
    bytes_per_second: float = 1024.0
    longest_seconds: float = 3600.0

    def seconds_for(self, size: int) -> float:
        """Return how long moving `size` bytes may take altogether."""
        return min(self.first_seconds + size / self.bytes_per_second, self.longest_seconds)


class Arrivals:
    """The bodies that are arriving in this process.

    Args:
        patience: how long each may take.
        make_spool: makes the file in which a body beyond `MEMORY_BYTES` waits; None keeps all in memory.
        require_room: asked when such a file begins and as it grows.
    """

    def __init__(
        self,
        patience: Patience,
        make_spool: MakeSpool | None,
        require_room: RequireRoom = lambda _size_bytes: None,
    ) -> None:
        self._patience = patience
        self._make_spool = make_spool
        self._require_room = require_room
        # A disk that stalls must stall uploads only, never the loop nor the application's threads.
        self._disk = ThreadPoolExecutor(1, "front-spool")
        self._deadlines: set[asyncio.Timeout] = set()
        self._stopping = False

    def stop(self) -> None:
        """Cut off whatever is still arriving, so that the process can end."""
        self._stopping = True
        for deadline in tuple(self._deadlines):
            # one that has just expired cannot be moved, and need not be
            with contextlib.suppress(RuntimeError):
                deadline.reschedule(0)

    async def take(
        self, receive: Receive, *, limit: int, declared: int, expects: bool
    ) -> tuple[IO[bytes], int]:
        """Return the complete body, at its start, and its size.

        Args:
            receive: the request's ASGI callable.
            limit: the most bytes it may have.
            declared: its Content-Length, or 0 when it has none.
            expects: whether the client waits for "100 Continue" and so has sent nothing yet.

        Raises:
            Refused: 413 when too large, 408 when too slow, 503 when this process ends, 507 when there
                is no room.
            Gone: when the client closed the connection.
        """
        if declared > limit and (expects or declared > limit + DRAIN_BYTES):
            raise _too_large(limit)
        body = _Body(limit, self._disk, self._make_spool, self._require_room, fits=declared <= limit)
        try:
            await self._fill(body, receive)
            await body.complete()
        except BaseException:
            body.give_up()
            raise
        return body.file, body.size

    def give_back(self, file: IO[bytes]) -> None:
        """Close a body that nobody needs any more: a large file takes the disk a while to forget."""
        if isinstance(file, io.BytesIO):
            file.close()
        else:
            self._disk.submit(file.close)

    async def _fill(self, body: "_Body", receive: Receive) -> None:
        started = asyncio.get_running_loop().time()
        try:
            allowed = LAST_SECONDS if self._stopping else self._patience.seconds_for(0)
            async with asyncio.timeout_at(started + allowed) as deadline:
                self._deadlines.add(deadline)
                try:
                    while await body.add(await receive()):
                        if not self._stopping:
                            deadline.reschedule(started + self._patience.seconds_for(body.size))
                finally:
                    self._deadlines.discard(deadline)
        except TimeoutError:
            if body.fits:
                raise _cut_off(self._stopping) from None


class _Body:
    """What has arrived of one body."""

    def __init__(
        self,
        limit: int,
        disk: ThreadPoolExecutor,
        make_spool: MakeSpool | None,
        require_room: RequireRoom,
        *,
        fits: bool,
    ) -> None:
        self.file: IO[bytes] = io.BytesIO()
        self.size = 0
        self.fits = fits
        self._limit = limit
        self._disk = disk
        self._make_spool = make_spool
        self._require_room = require_room
        self._spooled = False
        self._asked_for = 0  # bytes for which there was room
        self._dropped: int | None = None  # bytes, since the disk was full

    async def add(self, message: Message) -> bool:
        """Take what one message brings; return whether to wait for another."""
        if message["type"] == "http.disconnect":
            raise Gone
        chunk = message.get("body", b"")
        self.size += len(chunk)
        if self.size > self._limit:
            self.fits = False
        if self._dropped is not None:
            self._dropped += len(chunk)
        elif self.fits:
            await self._keep(chunk)
        enough = self.size > self._limit + DRAIN_BYTES or (self._dropped or 0) > DRAIN_BYTES
        return bool(message.get("more_body")) and not enough

    async def complete(self) -> None:
        """Go back to the start of what arrived, if it is to be kept."""
        if not self.fits:
            raise _too_large(self._limit)
        if self._dropped is None:
            await self._try(self._go_to_start())
        if self._dropped is not None:
            raise _no_room()

    def give_up(self) -> None:
        """Close the file, after whatever is still being written to it."""
        self._disk.submit(lambda: self.file.close())

    async def _keep(self, chunk: bytes) -> None:
        if self._make_spool and (self._spooled or self.size > MEMORY_BYTES):
            await self._try(self._on_disk(self._spool, chunk))
        else:
            self.file.write(chunk)

    def _spool(self, chunk: bytes) -> None:
        """Write to the spool, which begins with what was in memory; runs in the disk's thread."""
        if self.size >= self._asked_for:
            self._require_room(self.size)
            self._asked_for = self.size + ROOM_STEP_BYTES
        if not self._spooled:
            assert self._make_spool is not None, "without one all is kept in memory"
            begun, self.file = self.file, self._make_spool()
            self._spooled = True
            self.file.write(begun.getvalue())  # type: ignore[attr-defined]
        self.file.write(chunk)

    async def _go_to_start(self) -> None:
        if self._spooled:
            await self._on_disk(self.file.seek, 0)
        else:
            self.file.seek(0)

    async def _try(self, act: Awaitable[None]) -> None:
        """Do what may find the disk full; what comes after is then dropped."""
        try:
            await act
        except OSError:
            self._dropped = 0

    async def _on_disk(self, act: Callable[[Any], object], argument: object) -> None:
        # shielded: a deadline must not close the file while a thread still writes to it
        await asyncio.shield(asyncio.get_running_loop().run_in_executor(self._disk, act, argument))


def _too_large(limit: int) -> Refused:
    size = f"{limit / 2**20:.0f} MiB" if limit >= 2**20 else f"{limit / 2**10:.0f} KiB"
    return Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, TOO_LARGE, size=size)


def _no_room() -> Refused:
    return Refused(HTTPStatus.INSUFFICIENT_STORAGE, NO_ROOM)


def _cut_off(stopping: bool) -> Refused:
    if stopping:
        return Refused(HTTPStatus.SERVICE_UNAVAILABLE, RESTARTING)
    return Refused(HTTPStatus.REQUEST_TIMEOUT, TOO_SLOW)
