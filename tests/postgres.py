"""A PostgreSQL server of the suite's own: real, on loopback, in a temporary folder, not as root."""

import contextlib
import itertools
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

import psycopg

_names = itertools.count(1)


class Server:
    """A running server; leave the `with` block and it is gone with its data."""

    def __init__(self, folder: Path, port: int, process: subprocess.Popen[bytes]) -> None:
        self.folder, self.port, self.process = folder, port, process

    @classmethod
    def start(cls, *, durable: bool = False) -> "Server | None":
        """Start a server from the machine's binaries; None where there are none.

        Tests lose nothing by a power cut; benchmarks measure `durable` commits.
        """
        binaries = find_binaries()
        if binaries is None:
            return None
        folder = Path(tempfile.mkdtemp(prefix="tipline-pg-"))
        who = {}
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            os.chown(folder, nobody.pw_uid, nobody.pw_gid)
            who = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
        data = folder / "data"
        options = ["-U", "tipline", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]
        subprocess.run(
            [binaries / "initdb", "-D", data, *options], check=True, capture_output=True, cwd=folder, **who
        )
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        options = [
            "-c",
            f"fsync={'on' if durable else 'off'}",
            "-c",
            "listen_addresses=127.0.0.1",
            "-c",
            "max_connections=200",
        ]
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                [binaries / "postgres", "-D", data, "-p", str(port), "-k", folder, *options],
                stdout=log, stderr=log, cwd=folder, **who,
            )  # fmt: skip
        server = cls(folder, port, process)
        server._wait()
        return server

    def _wait(self) -> None:
        for _ in range(200):
            with contextlib.suppress(psycopg.OperationalError):
                psycopg.connect(self._dsn("postgres")).close()
                return
            if self.process.poll() is not None:
                raise RuntimeError((self.folder / "log").read_text())
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(0.05)
        raise RuntimeError("PostgreSQL did not start")

    def _dsn(self, name: str) -> str:
        return f"host=127.0.0.1 port={self.port} user=tipline dbname={name}"

    def url(self, name: str) -> str:
        return f"postgresql+psycopg://tipline@127.0.0.1:{self.port}/{name}"

    def _run(self, statement: str) -> None:
        with psycopg.connect(self._dsn("postgres"), autocommit=True) as connection:
            connection.execute(statement)

    def create_database(self, name: str) -> str:
        self._run(f"CREATE DATABASE {name}")
        return self.url(name)

    def copy_of(self, template: str) -> str:
        name = f"test_{os.getpid()}_{next(_names)}"
        self._run(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{template}'")
        self._run(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        return name

    def drop(self, name: str) -> None:
        self._run(f"DROP DATABASE {name} WITH (FORCE)")

    def __enter__(self) -> "Server":
        return self

    def __exit__(self, *_error: object) -> None:
        self.process.terminate()
        self.process.wait(20)
        shutil.rmtree(self.folder, ignore_errors=True)


def find_binaries() -> Path | None:
    """Return the folder of PostgreSQL's programs: the newest Debian package, or what PATH has."""
    installed = Path("/usr/lib/postgresql").glob("*/bin")
    places = sorted(installed, key=lambda place: int(place.parent.name), reverse=True)
    on_path = shutil.which("initdb")
    places += [Path(on_path).parent] if on_path else []
    return next((place for place in places if (place / "initdb").exists()), None)
