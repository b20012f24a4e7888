"""Whatever happens in the child, happens to the child."""

import ctypes
import io
import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from extent import lacking
from scrub import pictures

from tipline.scrub.found import CannotScrub, WhySealed
from tipline.scrub.limits import Limits
from tipline.scrub.run import scrub
from tipline.scrub.types import FileType

PNG = pictures.png()


def why_sealed(content: bytes = PNG, file_type: FileType = FileType.PNG, **limits: int) -> WhySealed:
    with pytest.raises(CannotScrub) as refused:
        scrub(io.BytesIO(content), len(content), file_type, Limits(**limits))
    return refused.value.why


@pytest.fixture
def instead(tmp_path, monkeypatch):
    """A function: let the child be a shell script."""

    def run(script: str) -> None:
        path = tmp_path / "child"
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o700)
        monkeypatch.setattr(sys, "executable", str(path))

    return run


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def is_running(pid: int) -> bool:
    """Say whether a process runs; one that waits to be reaped does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.parametrize(
    ("script", "why"),
    [
        ("exit 0", WhySealed.DAMAGED),
        ("kill -SEGV $$", WhySealed.DAMAGED),
        ("kill -XCPU $$", WhySealed.TOO_SLOW),
        ("/bin/cat /dev/zero", WhySealed.DAMAGED),
        ('echo \'{"removed": [], "facts": {}}\'', WhySealed.DAMAGED),  # and no copy
        (
            'echo hello >&$6; echo \'{"removed": [], "facts": {}}\'',
            WhySealed.DAMAGED,
        ),  # a copy of another type
        ('echo \'{"why": "locked"}\'', WhySealed.LOCKED),
    ],
)
def test_a_child_is_not_believed(instead, script, why):
    instead(script)
    assert why_sealed() is why


@pytest.mark.thorough
def test_no_process_is_left_behind(instead, tmp_path):
    instead(f"/bin/sleep 60 & echo $! >{tmp_path}/pid; /bin/sleep 60")
    started = time.monotonic()
    assert why_sealed(seconds=1) is WhySealed.TOO_SLOW
    assert time.monotonic() - started < 10
    pid = int((tmp_path / "pid").read_text())
    for _ in range(100):
        if not is_running(pid):
            break
        time.sleep(0.02)
    assert not is_running(pid)


def test_the_child_knows_nothing_of_us(instead, tmp_path, monkeypatch):
    monkeypatch.setenv("TIPLINE_SECRET_KEY", "s" * 40)
    instead(f"/usr/bin/env >{tmp_path}/environment; /bin/ls -l /proc/self/fd >{tmp_path}/files")
    why_sealed()
    assert "TIPLINE" not in (tmp_path / "environment").read_text()
    files = (tmp_path / "files").read_text()
    assert "memfd:clear" in files
    assert "memfd:copy" in files
    assert "sqlite" not in files


@pytest.mark.thorough
def test_memory_has_a_bound():
    # a decoder makes room for all pixels before it finds that there are none
    wide = pictures.of_no_pixels(6000, 6000)
    assert why_sealed(wide) is WhySealed.DAMAGED
    assert why_sealed(wide, memory_bytes=150 * 1024 * 1024) is WhySealed.TOO_BIG


def test_pixels_have_a_bound():
    assert why_sealed(pixels=100) is WhySealed.TOO_BIG


def test_the_copy_has_a_bound():
    words = b"The lighthouse is sold. " * 5000
    assert why_sealed(words, FileType.TXT, unpacked_bytes=len(words) // 2) is WhySealed.TOO_BIG


def test_less_than_was_promised_is_damaged():
    with pytest.raises(CannotScrub) as refused:
        scrub(io.BytesIO(PNG[:100]), len(PNG), FileType.PNG)
    assert refused.value.why is WhySealed.DAMAGED


def test_a_copy_lives_in_memory_and_cannot_be_changed():
    before = open_files()
    with scrub(io.BytesIO(b"The lighthouse is sold."), 23, FileType.TXT) as scrubbed:
        link = Path(f"/proc/self/fd/{scrubbed.copy.fileno()}")
        assert str(link.readlink()).startswith("/memfd:copy")
        with pytest.raises(PermissionError), link.open("r+b", 0) as again:
            again.write(b"CANARY")
    assert open_files() == before


@pytest.mark.thorough
def test_nothing_stays_open_after_a_refusal():
    before = open_files()
    for _ in range(2):
        why_sealed(b"\x89PNG\r\n\x1a\n")
    assert open_files() == before


TRIES = """
import json, os, socket, subprocess, sys, threading
from tipline.scrub import confine
confine.shut_in()
def trying(act):
    try:
        act()
    except (OSError, RuntimeError) as error:
        return type(error).__name__
    return "done"
print(json.dumps({
    "read": trying(lambda: open("/etc/passwd")),
    "write": trying(lambda: open(sys.argv[1], "w")),
    "list": trying(lambda: os.listdir("/")),
    "remove": trying(lambda: os.unlink(sys.argv[1])),
    "connect": trying(lambda: socket.create_connection(("127.0.0.1", 9), 1)),
    "unix": trying(lambda: socket.socket(socket.AF_UNIX)),
    "run": trying(lambda: subprocess.run(["/bin/true"])),
    "fork": trying(os.fork),
    "kill": trying(lambda: os.kill(os.getppid(), 0)),
    "thread": trying(lambda: threading.Thread(target=len, args=("",)).start()),
}))
"""


def test_a_child_that_is_shut_in_reaches_nothing(tmp_path):
    if ctypes.CDLL(None).syscall(444, None, 0, 1) < 1:
        lacking("Landlock")
    mine = tmp_path / "mine"
    mine.write_text("kept")
    said = subprocess.run(
        [sys.executable, "-c", TRIES, str(mine)], capture_output=True, timeout=60, check=True
    )
    tried = json.loads(said.stdout)
    assert tried.pop("thread") == "done"
    assert set(tried.values()) == {"PermissionError"}
    assert mine.read_text() == "kept"
