"""The wheel, installed elsewhere with what it needs, shows every page there is with its style and scripts."""

import shutil
import subprocess
import sys
import warnings
from pathlib import Path

import pytest
from extent import COMPLETE

ROOT = Path(__file__).parent.parent
VISIT = Path(__file__).with_name("wheel_visit.py")


@pytest.mark.server
def test_the_wheel_shows_every_page_elsewhere(tmp_path):
    if shutil.which("uv") is None:
        pytest.skip("uv is missing")
    run("uv", "build", "-q", "--wheel", "-o", tmp_path, ROOT)
    run("uv", "venv", "-q", "--python", sys.executable, tmp_path / "env")
    python = tmp_path / "env" / "bin" / "python"
    install(next(tmp_path.glob("*.whl")), python)
    environ = {"TIPLINE_HOME": str(tmp_path / "home"), "PATH": "/usr/bin:/bin"}
    done = subprocess.run([python, "-I", VISIT], env=environ, cwd=tmp_path, capture_output=True, text=True)
    assert done.stdout.startswith("visited "), done.stderr


def install(wheel, python):
    """Install the wheel with its own dependencies: from uv's cache, else from the index."""
    for reach in (["--offline"], []):
        command = ["uv", "pip", "install", "-q", *reach, "--python", python, wheel]
        if subprocess.run(command, capture_output=True).returncode == 0:
            return
    if COMPLETE:
        pytest.fail("the wheel's dependencies are neither in uv's cache nor to be had from the index")
    warnings.warn("no cache and no index: the wheel borrows this environment's packages", stacklevel=1)
    run("uv", "pip", "install", "-q", "--no-deps", "--offline", "--python", python, wheel)
    site = next(Path(sys.prefix).glob("lib/python*/site-packages"))
    target = next((python.parent.parent).glob("lib/python*/site-packages"))
    (target / "others.pth").write_text(f"{site}\n")


def run(*command):
    subprocess.run(command, check=True)
