"""The README is true: every command it shows is run, here or by `.ci/run`."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from click.testing import CliRunner

from tipline.cli import tipline

ROOT = Path(__file__).parent.parent
BY_CI = {
    "pip install -q uv && uv run --group test pytest",
    'uv run --group test pytest -m "not browser"',  # a part of the complete run, as is the next
    "uv run --group test pytest --database postgres",
    "uv run --group lint --group test ruff check",
    "uv run .ci/translate",  # its check is a test of its own
    "uv run .ci/pin",  # asks for newer versions; what it wrote is what everything here runs on
}
SERVING = {
    "pip install -q uv && uv run tipline demo": ["demo"],
    "uv run tipline serve": ["serve"],
    "uv run tipline dev": ["dev"],
}
ENDING = {
    "uv run tipline user add you@example.org --role admin": "Added you@example.org",
    "uv run tipline stories import posts.json --kind wordpress": "1 new",
    "uv run tipline config": "TIPLINE_SITE_NAME",
    "uv run tipline audit verify": "sealed",
    "uv run tipline purge --dry-run": "nothing was erased",
    "uv run tipline keys rotate": "sealed anew",
    "uv run tipline upgrade": "schema is at",
    "uv run tipline backup /mnt/backups/monday.tar": "Copied to",
}
IN_A_NEW_HOME = {"uv run tipline restore /mnt/backups/monday.tar": "Restored into"}
POSTS = """[{"id": 7, "slug": "lighthouse", "link": "https://lantern.example/lighthouse",
  "date_gmt": "2026-03-02T09:15:00", "status": "publish", "title": {"rendered": "A lighthouse is sold"},
  "excerpt": {"rendered": "<p>To a drummer.</p>"},
  "content": {"rendered": "<p>It was sold on Monday.</p>"}}]"""


def shown_commands() -> set[str]:
    lines = re.findall(
        r"^    ((?:pip|uv) .+?)(?:\s{2,}#.*)?$", (ROOT / "README.md").read_text(), flags=re.MULTILINE
    )
    inline = re.findall(r"`(uv run tipline [^`…]+)`", (ROOT / "README.md").read_text())
    return {line.strip() for line in [*lines, *inline]}


def test_every_command_shown_is_run_somewhere():
    assert shown_commands() == BY_CI | set(SERVING) | set(ENDING) | set(IN_A_NEW_HOME)


def environment(home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TIPLINE_")}
    return {**kept, "TIPLINE_HOME": str(home)}


@pytest.mark.thorough
def test_commands_that_end_do_what_the_readme_says(tmp_path, monkeypatch):
    (tmp_path / "posts.json").write_text(POSTS)
    monkeypatch.chdir(tmp_path)
    for command, said in [*ENDING.items(), *IN_A_NEW_HOME.items()]:
        home = "new" if command in IN_A_NEW_HOME else "home"
        monkeypatch.setenv("TIPLINE_HOME", str(tmp_path / home))
        words = command.removeprefix("uv run tipline ").replace("/mnt/backups", str(tmp_path)).split()
        done = CliRunner().invoke(tipline, words)
        assert (done.exit_code, said in done.stdout) == (0, True), (command, done)


@pytest.mark.server
@pytest.mark.parametrize("words", SERVING.values(), ids=" ".join)
def test_commands_that_serve_serve_and_end_cleanly(tmp_path, words):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "tipline", *words, "--port", str(port)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(tmp_path / "home"),
        start_new_session=True,
    )  # fmt: skip
    try:
        assert b"Got A Tip?" in fetch(f"http://127.0.0.1:{port}/", process)
        began = time.monotonic()
        os.killpg(process.pid, signal.SIGINT)
        process.wait(10)
        assert time.monotonic() - began < 5
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def fetch(address: str, process: subprocess.Popen[bytes]) -> bytes:
    for _ in range(300):
        with contextlib.suppress(OSError), urllib.request.urlopen(address, timeout=5) as answer:
            return answer.read()
        assert process.poll() is None, process.communicate()
        time.sleep(0.1)
    raise AssertionError("it never answered")
