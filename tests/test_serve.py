"""The process tree: it ends cleanly, notices its own deaths, and leaves the port free."""

import multiprocessing
import os
import re
import resource
import signal
import socket
import sys
import threading
from pathlib import Path

import pytest
from serving import BACKGROUND, Tree, eventually, free_port, read_all

from tipline import serve as tree_module
from tipline.config import Settings
from tipline.errors import TiplineError
from tipline.listening import AddressTaken, allow_connections, require_free
from tipline.serve import Background, serve
from tipline.web.front import Front

server = [pytest.mark.server, pytest.mark.xdist_group("process tree")]


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def settings(home: Path) -> Settings:
    return Settings.from_env({"TIPLINE_HOME": str(home)})


class TestTree:
    pytestmark = server

    def test_it_ends_with_zero_and_takes_the_worker_along(self, tmp_path: Path) -> None:
        with Tree(tmp_path) as tree:
            eventually("the worker runs", tree.background_pids)
            code, seconds = tree.end()
            assert (code, seconds < 5) == (0, True)
            assert not alive(tree.background_pids()[0])

    def test_ctrl_c_ends_it_too(self, tmp_path: Path) -> None:
        with Tree(tmp_path) as tree:
            code, seconds = tree.end(signal.SIGINT, group=True)
            assert (code, seconds < 5) == (0, True)
            assert tree.errors() == b""

    def test_a_closed_terminal_ends_it_too(self, tmp_path: Path) -> None:
        with Tree(tmp_path, workers=1) as tree:
            assert tree.end(signal.SIGHUP)[0] == 0

    def test_a_request_that_is_being_answered_is_finished(self, tmp_path: Path) -> None:
        with (
            Tree(tmp_path) as tree,
            tree.connect(b"GET /slow?seconds=1 HTTP/1.1\r\nHost: x\r\n\r\n") as waiting,
        ):
            threading.Event().wait(0.3)
            assert tree.end()[0] == 0
            assert read_all(waiting).endswith(b"slept")

    def test_what_dies_is_started_again(self, tmp_path: Path) -> None:
        with Tree(tmp_path, workers=1) as tree:
            eventually("the worker runs", tree.background_pids)
            os.kill(tree.background_pids()[0], signal.SIGKILL)
            eventually("another worker runs", lambda: len(tree.background_pids()) == 2)
            web = int(tree.get("/pid"))
            os.kill(web, signal.SIGKILL)
            eventually("another web process answers", lambda: answers_from_another(tree, web))
            assert tree.end()[0] == 0

    def test_after_kill_9_of_the_root_nobody_stays_and_the_port_is_free(self, tmp_path: Path) -> None:
        with Tree(tmp_path) as tree:
            webs = {int(tree.get("/pid")) for _ in range(20)}
            eventually("the worker runs", tree.background_pids)
            upload = tree.connect(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nx")
            tree.end(signal.SIGKILL)
            orphans = webs | set(tree.background_pids())
            assert eventually("all are gone", lambda: not any(map(alive, orphans))) < 2
            upload.close()
            require_free("127.0.0.1", tree.port)

    def test_a_process_of_our_own_serves_until_told(self, tmp_path: Path) -> None:
        # a fork of this process, so that coverage sees what happens in it
        port = free_port()
        context = multiprocessing.get_context("fork")
        process = context.Process(target=_serve_until_ready, args=(tmp_path, port))
        process.start()
        process.join(20)
        assert process.exitcode == 0


def answers_from_another(tree: Tree, web: int) -> bool:
    try:
        return int(tree.get("/pid")) != web
    except OSError:
        return False


def _serve_until_ready(folder: Path, port: int) -> None:
    command = (sys.executable, "-c", BACKGROUND, str(folder / "background-pids"))
    sys.exit(
        serve(
            settings(folder), "127.0.0.1", port, 1,
            ready=lambda: os.kill(os.getpid(), signal.SIGTERM),
            target="serving:application",
            worker_command=command,
        )
    )  # fmt: skip


def test_a_taken_port_is_named(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(AddressTaken, match=f"Port {port} .* --port"):
            serve(settings(tmp_path), "127.0.0.1", port, 1)


def test_an_address_of_another_machine_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TiplineError, match=r"We cannot listen at 192\.0\.2\.1, port 8000"):
        serve(settings(tmp_path), "192.0.2.1", 8000, 1)


@pytest.mark.parametrize("host", ["nowhere.invalid", "", "localhost", "[::1]", "::1%lo", "127.1"])
def test_an_address_that_is_none_is_refused(tmp_path: Path, host: str) -> None:
    said = f"We cannot listen at “{re.escape(host)}”, .* for example 127.0.0.1"
    with pytest.raises(TiplineError, match=said):
        serve(settings(tmp_path), host, 8000, 1)


def test_ports_are_looked_at_in_both_families() -> None:
    require_free("::1", free_port())


def test_the_limit_of_open_files_is_raised_as_far_as_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    raised = []
    monkeypatch.setattr(resource, "setrlimit", lambda _which, limits: raised.append(limits))
    for soft, hard in [(256, 1000), (256, resource.RLIM_INFINITY), (9000, 9000)]:
        monkeypatch.setattr(resource, "getrlimit", lambda _which, limits=(soft, hard): limits)
        allow_connections(4096)
    assert raised == [(1000, 1000), (8192, resource.RLIM_INFINITY)]


def test_a_worker_that_keeps_dying_is_started_with_growing_pauses(tmp_path: Path) -> None:
    mark = tmp_path / "starts"
    command = (sys.executable, "-c", f"open({str(mark)!r}, 'a').write('x')")
    background = Background(command, pauses=(0.01, 60))
    background.start()
    eventually("it was started twice", lambda: mark.exists() and mark.read_text() == "xx")
    background.wait()
    background.join(5)
    assert not background.is_alive()
    assert mark.read_text() == "xx"


def test_a_worker_that_ran_long_starts_over_with_the_pauses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tree_module, "HEALTHY_SECONDS", 0)
    mark = tmp_path / "starts"
    background = Background((sys.executable, "-c", f"open({str(mark)!r}, 'a').write('x')"), pauses=(0, 60))
    background.start()
    eventually("it was started often", lambda: mark.exists() and len(mark.read_text()) >= 4)
    background.wait()


def test_a_worker_that_does_not_end_is_killed(tmp_path: Path) -> None:
    mark = tmp_path / "started"
    stubborn = f"import signal, time; signal.signal(15, 1); open({str(mark)!r}, 'w'); time.sleep(60)"
    background = Background((sys.executable, "-c", stubborn))
    background.start()
    eventually("it runs", mark.exists)
    background.wait(seconds=0.1)
    assert background._process is not None
    assert background._process.returncode == -signal.SIGKILL


def test_a_worker_that_was_never_started_needs_no_waiting() -> None:
    Background(("true",)).wait()


def test_a_wrong_program_as_worker_does_not_end_the_tree(caplog) -> None:
    background = Background(("/nowhere/at/all",), pauses=(0.01,))
    background.start()
    eventually("it was said", lambda: "cannot be started" in caplog.text)
    background.wait()


@pytest.mark.thorough
def test_the_application_of_the_environment_stands_behind_a_front(
    home: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TIPLINE_HOME", str(home))
    monkeypatch.setenv("TIPLINE_DATABASE_URL", database_url)
    numbers = (tree_module.STOP_SIGNAL, signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    monkeypatch.setattr(os, "setpgid", lambda *_: None)
    before = {number: signal.getsignal(number) for number in numbers}
    try:
        assert isinstance(tree_module.application(), Front)
        assert (home / "spool").is_dir()
        os.kill(os.getpid(), tree_module.STOP_SIGNAL)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@pytest.mark.parametrize(
    ("url", "threads"), [("sqlite:///tips.sqlite3", 8), ("postgresql://desk@127.0.0.1/tips", 2)]
)
def test_more_threads_where_writers_share_a_commit(url: str, threads: int) -> None:
    assert tree_module.threads_for(url) == threads


def test_a_web_process_without_its_root_ends_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    acts: list[tuple] = []
    monkeypatch.setattr(os, "kill", lambda _pid, number: acts.append(("asked", number)))
    monkeypatch.setattr(os, "_exit", lambda code: acts.append(("ended", code)))
    monkeypatch.setattr(tree_module, "ORPHAN_SECONDS", 0)
    monkeypatch.setattr(multiprocessing, "parent_process", lambda: None)
    tree_module._end_with_parent()
    assert acts == []
    monkeypatch.setattr(multiprocessing, "parent_process", threading.Thread)
    monkeypatch.setattr(threading.Thread, "join", lambda _self: acts.append(("root gone",)))
    tree_module._end_with_parent()
    assert acts == [("root gone",), ("asked", signal.SIGTERM), ("ended", 1)]


def test_a_signal_while_a_web_process_starts_is_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    codes: list[int] = []
    monkeypatch.setattr(os, "_exit", codes.append)
    monkeypatch.setattr(tree_module, "STARTING_SECONDS", 0)
    tree_module._end_at_once(signal.SIGTERM, None)
    assert codes == [0]
