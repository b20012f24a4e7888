"""Real servers for tests and benchmarks: a process tree on loopback, clients that drip, a clock for others.

Run as a program it is the process under test (`serve`) or a crowd of slow clients (`drip`).
"""

import asyncio
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from flask import Flask, Response, request

from tipline.config import Settings
from tipline.serve import application as real_application
from tipline.serve import attend, begin, serve
from tipline.web.front import Front, Patience

DRIPS = {
    "headers": b"GET / HTTP/1.1\r\nHost: tips.example\r\nX-Drip: ",
    "bodies": b"POST /tip HTTP/1.1\r\nHost: tips.example\r\nContent-Length: 50000\r\n\r\n",
}
BACKGROUND = (
    "import os, pathlib, sys, time\n"
    "pathlib.Path(sys.argv[1]).open('a').write(f'{os.getpid()}\\n')\n"
    "while os.getppid() == int(os.environ['SERVED_BY_PID']): time.sleep(0.1)\n"
)


def application() -> Front:
    """The target that these trees serve: a few lines of Flask behind the real front."""
    begin()
    app = Flask("served")

    @app.get("/")
    def hello() -> str:
        return "hello"

    @app.post("/")
    def count() -> str:
        return str(len(request.get_data()))

    @app.get("/slow")
    def slow() -> str:
        time.sleep(float(request.args["seconds"]))
        return "slept"

    @app.get("/pid")
    def pid() -> str:
        return str(os.getpid())

    @app.get("/large")
    def large() -> Response:
        return Response(b"x" * 65536 for _ in range(1024))

    front = Front(app, patience=_patience())
    attend(front)
    return front


def newsroom() -> Front:
    """The real application, with the patience that the test asks for."""
    return real_application(_patience())


def _patience() -> Patience:
    return Patience(first_seconds=float(os.environ.get("BODY_SECONDS", "30")))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Tree:
    """A running process tree; `process` is its root, in a session of its own."""

    def __init__(
        self,
        folder: Path,
        *,
        workers: int = 2,
        header_seconds: float = 15,
        body_seconds: float = 30,
        target: str = "application",
    ) -> None:
        self.port = free_port()
        self.pids = folder / "background-pids"
        command = [
            sys.executable,
            __file__,
            "serve",
            str(self.port),
            str(workers),
            str(header_seconds),
            str(folder),
            target,
        ]
        environ = {**os.environ, "BODY_SECONDS": str(body_seconds)}
        self._errors = folder / "errors"
        with self._errors.open("wb") as errors:
            self.process = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=errors, env=environ,
                start_new_session=True, cwd=Path(__file__).parent,
            )  # fmt: skip
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == b"ready\n", self.errors()

    def connect(self, data: bytes = b"", timeout: float = 10) -> socket.socket:
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=timeout)
        connection.sendall(data)
        return connection

    def get(self, path: str) -> bytes:
        """Return the body of one answer."""
        with self.connect(
            f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode()
        ) as connection:
            return read_all(connection).partition(b"\r\n\r\n")[2]

    def errors(self) -> bytes:
        """Return what the tree wrote to its standard error."""
        return self._errors.read_bytes()

    def background_pids(self) -> list[int]:
        return [int(line) for line in self.pids.read_text().split()] if self.pids.exists() else []

    def end(self, number: int = signal.SIGTERM, *, group: bool = False) -> tuple[int, float]:
        """Send the signal to the root, or to all of it as Ctrl-C does; return exit code and seconds."""
        began = time.monotonic()
        (os.killpg if group else os.kill)(self.process.pid, number)
        return self.process.wait(20), time.monotonic() - began

    def __enter__(self) -> "Tree":
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        if self.process.stdout:
            self.process.stdout.close()


def read_all(connection: socket.socket) -> bytes:
    pieces = []
    while piece := connection.recv(65536):
        pieces.append(piece)
    return b"".join(pieces)


def eventually(what: str, condition, seconds: float = 10) -> float:
    """Wait until `condition()` is true; return after how many seconds it was."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < seconds, f"not within {seconds} s: {what}"
        time.sleep(0.02)
    return time.monotonic() - began


@contextmanager
def dripping(kind: str, port: int, count: int = 200) -> Iterator[None]:
    """Keep `count` slow connections open, each renewed when it is cut off, in a process of their own."""
    with slow_clients(kind, port, count, rounds=0) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield


def cut_off_after(kind: str, port: int, count: int = 200) -> list[tuple[float, str]]:
    """Let `count` clients drip until each is cut off; return seconds and first line of the answer of each."""
    with slow_clients(kind, port, count, rounds=1) as process:
        assert process.stdout is not None
        process.stdout.readline()
        return [tuple(each) for each in json.loads(process.stdout.readline())]


@contextmanager
def slow_clients(kind: str, port: int, count: int, rounds: int) -> Iterator[subprocess.Popen]:
    command = [sys.executable, __file__, "drip", kind, str(port), str(count), str(rounds)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def latencies(port: int, seconds: float, connections: int = 8, path: str = "/") -> list[float]:
    """Return how long others wait for a page, one at a time, in turn on a few kept connections."""
    waits: list[float] = []
    kept = [socket.create_connection(("127.0.0.1", port), timeout=30) for _ in range(connections)]
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for connection in kept:
            began = time.perf_counter()
            connection.sendall(f"GET {path} HTTP/1.1\r\nHost: tips.example\r\n\r\n".encode())
            _read_answer(connection)
            waits.append(time.perf_counter() - began)
    for connection in kept:
        connection.close()
    return waits


def _read_answer(connection: socket.socket) -> None:
    """Read one answer of a connection that stays open, and see that it is a page."""
    head, _, body = connection.recv(65536).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200"), head[:80]
    length = re.search(rb"(?i)content-length: (\d+)", head)
    assert length, head
    missing = int(length[1]) - len(body)
    while missing > 0:
        missing -= len(connection.recv(65536))


def p99(waits: Sequence[float]) -> float:
    return sorted(waits)[int(len(waits) * 0.99)]


async def drip(kind: str, port: int, count: int, rounds: int) -> None:
    outcomes: list[tuple[float, str]] = []
    connected = asyncio.Semaphore(0)

    async def client() -> None:
        done = 0
        while not rounds or done < rounds:
            began = time.monotonic()
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(DRIPS[kind])
            connected.release()
            answer = asyncio.ensure_future(reader.read(100))
            while not (await asyncio.wait({answer}, timeout=0.5))[0]:
                writer.write(b"a")
            first = b"reset" if answer.exception() else answer.result()
            outcomes.append((time.monotonic() - began, first.partition(b"\r\n")[0].decode()))
            writer.close()
            done += 1

    clients = [asyncio.ensure_future(client()) for _ in range(count)]
    for _ in clients:
        await connected.acquire()
    print("connected", flush=True)
    await asyncio.gather(*clients)
    print(json.dumps(outcomes), flush=True)


def _main(arguments: list[str]) -> int:
    if arguments[0] == "drip":
        kind, port, count, rounds = arguments[1:]
        asyncio.run(drip(kind, int(port), int(count), int(rounds)))
        return 0
    port, workers, header_seconds, folder, target = arguments[1:]
    return serve(
        Settings.from_env({"TIPLINE_HOME": folder}),
        "127.0.0.1",
        int(port),
        int(workers),
        ready=lambda: print("ready", flush=True),
        target=f"serving:{target}",
        worker_command=(sys.executable, "-c", BACKGROUND, str(Path(folder) / "background-pids")),
        header_seconds=float(header_seconds),
    )


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1:]))
