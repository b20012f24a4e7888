"""The wheel, installed elsewhere, migrates and serves pages with their style."""

import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CHECK = """
import os, sys
from tipline import paths, schema
from tipline.app import create_app
from tipline.config import Settings, ensure_home
from tipline.db import Database
assert sys.argv[1] in str(paths.templates()), paths.templates()
settings = ensure_home(Settings.from_env(os.environ))
schema.upgrade(Database(settings.database_url))
client = create_app(settings).test_client()
for path in ("/", "/tip", "/receipt", "/stars", "/privacy", "/help", "/newsroom/login", "/feed.xml",
             "/static/base.css"):
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
print("served")
"""


@pytest.mark.server
def test_the_wheel_serves_elsewhere(tmp_path):
    if shutil.which("uv") is None:
        pytest.skip("uv is missing")
    subprocess.run(["uv", "build", "-q", "--wheel", "-o", tmp_path, ROOT], check=True)
    wheel = next(tmp_path.glob("*.whl"))
    venv.create(tmp_path / "env", with_pip=False)
    python = tmp_path / "env" / "bin" / "python"
    # What the wheel needs stands in this environment already; the project itself must not.
    site = next(Path(sys.prefix).glob("lib/python*/site-packages"))
    target = next((tmp_path / "env").glob("lib/python*/site-packages"))
    subprocess.run(["uv", "pip", "install", "-q", "--no-deps", "--python", python, wheel], check=True)
    (target / "others.pth").write_text(f"{site}\n")
    shadowed = [file.name for file in site.glob("_editable_impl_tipline*.pth")]
    environ = {"TIPLINE_HOME": str(tmp_path / "home"), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        [python, "-c", CHECK, str(target)], env=environ, cwd=tmp_path, capture_output=True, text=True
    )
    assert done.stdout == "served\n", (done.stderr, shadowed)
