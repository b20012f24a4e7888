"""An ASGI server in small: drives an application through one request, as slow or rude as a test wants."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from loops import in_a_loop

GoneAway: Any = object()


@dataclass
class Received:
    """What came back."""

    status: int | None = None
    raw_headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    pieces: list[bytes] = field(default_factory=list)
    complete: bool = False

    @property
    def body(self) -> bytes:
        return b"".join(self.pieces)

    @property
    def headers(self) -> dict[bytes, bytes]:
        return dict(self.raw_headers)


class Client:
    """One client of an ASGI application; `left` counts the chunks of the last body not asked for."""

    def __init__(self, app: Any) -> None:
        self.app = app
        self.left = 0
        self.end_of_life = asyncio.Event()

    def get(self, path: str, **options: Any) -> Received:
        return in_a_loop(self.exchange("GET", path, **options))

    def post(self, path: str, chunks: Sequence[bytes], **options: Any) -> Received:
        return in_a_loop(self.exchange("POST", path, chunks, **options))

    def send(self, method: str, path: str, **options: Any) -> Received:
        return in_a_loop(self.exchange(method, path, **options))

    async def live(self) -> None:
        """Run the application's lifespan until `end_of_life` is set."""
        replies: list[str] = []

        async def receive() -> dict[str, Any]:
            if replies:
                await self.end_of_life.wait()
                return {"type": "lifespan.shutdown"}
            return {"type": "lifespan.startup"}

        async def send(message: dict[str, Any]) -> None:
            replies.append(message["type"])

        await self.app({"type": "lifespan"}, receive, send)
        assert replies == ["lifespan.startup.complete", "lifespan.shutdown.complete"]

    async def exchange(
        self,
        method: str,
        path: str,
        chunks: Sequence[bytes] = (),
        *,
        headers: Sequence[tuple[bytes, bytes]] = (),
        length: int | None = -1,
        stall: bool = False,
        pause: float = 0,
        read_pause: float = 0,
        leave_after: float | None = None,
    ) -> Received:
        """Send a request and take its answer.

        `length` is the Content-Length (-1: the right one, None: none); with `stall` nothing follows the
        chunks; `pause` and `read_pause` (seconds) make a slow sender and a slow reader.
        """
        sending = list(chunks)
        self.left = len(sending)
        received = Received()

        async def receive() -> dict[str, Any]:
            await asyncio.sleep(pause)
            if sending:
                chunk = sending.pop(0)
                self.left = len(sending)
                if chunk is GoneAway:
                    return {"type": "http.disconnect"}
                return {"type": "http.request", "body": chunk, "more_body": bool(sending) or stall}
            await asyncio.sleep(60 if leave_after is None else leave_after)
            return {"type": "http.disconnect"}

        async def send(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                received.status, received.raw_headers = message["status"], message["headers"]
                return
            await asyncio.sleep(read_pause)
            received.pieces.append(message.get("body", b""))
            received.complete = not message.get("more_body", False)

        if chunks and length is not None:
            size = sum(map(len, chunks)) if length == -1 else length
            headers = [*headers, (b"content-length", str(size).encode())]
        await self.app(scope(method, path, headers=list(headers)), receive, send)
        return received


def scope(method: str = "GET", path: str = "/", **changes: Any) -> dict[str, Any]:
    """Return an HTTP scope; `path` is as it stands on the wire."""
    raw_path, _, query = path.encode().partition(b"?")
    return {
        "type": "http",
        "method": method,
        "path": path.partition("?")[0],
        "raw_path": raw_path,
        "query_string": query,
        "root_path": "",
        "scheme": "http",
        "http_version": "1.1",
        "headers": [],
        "client": ("198.51.100.7", 50000),
        "server": ("127.0.0.1", 8000),
        **changes,
    }
