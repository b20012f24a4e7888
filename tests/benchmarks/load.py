"""Load for benchmarks: wrk as fast as it goes, or a steady rate; and what the server's processes spent."""

import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from switch import COMMAND, REST, WORK

HERE = Path(__file__).parent
TICKS = os.sysconf("SC_CLK_TCK")
BOUNDARY = "----tipline-benchmark"
# Each thread of wrk sends the bodies of a file in turn, once each; a tip's token is worth one tip.
SCRIPT = """
local bodies, paths, number = {}, {}, 0
function init(args)
  for line in io.lines(args[1]) do bodies[#bodies + 1] = line:gsub("\\\\n", "\\r\\n") end
  for line in io.lines(args[2]) do
    local name, value = line:match("^(.-): (.*)$")
    wrk.headers[name] = value
  end
  for line in io.lines(args[3]) do paths[#paths + 1] = line end
end
function request()
  if #bodies == 0 then
    number = number % #paths + 1
    return wrk.format("GET", paths[number])
  end
  number = number % #bodies + 1
  return wrk.format("POST", nil, nil, bodies[number])
end
function done(summary, latency)
  local line = '{"requests": %d, "seconds": %f, "refused": %d, "broken": %d, "p50": %f, "p99": %f}\\n'
  io.write(string.format(line,
    summary.requests, summary.duration / 1e6, summary.errors.status,
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
end
"""


@dataclass(frozen=True)
class Figures:
    """What one run showed: requests a second, milliseconds, and milliseconds of CPU a request."""

    rate: float
    p50: float
    p99: float
    cpu: float


class Served:
    """One contender's process tree, ready to answer."""

    def __init__(self, name: str, folder: Path, **environ: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        command = [sys.executable, str(HERE / "contenders.py"), name, str(self.port), str(folder)]
        self.environ = {**os.environ, "TIPLINE_HOME": str(folder), **environ}
        self.process = subprocess.Popen(
            command, cwd=HERE, env=self.environ, stdout=subprocess.PIPE, start_new_session=True
        )
        assert self.process.stdout
        assert self.process.stdout.readline() == b"ready\n", f"{name} does not start"

    def cpu_seconds(self) -> float:
        """Return what the web processes have spent so far."""
        web = [pid for pid in _children(self.process.pid) if not _is_switch(pid)]
        spent = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in web]
        return sum(int(fields[11]) + int(fields[12]) for fields in spent) / TICKS

    def end(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)


def multipart(fields: dict[str, str]) -> str:
    """Return a form's body as a browser sends it when the form can hold files; lines end in a literal \\n."""
    parts = "".join(
        f'--{BOUNDARY}\\nContent-Disposition: form-data; name="{name}"\\n\\n{value}\\n'
        for name, value in fields.items()
    )
    return f"{parts}--{BOUNDARY}--\\n"


def urlencoded(fields: dict[str, str]) -> str:
    """Return a form's body as a script sends it, or a browser when the form can hold no files."""
    return urlencode(fields)


def as_fast_as_it_goes(
    served: Served, path: str | Sequence[str], bodies: Sequence[str] = (), headers: Sequence[str] = (), *,
    seconds: float = 4, connections: int = 16,
) -> Figures:  # fmt: skip
    """Let wrk send `bodies` in turn; without any it gets `path`, or each of several in turn.

    Raises:
        AssertionError: when an answer was an error, for then the figures mean nothing.
    """
    with tempfile.TemporaryDirectory() as folder:
        paths = [path] if isinstance(path, str) else path
        lists = {"bodies": bodies, "headers": headers, "paths": paths}
        files = {"script.lua": SCRIPT, **{name: "\n".join(lines) for name, lines in lists.items()}}
        for name, text in files.items():
            (Path(folder) / name).write_text(text)
        url = f"http://127.0.0.1:{served.port}{paths[0]}"
        options = ["-t1", f"-c{connections}", f"-d{round(seconds)}s", "-s", f"{folder}/script.lua"]
        command = ["wrk", *options, url, "--", *(f"{folder}/{name}" for name in lists)]
        before = served.cpu_seconds()
        said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        spent = served.cpu_seconds() - before
    seen = json.loads(said.splitlines()[-1])
    assert not seen["refused"], f"{seen['refused']} of {seen['requests']} requests were refused"
    assert not seen["broken"], f"{seen['broken']} of {seen['requests']} requests broke"
    return Figures(
        seen["requests"] / seen["seconds"], seen["p50"], seen["p99"], spent / seen["requests"] * 1000
    )


def steadily(
    port: int, requests: Sequence[bytes], *, rate: float, connections: int = 8
) -> tuple[list[float], int]:
    """Send `requests` at `rate` a second; return each one's milliseconds and how many were refused.

    A wait is counted from when the request was due, so that a stall of the server is not left out.
    """
    began = time.monotonic() + 0.1
    waits: list[float] = []
    refused = 0
    lock = threading.Lock()

    def run(first: int) -> None:
        nonlocal refused
        with socket.create_connection(("127.0.0.1", port)) as connection:
            for number in range(first, len(requests), connections):
                due = began + number / rate
                time.sleep(max(0.0, due - time.monotonic()))
                connection.sendall(requests[number])
                status = _answer(connection)
                with lock:
                    waits.append((time.monotonic() - due) * 1000)
                    refused += status >= 400

    threads = [threading.Thread(target=run, args=(first,)) for first in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return waits, refused


def _answer(connection: socket.socket) -> int:
    received = b""
    while b"\r\n\r\n" not in received:
        received += connection.recv(65536)
    head, _, body = received.partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
    while len(body) < length:
        body += connection.recv(65536)
    return int(head.split(b" ")[1])


@contextmanager
def background_worker(served: Served) -> Iterator[None]:
    """Let a server's worker work for a while; it rests otherwise."""
    switch = next(pid for pid in _children(served.process.pid) if _is_switch(pid))
    _wait_for(lambda: _listens(switch))
    os.kill(switch, WORK)
    try:
        _wait_for(lambda: bool(_children(switch)))
        yield
    finally:
        os.kill(switch, REST)
        _wait_for(lambda: not _children(switch))


def _is_switch(pid: int) -> bool:
    return Path(COMMAND[-1]).name.encode() in Path(f"/proc/{pid}/cmdline").read_bytes()


def _listens(switch: int) -> bool:
    """Say whether it expects signals by now, which end a process that does not."""
    status = Path(f"/proc/{switch}/status").read_text()
    expected = int(status.partition("SigCgt:")[2].split()[0], 16)
    return bool(expected >> (REST - 1) & 1)


def _children(pid: int) -> list[int]:
    """List whom a process has started, by any of its threads."""
    threads = Path(f"/proc/{pid}/task").iterdir()
    return [int(child) for thread in threads for child in (thread / "children").read_text().split()]


def _wait_for(condition: Callable[[], bool], seconds: float = 20) -> None:
    latest = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < latest, "the worker does not do as it is told"
        time.sleep(0.02)


def percentile(values: Sequence[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def medians(runs: Sequence[Figures]) -> Figures:
    return Figures(
        *(statistics.median(getattr(run, name) for run in runs) for name in ("rate", "p50", "p99", "cpu"))
    )
