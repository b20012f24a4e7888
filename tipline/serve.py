"""One process tree that serves: web processes (granian), the background worker, and who watches over them.

granian was chosen by experiment (tests/benchmarks/servers.py): with `web.front.Front` before Flask, 200
connections that drip headers or bodies slow nobody down and are cut off. This process answers nothing
itself; it starts the others, starts again what dies, and ends all of them within five seconds. When it is
killed outright, the others notice and end too, so that the port is free.
"""

import contextlib
import logging
import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from granian.constants import HTTPModes, Interfaces, Loops
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server.mp import MPServer

from tipline.config import Settings
from tipline.engines import url_of
from tipline.garbage import settle
from tipline.intake.shared_window import shared_memory
from tipline.listening import allow_connections, require_free
from tipline.web.body import Patience
from tipline.web.front import DEFAULT_BODY_BYTES, THREADS, Front, limits_by_path

# Headers, and the pause between two requests of one connection; open screens poll every five seconds.
HEADER_SECONDS = 15.0
# Each slow or idle client is one connection; the stock limit of half a thousand would let few stop all.
CONNECTIONS = 4096
# granian kills a web process that has not ended by then; all must be over in five seconds.
FINISH_SECONDS = 3
ORPHAN_SECONDS = 1.0
STARTING_SECONDS = 0.1
# A background worker that keeps dying is started again after these pauses, the last one repeated.
RESTART_SECONDS = (0.5, 1.0, 2.0, 5.0, 15.0)
# Who ran this long has recovered, and its next death counts as the first.
HEALTHY_SECONDS = 60.0
# Tells a web process that the end begins, before granian tells it to end.
STOP_SIGNAL = signal.SIGUSR2
log = logging.getLogger("tipline.serve")
# Tells the background worker which process it belongs to; when its parent is another, it ends.
ROOT_VARIABLE = "SERVED_BY_PID"
# Tells the web processes where they count together (see intake/shared_window.py).
LIMITS_VARIABLE = "LIMITS_MEMORY"
WORKER_COMMAND = (sys.executable, "-m", "tipline", "worker")


def application(patience: Patience | None = None) -> Front:
    """Build, in a web process, what granian serves: the application behind its front.

    Settings come from the environment of the process tree. An application says in its configuration,
    `BODY_LIMITS` (path → bytes), which paths take more than `DEFAULT_BODY_BYTES`.
    """
    begin()
    from tipline.app import create_app
    from tipline.config import ensure_home

    settings = ensure_home(Settings.from_env(os.environ))
    flask_app = create_app(settings, limits_memory=os.environ.get(LIMITS_VARIABLE, ""))
    spool_directory = settings.home / "spool"
    spool_directory.mkdir(mode=0o700, exist_ok=True)
    front = Front(
        flask_app,
        limit=limits_by_path(flask_app.config.get("BODY_LIMITS", {}), DEFAULT_BODY_BYTES),
        patience=patience,
        threads=threads_for(settings.database_url),
        spool_directory=spool_directory,
        min_free_bytes=settings.min_free_bytes,
        language=settings.language,
    )
    attend(front)
    settle()
    return front


def threads_for(database_url: str) -> int:
    """Return how many requests a web process computes at a time.

    On SQLite those that store a tip at the same moment share a commit (together.py). Four stored 1.0 to 1.2
    times as many tips a second as two, and at 300 a second the slowest hundredth waited 130 ms instead of 550
    (tests/benchmarks/submit.py). With eight, a tip takes a twelfth less of the processor than with four; at
    300 a second the slowest hundredth waits 7.6 ms for that, not 6.0. On PostgreSQL, whose commits wait
    together by themselves, four gave no more, and the slowest waited longer.
    """
    return 4 * THREADS if url_of(database_url).get_backend_name() == "sqlite" else THREADS


def begin() -> None:
    """Begin a web process: Ctrl-C is the root's affair, and a signal meant for us ends us while we start."""
    os.setpgid(0, 0)
    for number in (signal.SIGINT, signal.SIGTERM):
        # the fork brought the root's handlers, which would swallow them here
        signal.signal(number, _end_at_once)


def attend(front: Front) -> None:
    """Let this web process end when the tree does: uploads are cut off, and no orphan keeps the port."""
    signal.signal(STOP_SIGNAL, lambda _number, _frame: front.stop())
    threading.Thread(target=_end_with_parent, name="parent-watch", daemon=True).start()


def serve(
    settings: Settings,
    host: str,
    port: int,
    workers: int,
    *,
    ready: Callable[[], None] | None = None,
    target: str = "tipline.serve:application",
    worker_command: Sequence[str] = WORKER_COMMAND,
    header_seconds: float = HEADER_SECONDS,
) -> int:
    """Serve until SIGINT or SIGTERM; return the exit code.

    Must be called in the main thread, with no database connection open: web processes are forks, and
    read the settings from the environment (the home from `settings`).

    Args:
        settings: of the newsroom.
        host: the address to listen at.
        port: the port to listen at.
        workers: how many web processes.
        ready: called, in another thread, once requests are answered.
        target: "module:factory" of the ASGI application.
        worker_command: starts the background worker; empty for none.
        header_seconds: how long a request's headers may take, and a connection may idle.

    Raises:
        TiplineError: when we cannot listen there; AddressTaken, when somebody else does.
    """
    require_free(host, port)
    allow_connections(CONNECTIONS)
    os.environ["TIPLINE_HOME"] = str(settings.home)
    background = Background(worker_command) if worker_command else None
    tree = _tree(host, port, workers, target, header_seconds)
    tree.on_started = [threading.Thread(target=_announce, args=(tree, ready), daemon=True).start]
    if background:
        tree.on_started.append(background.start)
        tree.on_stop.append(background.stop)
    try:
        with shared_memory() as limits_memory:
            os.environ[LIMITS_VARIABLE] = limits_memory
            tree.serve()
    except SystemExit as ended:
        return int(ended.code or 0)
    finally:
        if background:
            background.wait()
    return 0


class Background(threading.Thread):
    """Keeps the background worker running: started again when it dies, after a growing pause."""

    def __init__(self, command: Sequence[str], pauses: Sequence[float] = RESTART_SECONDS) -> None:
        super().__init__(name="background", daemon=True)
        self._command = command
        self._pauses = pauses
        self._stopping = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def run(self) -> None:
        deaths = 0
        while not self._stopping.is_set():
            began = time.monotonic()
            self._live_once()
            if time.monotonic() - began >= HEALTHY_SECONDS:
                deaths = 0
            self._stopping.wait(self._pauses[min(deaths, len(self._pauses) - 1)])
            deaths += 1

    def stop(self) -> None:
        """Ask the worker to end, without waiting for it."""
        self._stopping.set()
        with self._lock:
            if self._process:
                self._process.terminate()

    def wait(self, seconds: float = FINISH_SECONDS) -> None:
        """Wait until the worker has ended; kill it after `seconds`."""
        self.stop()
        if not self._process:
            return
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _live_once(self) -> None:
        with self._lock:
            if self._stopping.is_set():
                return
            # by the time it could ask who its parent is, we may be gone
            environ = {**os.environ, ROOT_VARIABLE: str(os.getpid())}
            try:
                # a group of its own: Ctrl-C would break its imports off with a traceback
                self._process = subprocess.Popen(self._command, env=environ, process_group=0)  # noqa: S603
            except OSError:
                log.exception("The background worker cannot be started.")
                return
        self._process.wait()


class _Tree(MPServer):
    """granian's main process, which also tells who belongs to it when it starts and when it stops."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.on_started: list[Callable[[], None]] = []
        self.on_stop: list[Callable[[], None]] = []

    def signal_handler_interrupt(self, *args: Any, **kwargs: Any) -> None:
        # a service manager signals every process; that ours end is then no failure
        for worker in self.wrks:
            worker.interrupt_by_parent = True
        super().signal_handler_interrupt(*args, **kwargs)  # type: ignore[no-untyped-call]

    def startup(self, *args: Any) -> None:
        super().startup(*args)  # type: ignore[no-untyped-call]
        # a closed terminal ends us; granian would start its web processes anew
        signal.signal(signal.SIGHUP, self.signal_handler_interrupt)
        for act in self.on_started:
            act()

    def shutdown(self, exit_code: int = 0) -> None:
        for act in self.on_stop:
            act()
        for worker in self.wrks:
            with contextlib.suppress(ProcessLookupError, TypeError):
                os.kill(worker.inner.pid, STOP_SIGNAL)
        if self.interrupt_signal:
            self.interrupt_children.clear()
        super().shutdown(exit_code)  # type: ignore[no-untyped-call]


def _tree(host: str, port: int, workers: int, target: str, header_seconds: float) -> _Tree:
    stderr = {"formatter": "generic", "class": "logging.StreamHandler", "stream": "ext://sys.stderr"}
    return _Tree(
        target,
        factory=True,
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        workers=workers,
        # HTTP/2 without TLS is spoken by no browser, and its frames escape the deadline for headers
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=int(header_seconds * 1000)),
        websockets=False,
        # uvloop showed no clear gain with Flask (tests/benchmarks/servers.py), so nothing depends on it
        loop=Loops.asyncio,
        backlog=1024,
        backpressure=CONNECTIONS,
        respawn_failed_workers=True,
        workers_kill_timeout=FINISH_SECONDS,
        log_level=LogLevels.error,
        log_dictconfig={"handlers": {"console": stderr, "access": stderr}},
    )


def _announce(tree: _Tree, ready: Callable[[], None] | None) -> None:
    everywhere = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - compared, not bound
    reachable = everywhere.get(tree.bind_addr, tree.bind_addr)
    while not tree.interrupt_signal:
        try:
            socket.create_connection((reachable, tree.bind_port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
            continue
        if ready:
            ready()
        return


def _end_at_once(_number: int, _frame: object) -> None:
    # after the root has heard the signal too, which otherwise takes this for a crash
    time.sleep(STARTING_SECONDS)
    os._exit(0)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is None:
        return
    parent.join()
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(ORPHAN_SECONDS)
    os._exit(1)
